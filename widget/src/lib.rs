//! The browser half of byo, as WebAssembly: everything that decides or touches a provider key.
//!
//! The page's TypeScript writes the typed key into a [`KeyBuffer`](browser::KeyBuffer) and never holds
//! it itself; a [`Client`](browser::Client) seals it and posts the envelope. The modules below know no
//! browser, so they are tested natively; `browser` binds them to JavaScript and decides nothing.
//!
//! | module | |
//! |---|---|
//! | `paste`, `shape` | cleans what was pasted; hints when it looks like something else |
//! | `endpoint` | which server and token; the audience of an envelope |
//! | `request`, `params`, `envelope` | what the page asks, what the server offers, the body that is posted |
//! | `json` | the shapes of messages |
//! | `retry` | when an attempt is made once more |
//! | `failure`, `problem`, `wording` | what went wrong, whose fault it is, what to do next |
//! | `verdict` | the outcome of a check in plain words |
//! | `catalogue`, `tables` | the providers as a person meets them; the same as TypeScript |

#[cfg(target_arch = "wasm32")]
pub mod browser;
pub mod catalogue;
pub mod endpoint;
pub mod envelope;
pub mod failure;
pub mod json;
pub mod params;
pub mod paste;
pub mod problem;
pub mod request;
pub mod retry;
pub mod shape;
pub mod tables;
pub mod verdict;
mod wording;
