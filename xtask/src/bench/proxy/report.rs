//! What people read of it: Markdown, on the terminal and in `bench/RESULTS.md`.

use std::fmt::Write as _;

use super::{
    Results,
    line_up::Name,
    load::CONNECTIONS,
    measure::{Figures, RATE},
    verdict::{Judged, Limit},
};
use crate::bench::{
    machine::QUIET,
    stats::{Spread, number},
};

/// What nginx has to use of its core for its requests/s to be its own.
const SATURATED: f64 = 0.9;

/// One round of one gateway.
pub(super) fn line(figures: &Figures) -> String {
    let [rate, cpu, busy, p50, streams, memory] = [
        figures.requests_per_second,
        figures.cpu_per_request,
        figures.busy * 100.0,
        figures.p50,
        figures.streams_per_second,
        figures.peak_mib,
    ]
    .map(number);
    format!(
        "{rate} requests/s, {cpu} µs CPU each, core {busy} % busy; p50 {p50} µs at {RATE}/s; {streams} streams/s; \
         {memory} MiB"
    )
}

/// The whole file.
pub(super) fn text(results: &Results, judged: &[Judged]) -> String {
    let mut text =
        String::from("# byo beside others\n\nWritten by `cargo xtask bench proxy`; do not edit.\n\n");
    text += &machine(results);
    if !judged.is_empty() {
        text += "\n## Promises\n\n";
        text += &verdicts(judged);
    }
    text += "\n## Figures\n\nMedian over the rounds (smallest–largest).\n\n";
    text += &figures(results);
    text += "\n## In proportion\n\nOf the same round; median (smallest–largest).\n\n";
    text += &ratios(results);
    if !results.failures.is_empty() {
        text += "\n## Left out\n\n";
        for (name, why) in &results.failures {
            let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
            let _ = writeln!(text, "- {}: {why}", name.shown());
        }
    }
    text + "\n" + &method(results)
}

fn machine(results: &Results) -> String {
    let mut text = format!("{}\n", results.machine);
    if results.disturbance > QUIET {
        let busy = number(results.disturbance * 100.0);
        let _ = writeln!(
            text,
            "\n**Others used {busy} % of the cores meanwhile: these figures are worth little.**"
        );
    }
    let nginx = results.spread(Name::Nginx, |figures| figures.busy).median;
    if nginx < SATURATED {
        let busy = number(nginx * 100.0);
        let _ = writeln!(
            text,
            "\n**nginx had only {busy} % of its core to do: something else was the limit, and requests/s in \
             proportion to it flatter everybody.**"
        );
    }
    let versions = results.versions.iter().filter(|(_, version)| !version.is_empty());
    text += "\n";
    for (name, version) in versions {
        let _ = writeln!(text, "- {}: {version}", name.shown());
    }
    text
}

fn verdicts(judged: &[Judged]) -> String {
    let mut text = String::from("| promise | measured | |\n|---|---|---|\n");
    for judged in judged {
        let (sign, limit) = match judged.limit {
            Limit::AtLeast(limit) => ('≥', limit),
            Limit::AtMost(limit) => ('≤', limit),
        };
        let verdict = match (judged.value.is_nan(), judged.is_kept(), judged.reaches_aim()) {
            (true, _, _) => "**not measured**",
            (_, false, _) => "**missed**",
            (_, true, Some(false)) => "kept, short of the aim",
            (_, true, Some(true)) => "kept, the aim too",
            (_, true, None) => "kept",
        };
        let aim = judged.aim.map(|aim| format!(" (aim {aim})")).unwrap_or_default();
        let value = number(judged.value);
        let _ = writeln!(text, "| {} {sign} {limit}{aim} | {value} | {verdict} |", judged.promise);
    }
    text
}

type Column<'a> = (&'a str, &'a dyn Fn(Name) -> Spread);

fn figures(results: &Results) -> String {
    let of = |figure: fn(&Figures) -> f64| move |name| results.spread(name, figure);
    let (rate, cpu, busy) =
        (of(|seen| seen.requests_per_second), of(|seen| seen.cpu_per_request), of(|seen| seen.busy * 100.0));
    let (streams, stream_cpu) = (of(|seen| seen.streams_per_second), of(|seen| seen.cpu_per_stream));
    let paced_cpu = of(|seen| seen.cpu_per_paced_stream);
    let (p50, p99, first) = (of(|seen| seen.p50), of(|seen| seen.p99), of(|seen| seen.first_byte));
    let (idle, peak, ready) = (of(|seen| seen.idle_mib), of(|seen| seen.peak_mib), of(|seen| seen.ready_ms));
    let requests = table(
        results,
        &[
            ("requests/s", &rate),
            ("CPU µs/request", &cpu),
            ("% of its core", &busy),
            ("streams/s", &streams),
            ("CPU µs/stream", &stream_cpu),
            ("CPU µs/paced stream", &paced_cpu),
        ],
    );
    let latencies = table(
        results,
        &[
            ("p50 µs", &p50),
            ("p99 µs", &p99),
            ("first byte of a stream µs", &first),
            ("RSS MiB, idle", &idle),
            ("RSS MiB, peak", &peak),
            ("ready ms", &ready),
        ],
    );
    format!("{requests}\n{latencies}")
}

