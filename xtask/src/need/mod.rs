//! What a fresh machine lacks: each part is fetched, or named in one line with the way to get it.

pub(crate) mod cargo_fuzz;
pub(crate) mod chromium;
mod debian;
pub(crate) mod make;
pub(crate) mod namespace;
pub(crate) mod node;
pub(crate) mod npm;
pub(crate) mod proxies;
pub(crate) mod python;
pub(crate) mod rust;
pub(crate) mod strace;
