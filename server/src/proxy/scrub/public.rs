//! What of a key is no secret: how providers document that their keys begin.

/// Documented beginnings; of several the longest counts. They are what an error message may well mention.
const PREFIXES: [&str; 25] = [
    "sk-",
    "sk-proj-",
    "sk-svcacct-",
    "sk-service-",
    "sk-admin-",
    "sk-ant-",
    "sk-ant-api03-",
    "sk-ant-admin01-",
    "sk-or-",
    "sk-or-v1-",
    "gsk_",
    "xai-",
    "tgp_v1_",
    "AIza",
    "AQ.",
    "bedrock-api-key-",
    "ABSK",
    // The simulator's keys, named after what its answers then speak of.
    "sk-byo-test-valid",
    "sk-byo-test-restricted",
    "sk-byo-test-no-quota",
    "sk-byo-test-not-provable",
    "sk-byo-test-rejected",
    "sk-byo-test-denied",
    "sk-byo-test-rate-limited",
    "sk-byo-test-unreachable",
];

/// How many characters at the start of the key anyone knows.
pub(super) fn prefix(key: &str) -> usize {
    PREFIXES.iter().filter(|prefix| key.starts_with(**prefix)).map(|prefix| prefix.len()).max().unwrap_or(0)
}
