//! The binary `byo`.

mod cli;

use std::process::ExitCode;

use mimalloc::MiMalloc;
use zeroizing_alloc::ZeroAlloc;

/// Wipes whatever is freed. Keys pass through buffers of the libraries below (HTTP, TLS, JSON), which nobody else wipes.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<MiMalloc> = ZeroAlloc(MiMalloc);

fn main() -> ExitCode {
    cli::run()
}
