//! `/v1/admin`: the operator's calls.

pub(super) mod platform_keys;
pub(super) mod projects;
pub(super) mod sealing_keys;
pub(super) mod tokens;
