//! Epochs inside the node's Wasm executor.
//!
//! `run` takes neurons, validators, filling in thousandths (each u16) and a number of epochs (u32), little-endian, and
//! returns the sum of all incentives' and dividends' bits of the last epoch, so that the caller can see that Wasm and
//! native agree and that nothing was optimised away.

#![no_std]

extern crate alloc;

#[path = "../../common/subnet.rs"]
mod subnet;

use alloc::boxed::Box;
use core::alloc::{GlobalAlloc, Layout};
use ganglion_yuma::{Options, Workspace};
use subnet::{fingerprint, Subnet};

extern "C" {
    fn ext_allocator_malloc_version_1(size: u32) -> u32;
    fn ext_allocator_free_version_1(pointer: u32);
}

/// The runtime's allocator: the host's.
struct Host;

// SAFETY: the host hands out disjoint, 8-aligned blocks of at least the asked size, or traps.
unsafe impl GlobalAlloc for Host {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ext_allocator_malloc_version_1(layout.size() as u32) as *mut u8
    }

    unsafe fn dealloc(&self, pointer: *mut u8, _: Layout) {
        ext_allocator_free_version_1(pointer as u32)
    }
}

#[global_allocator]
static ALLOCATOR: Host = Host;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

fn word(data: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([data[at], data[at + 1]])
}

/// See the crate's documentation.
///
/// # Safety
/// The host passes a readable block.
#[no_mangle]
pub unsafe extern "C" fn run(pointer: *const u8, length: usize) -> u64 {
    let data = core::slice::from_raw_parts(pointer, length);
    let subnet = Subnet::new(word(data, 0), word(data, 2), word(data, 4).into());
    let epochs = u32::from(word(data, 6)) | u32::from(word(data, 8)) << 16;
    let mut workspace = Workspace::new();
    let mut sum = 0u64;
    for _ in 0..epochs {
        sum = match workspace.run(core::hint::black_box(&subnet.input()), &Options::default()) {
            Ok(outcome) => fingerprint(&outcome),
            Err(_) => core::arch::wasm32::unreachable(),
        };
    }
    let answer = Box::leak(Box::new(sum.to_le_bytes()));
    answer.as_ptr() as u64 | 8 << 32
}
