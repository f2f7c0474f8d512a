//! What a module without `std` brings itself.

use core::{arch::wasm32, panic::PanicInfo};

use lol_alloc::{FreeListAllocator, LockedAllocator};
use zeroizing_alloc::ZeroAlloc;

/// Wipes whatever is given back, so that nothing a cipher left on the heap outlives it.
#[global_allocator]
static WIPING: ZeroAlloc<LockedAllocator<FreeListAllocator>> =
    ZeroAlloc(LockedAllocator::new(FreeListAllocator::new()));

/// A bug ends the module, and the page says that something went wrong. Words for it would be most of the module.
#[panic_handler]
fn end(_: &PanicInfo<'_>) -> ! {
    wasm32::unreachable()
}
