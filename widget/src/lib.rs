//! The part of byo's browser half that touches a provider key, as WebAssembly: it holds the key where it can be
//! overwritten, cleans and looks at it, and seals it. Requests, answers and all words are the page's TypeScript.
//!
//! As wasm it does without `std`, whose formatting and panics would be most of its size.
//!
//! | module | |
//! |---|---|
//! | `key_buffer` | a key in memory that can be overwritten |
//! | `paste`, `shape` | cleans what was pasted; says when it looks like something else |
//! | `once` | the page's random bytes as a generator |
//! | `sealer` | the bindings to JavaScript: one class |
//! | `alone` | what `std` would otherwise bring: an allocator that wipes, and an end |
//! | `catalogue`, `tables` | the providers as a person meets them, written down as TypeScript |

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

#[cfg(target_arch = "wasm32")]
mod alone;
#[cfg(not(target_arch = "wasm32"))]
pub mod catalogue;
pub mod key_buffer;
pub mod once;
pub mod paste;
#[cfg(target_arch = "wasm32")]
pub mod sealer;
pub mod shape;
#[cfg(not(target_arch = "wasm32"))]
pub mod tables;
