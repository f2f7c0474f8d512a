//! Calls that pass through to providers with a key that the caller never sees.
//!
//! Order of a call: [`Tail::read`] (may it be forwarded at all), [`crate::domain::access`] (whose key), [`forward`]
//! (lists of paths and models, the exchange, what becomes of the answer). What the provider gets is what the caller
//! sent, byte for byte, but for the headers; what the caller gets is what a successful provider sent, byte for byte.
//! An answer that is no success is read whole, rid of every piece of the key, and judged.

mod answer;
pub mod events;
mod exchange;
mod forward;
mod headers;
mod model;
mod refused;
mod relay;
pub mod scrub;
pub mod shape;
mod simulated;
pub mod stream;
mod tail;
pub mod usage;
mod used;
pub mod values;

pub use answer::{Answer, AnswerBody};
pub use forward::{Call, forward};
pub use headers::is_event_stream;
pub use relay::{BrokenOff, Relay};
pub use tail::{BadTail, Tail};
