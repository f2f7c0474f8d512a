//! No copy of this process's memory for others.

use byo_server::config::ServerConfig;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

use super::Failure;

/// Forbids core files, and looking into the process for others of its user, unless the operator wants them.
pub(super) fn forbid_unless_wanted(config: &ServerConfig) -> Result<(), Failure> {
    if config.core_dumps {
        tracing::warn!("core dumps are allowed (BYO_SERVER__CORE_DUMPS); they can hold keys");
        return Ok(());
    }
    let failed = |error| format!("core dumps cannot be forbidden (BYO_SERVER__CORE_DUMPS): {error}");
    // Each covers what the other does not: a handler that the system pipes core dumps to heeds no limit, and a file
    // is written for whoever resets the flag.
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(failed)?;
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).map_err(failed)?;
    Ok(())
}
