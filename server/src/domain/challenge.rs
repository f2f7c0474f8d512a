//! Challenges: they give an envelope its age without trusting the browser's clock.
//!
//! 16 random bytes ‖ issued (ms, u64) ‖ expires (ms, u64) ‖ HMAC-SHA256 over those and what it is for, under a key
//! that every node with the same master key has. Nothing is stored until one is used.

use std::time::Duration;

use crate::{clock::Timestamp, entropy::Entropy, vault::Vault};

/// How long a browser has between asking for parameters and posting the envelope.
const LIFETIME: Duration = Duration::from_mins(10);

const RANDOM: usize = 16;
const MAC: usize = 32;
/// All of it, in bytes.
pub(super) const LEN: usize = RANDOM + 8 + 8 + MAC;

/// What a challenge may be sealed into. One that is for the one is a forgery for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// A key that is posted: connect, test, rotate.
    Submission,
    /// A key that is used for requests and never stored.
    Requests,
}

impl Use {
    /// What is authenticated.
    fn parts(self, body: &[u8]) -> Vec<&[u8]> {
        match self {
            Self::Submission => vec![body],
            Self::Requests => vec![body, b"request"],
        }
    }
}

/// A challenge that this server issued, not yet expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    pub(super) issued_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

/// Why a challenge is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadChallenge {
    /// This server never issued it for this use.
    Forged,
    /// Its time is over.
    Expired,
}

/// One for connect, test or rotate.
pub(super) fn issue(vault: &Vault, entropy: &dyn Entropy, now: Timestamp) -> ([u8; LEN], Challenge) {
    issue_for(Use::Submission, LIFETIME, vault, entropy, now)
}

/// One for a key that is used for requests so long.
pub(super) fn issue_for_requests(
    lifetime: Duration,
    vault: &Vault,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> ([u8; LEN], Challenge) {
    issue_for(Use::Requests, lifetime, vault, entropy, now)
}

fn issue_for(
    usage: Use,
    lifetime: Duration,
    vault: &Vault,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> ([u8; LEN], Challenge) {
    let challenge = Challenge { issued_at: now, expires_at: now.after(lifetime) };
    let mut bytes = [0; LEN];
    let (body, mac) = bytes.split_at_mut(LEN - MAC);
    entropy.fill(&mut body[..RANDOM]);
    body[RANDOM..RANDOM + 8].copy_from_slice(&challenge.issued_at.as_millis().to_be_bytes());
    body[RANDOM + 8..].copy_from_slice(&challenge.expires_at.as_millis().to_be_bytes());
    mac.copy_from_slice(&vault.challenge_mac(&usage.parts(body)));
    (bytes, challenge)
}

pub(super) fn verify(
    usage: Use,
    vault: &Vault,
    bytes: &[u8],
    now: Timestamp,
) -> Result<Challenge, BadChallenge> {
    let bytes: &[u8; LEN] = bytes.try_into().map_err(|_| BadChallenge::Forged)?;
    let (body, mac) = bytes.split_at(LEN - MAC);
    if !vault.challenge_mac_is(&usage.parts(body), mac) {
        return Err(BadChallenge::Forged);
    }
    let time = |start: usize| {
        let bytes = body[start..start + 8].try_into().expect("eight bytes were cut");
        Timestamp::from_millis(i64::from_be_bytes(bytes))
    };
    let challenge = Challenge { issued_at: time(RANDOM), expires_at: time(RANDOM + 8) };
    if challenge.expires_at <= now { Err(BadChallenge::Expired) } else { Ok(challenge) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use zeroize::Zeroizing;

    use super::*;
    use crate::{entropy::SystemEntropy, vault::MasterKey};

    fn vault(byte: u8) -> Vault {
        Vault::new(&MasterKey::from_bytes_unchecked(Zeroizing::new([byte; 32])), Arc::new(SystemEntropy))
    }

    #[test]
    fn a_challenge_is_good_until_it_expires() {
        let now = Timestamp::from_millis(1_000_000);
        let (bytes, challenge) = issue(&vault(1), &SystemEntropy, now);
        assert_eq!(verify(Use::Submission, &vault(1), &bytes, now), Ok(challenge));
        let last = Timestamp::from_millis(challenge.expires_at.as_millis() - 1);
        assert_eq!(verify(Use::Submission, &vault(1), &bytes, last), Ok(challenge));
        assert_eq!(
            verify(Use::Submission, &vault(1), &bytes, challenge.expires_at),
            Err(BadChallenge::Expired)
        );
    }

    #[test]
    fn no_bit_of_a_challenge_can_be_changed() {
        let now = Timestamp::from_millis(1_000_000);
        let (bytes, _) = issue(&vault(1), &SystemEntropy, now);
        for bit in 0..LEN * 8 {
            let mut changed = bytes;
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                verify(Use::Submission, &vault(1), &changed, now),
                Err(BadChallenge::Forged),
                "bit {bit}"
            );
        }
        assert_eq!(verify(Use::Submission, &vault(2), &bytes, now), Err(BadChallenge::Forged));
        assert_eq!(verify(Use::Submission, &vault(1), &bytes[1..], now), Err(BadChallenge::Forged));
    }

    #[test]
    fn a_challenge_serves_its_own_use_alone() {
        let now = Timestamp::from_millis(1_000_000);
        let day = Duration::from_hours(24);
        let (bytes, challenge) = issue_for_requests(day, &vault(1), &SystemEntropy, now);
        assert_eq!(challenge.expires_at, now.after(day));
        assert_eq!(verify(Use::Requests, &vault(1), &bytes, now), Ok(challenge));
        assert_eq!(verify(Use::Submission, &vault(1), &bytes, now), Err(BadChallenge::Forged));
        let (bytes, _) = issue(&vault(1), &SystemEntropy, now);
        assert_eq!(verify(Use::Requests, &vault(1), &bytes, now), Err(BadChallenge::Forged));
    }
}
