//! Durations as people write them.

use std::time::Duration;

use jiff::SignedDuration;

/// Reads `10s`, `1m 30s`, `24h` or ISO 8601's `PT10S`; nothing negative.
pub(super) fn parse(text: &str) -> Option<Duration> {
    text.parse::<SignedDuration>().ok().and_then(|duration| Duration::try_from(duration).ok())
}

/// The shortest way to write it that [`parse`] reads.
pub(super) fn write(duration: Duration) -> String {
    SignedDuration::try_from(duration)
        .map_or_else(|_| "forever".to_owned(), |duration| format!("{duration:#}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, millis) in [
            ("10s", Some(10_000)),
            ("1m 30s", Some(90_000)),
            ("1m30s", Some(90_000)),
            ("24h", Some(86_400_000)),
            ("250ms", Some(250)),
            ("PT10S", Some(10_000)),
            ("0s", Some(0)),
            ("10", None),
            ("", None),
            ("-10s", None),
            ("soon", None),
            ("1 fortnight", None),
        ] {
            assert_eq!(parse(text), millis.map(Duration::from_millis), "{text}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for millis in [100, 10_000, 90_000, 600_000] {
            let duration = Duration::from_millis(millis);
            assert_eq!(parse(&write(duration)), Some(duration));
        }
        assert_eq!(write(Duration::from_mins(10)), "10m");
    }
}
