//! Counts, read from what the test runners print.

use std::ops::AddAssign;

/// What a runner says it ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    /// Ignored, skipped or marked as to do. There are to be none.
    pub(crate) skipped: u64,
}

impl Tally {
    /// A line of Rust's test harness such as
    /// `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`.
    pub(crate) fn of_libtest(line: &str) -> Option<Self> {
        let counts = line.strip_prefix("test result: ")?.split_once(". ")?.1;
        let count = |word| {
            counts.split(';').find_map(|part| part.trim().strip_suffix(word)?.trim().parse::<u64>().ok())
        };
        Some(Self { passed: count("passed")?, failed: count("failed")?, skipped: count("ignored")? })
    }

    /// The closing comments of Node's TAP report, `# pass 12` and so on. A test may print such a line
    /// itself; the report's own come last.
    pub(crate) fn of_tap(report: &str) -> Option<Self> {
        let count = |word: &str| {
            let lines = report.lines().rev();
            lines
                .filter_map(|line| line.strip_prefix("# ")?.strip_prefix(word)?.trim().parse::<u64>().ok())
                .next()
        };
        Some(Self {
            passed: count("pass ")?,
            failed: count("fail ")? + count("cancelled ")?,
            skipped: count("skipped ")? + count("todo ")?,
        })
    }

    /// How many tests unittest ran, which it says in a line such as `Ran 54 tests in 15.907s`.
    pub(crate) fn ran_by_unittest(line: &str) -> Option<u64> {
        line.strip_prefix("Ran ")?.split_once(" test")?.0.parse().ok()
    }

    /// The line after that: `OK`, `OK (skipped=1)` or `FAILED (failures=2, errors=1)`. Parts of one test may fail
    /// several times.
    pub(crate) fn of_unittest(ran: u64, line: &str) -> Option<Self> {
        let rest = line.strip_prefix("OK").or_else(|| line.strip_prefix("FAILED"))?;
        let inner = match rest {
            "" => "",
            _ => rest.strip_prefix(" (")?.strip_suffix(')')?,
        };
        let mut tally = Self::default();
        for (word, count) in inner.split(", ").filter_map(|part| part.split_once('=')) {
            let count: u64 = count.parse().ok()?;
            match word {
                "failures" | "errors" | "unexpected successes" => tally.failed += count,
                _ => tally.skipped += count,
            }
        }
        Some(Self { passed: ran.saturating_sub(tally.failed + tally.skipped), ..tally })
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_line_of_the_rust_harness_is_counted() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.01s";
        assert_eq!(Tally::of_libtest(line), Some(Tally { passed: 12, failed: 3, skipped: 1 }));
    }

    #[test]
    fn other_lines_of_the_rust_harness_are_not_counted() {
        for line in ["test a ... ok", "running 3 tests", "test result: ok", "test result: ok. many passed;"] {
            assert_eq!(Tally::of_libtest(line), None, "{line}");
        }
    }

    #[test]
    fn the_last_counts_of_a_tap_report_win_over_what_a_test_printed() {
        let report = "TAP version 13\n# pass 99\nok 1 - a\n    # fail 7\n1..1\n# tests 6\n# suites 0\n# pass 3\n\
                      # fail 1\n# cancelled 1\n# skipped 1\n# todo 0\n# duration_ms 12.5\n";
        assert_eq!(Tally::of_tap(report), Some(Tally { passed: 3, failed: 2, skipped: 1 }));
    }

    #[test]
    fn a_report_that_was_cut_off_has_no_count() {
        assert_eq!(Tally::of_tap("TAP version 13\nok 1 - a\n# tests 1\n# pass 1\n"), None);
    }
    #[test]
    fn the_two_closing_lines_of_unittest_are_counted() {
        assert_eq!(Tally::ran_by_unittest("Ran 54 tests in 15.907s"), Some(54));
        assert_eq!(Tally::ran_by_unittest("Ran 1 test in 0.001s"), Some(1));
        assert_eq!(Tally::ran_by_unittest("Ran away"), None);
        let of = |line| Tally::of_unittest(9, line);
        assert_eq!(of("OK"), Some(Tally { passed: 9, failed: 0, skipped: 0 }));
        assert_eq!(of("OK (skipped=2)"), Some(Tally { passed: 7, failed: 0, skipped: 2 }));
        assert_eq!(of("OK (expected failures=1)"), Some(Tally { passed: 8, failed: 0, skipped: 1 }));
        let failed = of("FAILED (failures=2, errors=1, skipped=1, unexpected successes=1)");
        assert_eq!(failed, Some(Tally { passed: 4, failed: 4, skipped: 1 }));
        assert_eq!(of("FAILED (failures=30)"), Some(Tally { passed: 0, failed: 30, skipped: 0 }));
        for line in ["OK then", "test_models ... ok", "FAILED (failures=many)"] {
            assert_eq!(of(line), None, "{line}");
        }
    }
}
