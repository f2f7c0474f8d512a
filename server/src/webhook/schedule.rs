//! When to try again.

use std::time::Duration;

use crate::{clock::Timestamp, entropy::Entropy};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// Seconds between one attempt and the next: eleven attempts over more than 75 hours.
const DELAYS: [u64; 10] =
    [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR, 24 * HOUR];

/// A receiver may ask to be left alone for at most this long.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// When the attempt after `number` (from 1) is due; `None` when that was the last. Spread by a fifth either way, so
/// that a receiver that comes back is not met by everything at once.
pub fn next_attempt(
    number: u32,
    now: Timestamp,
    retry_after: Option<Duration>,
    entropy: &dyn Entropy,
) -> Option<Timestamp> {
    let seconds = *DELAYS.get(usize::try_from(number).ok()?.checked_sub(1)?)?;
    let per_mille = 800 + u64::from(u16::from_be_bytes(entropy.bytes())) % 401;
    let delay = Duration::from_millis(seconds * per_mille);
    let asked = retry_after.unwrap_or_default().min(LONGEST_WAIT);
    Some(now.after(delay.max(asked)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn delay(number: u32, retry_after: Option<Duration>) -> Option<Duration> {
        next_attempt(number, NOW, retry_after, &SystemEntropy).map(|at| at.since(NOW))
    }

    #[test]
    fn there_are_at_least_ten_attempts_over_at_least_75_hours() {
        let total: u64 = DELAYS.iter().sum();
        // The worst jitter shortens all of it by a fifth.
        assert!(DELAYS.len() + 1 >= 10 && total * 8 / 10 >= 75 * HOUR);
    }

    #[test]
    fn delays_are_spread_by_a_fifth_and_end() {
        for (number, seconds) in (1..).zip(DELAYS) {
            for _ in 0..50 {
                let delay = delay(number, None).unwrap();
                let around = Duration::from_secs(seconds);
                assert!(delay >= around * 8 / 10 && delay <= around * 12 / 10, "{number}: {delay:?}");
            }
        }
        assert_eq!(delay(11, None), None);
        assert_eq!(delay(0, None), None);
    }

    #[test]
    fn jitter_reaches_a_fifth_either_way() {
        struct Drawn(u16);
        impl Entropy for Drawn {
            fn fill(&self, buffer: &mut [u8]) {
                buffer.copy_from_slice(&self.0.to_be_bytes());
            }
        }
        for (drawn, seconds) in [(0, 240), (200, 300), (400, 360), (401, 240)] {
            let next = next_attempt(2, NOW, None, &Drawn(drawn)).unwrap();
            assert_eq!(next.since(NOW), Duration::from_secs(seconds), "{drawn}");
        }
    }

    #[test]
    fn retry_after_is_heeded_within_reason() {
        assert_eq!(delay(1, Some(Duration::from_mins(10))), Some(Duration::from_mins(10)));
        assert_eq!(delay(1, Some(Duration::from_hours(999))), Some(LONGEST_WAIT));
        assert!(delay(4, Some(Duration::from_secs(1))).unwrap() >= Duration::from_hours(1));
    }
}