fn ratios(results: &Results) -> String {
    let to = |other, figure: fn(&Figures) -> f64| move |name| results.ratio(name, other, figure);
    let added = |figure: fn(&Figures) -> f64| move |name| results.added(name, figure);
    let rate = to(Name::Nginx, |seen| seen.requests_per_second);
    let cpu = to(Name::Nginx, |seen| seen.cpu_per_request);
    let floor = to(Name::Hyper, |seen| seen.cpu_per_request);
    let streams = to(Name::Nginx, |seen| seen.streams_per_second);
    let (p50, first) = (added(|seen| seen.p50), added(|seen| seen.first_byte));
    table(
        results,
        &[
            ("requests/s × nginx", &rate),
            ("CPU × nginx", &cpu),
            ("CPU × hyper", &floor),
            ("streams/s × nginx", &streams),
            ("added p50 µs", &p50),
            ("added first byte µs", &first),
        ],
    )
}

fn table(results: &Results, columns: &[Column<'_>]) -> String {
    let heads: String = columns.iter().map(|(head, _)| format!(" {head} |")).collect();
    let mut text = format!("| |{heads}\n|---|{}\n", "---|".repeat(columns.len()));
    for name in results.versions.keys().filter(|name| !results.failures.contains_key(name)) {
        let cells: String = columns.iter().map(|(_, figure)| format!(" {} |", figure(*name))).collect();
        let _ = writeln!(text, "| {} |{cells}", name.shown());
    }
    text
}

fn method(results: &Results) -> String {
    let Results { rounds, seconds, .. } = results;
    format!(
        "## Method\n\n\
         {} rounds, each with every gateway once, in an order that is another one every round; each gateway is started \
         anew and asked in four ways for {seconds} s, after a warm-up. Plain HTTP/1.1 on loopback. The gateway has core \
         1 to itself; upstream and load generator share core 0, so \"no gateway\" is all that these two can do. Ratios \
         and added times are taken within a round, where the machine was the same for both.\n\n\
         - **requests/s, CPU, peak RSS**: {CONNECTIONS} kept connections, each asking again as soon as it is answered; \
         answers of about 500 bytes. CPU is user and system time of the gateway's processes. Peak RSS is the most they \
         had under all of the load, streams too. A core well below 100 % means that something else was the limit.\n\
         - **p50, p99**: {RATE} requests/s, evenly, whatever the answers do; waiting for a free connection counts. No \
         figure: it fell behind.\n\
         - **streams/s**: {CONNECTIONS} connections, 20 events each, as fast as they are taken.\n\
         - **first byte, paced stream**: {CONNECTIONS} connections, 20 events each, 10 ms apart; the first event is sent at once.\n\
         - **ready**: from the start of the process to the first good answer, on an empty folder.\n\n\
         The upstream answers 401 to any other key than its own, and any answer but the right one ends a measurement. \
         Portkey's callers bring the upstream's key; the others' gateways put it in. byo looks it up: {CONNECTIONS} \
         customers' keys, encrypted, in four projects, every setting at its default. nginx and HAProxy are Debian's with \
         one worker and no access log, Portkey npm's, LiteLLM PyPI's without a database; their configurations are in \
         `bench/peers/`, the minimal hyper proxy is \
         `bench/src/bin/hyper-proxy.rs`.\n",
        rounds.len()
    )
}

#[cfg(test)]
mod tests {
    use super::{super::tests::empty, *};

    #[test]
    fn doubts_are_told() {
        let doubted = |disturbance, busy| {
            let nginx = Figures { busy, ..super::super::measure::tests::nothing() };
            let results = Results { disturbance, rounds: vec![[(Name::Nginx, nginx)].into()], ..empty() };
            let text = text(&results, &[]);
            (text.contains("worth little"), text.contains("flatter"))
        };
        assert_eq!(doubted(0.01, 0.97), (false, false));
        assert_eq!(doubted(0.2, 0.5), (true, true));
    }

    #[test]
    fn who_was_left_out_is_named_with_the_reason() {
        let mut results = empty();
        results.versions.insert(Name::Byo, "1.0".into());
        results.failures.insert(Name::Byo, "no\r\nroute".into());
        let judged = [Judged { promise: "p", limit: Limit::AtMost(2.0), aim: Some(1.6), value: f64::NAN }];
        let text = text(&results, &judged);
        assert!(text.contains("\n- byo: no route\n"), "{text}");
        assert!(text.contains("| p ≤ 2 (aim 1.6) | – | **not measured** |"), "{text}");
    }
}
