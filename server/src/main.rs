//! The binary `byo`.

mod cli;

use std::{alloc::System, process::ExitCode};

use zeroizing_alloc::ZeroAlloc;

/// Wipes whatever is freed. Keys pass through buffers of the libraries below (HTTP, TLS, JSON), which nobody else wipes.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    cli::run()
}
