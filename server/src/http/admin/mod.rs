//! `/v1/admin`: the operator's calls.

pub(super) mod projects;
pub(super) mod tokens;
