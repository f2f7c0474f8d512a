//! The arithmetic: times counted by microsecond, and figures of several rounds.

use std::{collections::BTreeMap, fmt};

/// How often each time was seen, in microseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Times(BTreeMap<u64, u64>);

impl Times {
    pub(super) fn add(&mut self, microseconds: u64, count: u64) {
        *self.0.entry(microseconds).or_default() += count;
    }

    /// The smallest time that at least this share took no longer than; none of nothing.
    pub(super) fn percentile(&self, share: f64) -> f64 {
        let all: u64 = self.0.values().sum();
        let rank = (share * all as f64).ceil().max(1.0) as u64;
        let mut below = 0;
        let found = self.0.iter().find(|(_, count)| {
            below += **count;
            below >= rank
        });
        found.map_or(f64::NAN, |(time, _)| *time as f64)
    }
}

/// A figure over the rounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread {
    pub(super) min: f64,
    pub(super) median: f64,
    pub(super) max: f64,
}

impl Spread {
    /// Of what was measured; of nothing it is not a number.
    pub(super) fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut figures: Vec<f64> = figures.into_iter().filter(|figure| !figure.is_nan()).collect();
        figures.sort_by(f64::total_cmp);
        let Some(last) = figures.len().checked_sub(1) else {
            return Self { min: f64::NAN, median: f64::NAN, max: f64::NAN };
        };
        let median = f64::midpoint(figures[last / 2], figures[last.div_ceil(2)]);
        Self { min: figures[0], median, max: figures[last] }
    }

    /// Of one figure in proportion to another of the same round; rounds that lack one of the two do not count.
    pub(super) fn of_ratios(pairs: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self::of(pairs.into_iter().map(|(one, other)| one / other).filter(|ratio| ratio.is_finite()))
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { min, median, max } = *self;
        if median.is_nan() {
            return f.write_str("–");
        }
        write!(f, "{} ({}–{})", number(median), number(min), number(max))
    }
}

/// To three digits or so.
pub(super) fn number(value: f64) -> String {
    match value.abs() {
        _ if value.is_nan() => "–".into(),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.1 || size == 0.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(seen: &[(u64, u64)]) -> Times {
        let mut times = Times::default();
        seen.iter().for_each(|(time, count)| times.add(*time, *count));
        times
    }

    #[test]
    fn a_percentile_is_the_time_that_so_many_took_at_most() {
        let seen = times(&[(10, 50), (20, 49), (900, 1)]);
        assert_eq!(
            [0.0, 0.5, 0.51, 0.99, 0.991, 1.0].map(|share| seen.percentile(share)),
            [10.0, 10.0, 20.0, 20.0, 900.0, 900.0]
        );
        assert_eq!(times(&[(7, 1)]).percentile(0.5), 7.0);
        assert!(Times::default().percentile(0.5).is_nan());
    }

    #[test]
    fn the_same_time_counts_as_often_as_it_was_seen() {
        assert_eq!(times(&[(5, 1), (5, 2)]), times(&[(5, 3)]));
    }

    #[test]
    fn a_spread_is_smallest_middle_and_largest() {
        let Spread { min, median, max } = Spread::of([3.0, f64::NAN, 1.0, 2.0]);
        assert_eq!((min, median, max), (1.0, 2.0, 3.0));
        assert_eq!(Spread::of([1.0, 4.0, 2.0, 3.0]).median, 2.5);
        assert!(Spread::of([f64::NAN]).median.is_nan());
    }

    #[test]
    fn numbers_have_about_three_digits() {
        let shown = [12_345.6, 99.94, 1.6, 0.45, 0.0021, 0.0, -3.0].map(number);
        assert_eq!(shown, ["12346", "99.9", "1.60", "0.45", "0.0021", "0.00", "-3.00"]);
        assert_eq!(number(f64::NAN), "–");
        assert_eq!(Spread::of([1.0, 2.0, 40.0]).to_string(), "2.00 (1.00–40.0)");
        assert_eq!(Spread::of([]).to_string(), "–");
    }

    #[test]
    fn ratios_are_of_one_round_each() {
        // The second round ran on a machine half as fast: the ratio does not notice.
        let Spread { min, median, max } = Spread::of_ratios([(40.0, 80.0), (20.0, 40.0)]);
        assert_eq!((min, median, max), (0.5, 0.5, 0.5));
        let holes = [(f64::NAN, 1.0), (1.0, f64::NAN), (1.0, 0.0), (3.0, 2.0)];
        assert_eq!(Spread::of_ratios(holes).median, 1.5);
    }
}
