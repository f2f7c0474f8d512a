//! What byo promises beside the others, line by line.

use super::{Results, line_up::Name, measure::Figures};

/// A promise, and whether it is kept.
pub(super) struct Judged {
    pub(super) promise: &'static str,
    pub(super) limit: Limit,
    /// What byo aims at beyond its promise.
    pub(super) aim: Option<f64>,
    pub(super) value: f64,
}

#[derive(Clone, Copy)]
pub(super) enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

impl Limit {
    fn with(self, limit: f64) -> Self {
        match self {
            Self::AtLeast(_) => Self::AtLeast(limit),
            Self::AtMost(_) => Self::AtMost(limit),
        }
    }

    /// What was not measured keeps none.
    fn is_kept_by(self, value: f64) -> bool {
        match self {
            Self::AtLeast(limit) => value >= limit,
            Self::AtMost(limit) => value <= limit,
        }
    }
}

impl Judged {
    pub(super) fn is_kept(&self) -> bool {
        self.limit.is_kept_by(self.value)
    }

    /// None without an aim.
    pub(super) fn reaches_aim(&self) -> Option<bool> {
        self.aim.map(|aim| self.limit.with(aim).is_kept_by(self.value))
    }
}

/// Every promise that needs no other gateway than those asked for. One that took no part in spite of being asked for
/// leaves its promises unkept. All are medians over the rounds, ratios of the
/// rounds' own; memory is the worst round's.
pub(super) fn judge(results: &Results, asked: &[Name]) -> Vec<Judged> {
    let rate = |figures: &Figures| figures.requests_per_second;
    let faster_than = |other| results.ratio(Name::Byo, other, rate).median;
    let cpu = results.ratio(Name::Byo, Name::Hyper, |figures| figures.cpu_per_request).median;
    let latency = results.added_ratio(Name::Byo, Name::Haproxy, |figures| figures.p50).median;
    let memory = results.spread(Name::Byo, |figures| figures.peak_mib).max;
    let start = results.spread(Name::Byo, |figures| figures.ready_ms).median;
    let line = |needs: &[Name], promise, limit, aim, value| {
        let is_asked = [Name::Byo].iter().chain(needs).all(|name| asked.contains(name));
        is_asked.then_some(Judged { promise, limit, aim, value })
    };
    let all = [
        line(
            &[Name::Nginx],
            "requests/s, × nginx's",
            Limit::AtLeast(0.45),
            Some(0.55),
            faster_than(Name::Nginx),
        ),
        line(
            &[Name::Hyper],
            "CPU per request, × the minimal hyper proxy's",
            Limit::AtMost(2.0),
            Some(1.6),
            cpu,
        ),
        line(
            &[Name::Portkey],
            "requests/s, × Portkey's",
            Limit::AtLeast(30.0),
            None,
            faster_than(Name::Portkey),
        ),
        line(
            &[Name::Litellm],
            "requests/s, × LiteLLM's",
            Limit::AtLeast(200.0),
            None,
            faster_than(Name::Litellm),
        ),
        line(
            &[Name::Haproxy, Name::Direct],
            "added p50 at 200 requests/s, × HAProxy's",
            Limit::AtMost(2.0),
            None,
            latency,
        ),
        line(&[], "peak RSS with 64 connections, MiB", Limit::AtMost(64.0), None, memory),
        line(&[], "ready after, ms", Limit::AtMost(200.0), None, start),
    ];
    all.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{
        super::{measure::tests::nothing, tests::empty},
        *,
    };

    /// Just good enough.
    fn kept() -> BTreeMap<Name, Figures> {
        let figures = |requests_per_second, cpu_per_request, p50| Figures {
            requests_per_second,
            cpu_per_request,
            p50,
            peak_mib: 64.0,
            ready_ms: 200.0,
            ..nothing()
        };
        [
            (Name::Direct, figures(90_000.0, f64::NAN, 100.0)),
            (Name::Nginx, figures(60_000.0, 15.0, 220.0)),
            (Name::Haproxy, figures(55_000.0, 16.0, 200.0)),
            (Name::Hyper, figures(50_000.0, 20.0, 230.0)),
            (Name::Portkey, figures(900.0, 900.0, 1_300.0)),
            (Name::Litellm, figures(135.0, 8_000.0, f64::NAN)),
            (Name::Byo, figures(27_000.0, 40.0, 300.0)),
        ]
        .into()
    }

    fn missed(round: BTreeMap<Name, Figures>, asked: &[Name]) -> Vec<&'static str> {
        let results = Results { rounds: vec![round], ..empty() };
        let judged = judge(&results, asked);
        judged.iter().filter(|judged| !judged.is_kept()).map(|judged| judged.promise).collect()
    }

    const ALL: [Name; 7] =
        [Name::Direct, Name::Nginx, Name::Haproxy, Name::Hyper, Name::Portkey, Name::Litellm, Name::Byo];

    #[test]
    fn every_promise_is_judged_and_kept_at_its_limit() {
        assert_eq!(missed(kept(), &ALL), Vec::<&str>::new());
        assert_eq!(judge(&Results { rounds: vec![kept()], ..empty() }, &ALL).len(), 7);
    }

    #[test]
    fn a_little_worse_misses_each() {
        let worse = |change: fn(&mut Figures)| {
            let mut round = kept();
            change(round.get_mut(&Name::Byo).unwrap());
            missed(round, &ALL)
        };
        assert_eq!(
            worse(|byo| byo.requests_per_second -= 1.0),
            ["requests/s, × nginx's", "requests/s, × Portkey's", "requests/s, × LiteLLM's"]
        );
        assert_eq!(worse(|byo| byo.cpu_per_request += 0.1), ["CPU per request, × the minimal hyper proxy's"]);
        assert_eq!(worse(|byo| byo.p50 += 1.0), ["added p50 at 200 requests/s, × HAProxy's"]);
        assert_eq!(worse(|byo| byo.peak_mib += 0.1), ["peak RSS with 64 connections, MiB"]);
        assert_eq!(worse(|byo| byo.ready_ms += 0.1), ["ready after, ms"]);
    }

    #[test]
    fn what_was_asked_for_and_not_measured_is_missed() {
        let mut round = kept();
        round.remove(&Name::Litellm);
        assert_eq!(missed(round.clone(), &ALL), ["requests/s, × LiteLLM's"]);
        assert!(missed(round, &[Name::Byo, Name::Nginx]).is_empty(), "nobody asked for LiteLLM");
        assert_eq!(missed(BTreeMap::new(), &ALL).len(), 7);
    }

    #[test]
    fn an_aim_is_beyond_the_limit() {
        let judged = |value| Judged { promise: "", limit: Limit::AtMost(2.0), aim: Some(1.6), value };
        assert_eq!(judged(1.6).reaches_aim(), Some(true));
        assert_eq!((judged(1.7).is_kept(), judged(1.7).reaches_aim()), (true, Some(false)));
        assert_eq!(judged(f64::NAN).reaches_aim(), Some(false));
    }
}
