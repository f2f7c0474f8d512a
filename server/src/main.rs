//! The binary `byo`.

mod cli;

use std::process::ExitCode;

use tikv_jemallocator::Jemalloc;
use zeroizing_alloc::ZeroAlloc;

/// Quick with the buffers of a few kilobytes that each request takes, which glibc's own allocator merges and splits.
/// Wipes whatever is freed. Keys pass through buffers of the libraries below (HTTP, TLS, JSON), which nobody else wipes.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<Jemalloc> = ZeroAlloc(Jemalloc);

fn main() -> ExitCode {
    cli::run()
}
