//! `POST /v1/unified`: one request shape over every provider, and one answer shape back.
//!
//! Pure translation: nothing here reaches the network, reads a clock or sees a key. [`UnifiedRequest::checked`] reads
//! what a caller sent, [`outgoing`] writes what the provider's own SDK would have sent through the proxy, [`answer`]
//! and [`StreamReader`] read what came back. Text only: tools, images and files have no shape that all providers
//! share, and callers who need them use the proxy itself.
//!
//! No text that a provider put into an error is passed on; what is told of failures are byo's own words.

mod address;
mod answer;
pub mod demo;
mod event;
mod model;
mod outgoing;
mod request;
mod sse;
mod stream;
mod wires;

pub use answer::{FinishReason, NotUnderstood, Served, UnifiedAnswer, UnifiedUsage, answer};
pub use event::UnifiedEvent;
pub use model::default_model;
pub use outgoing::{Outgoing, outgoing};
pub use request::{Message, Role, UnifiedCall, UnifiedRequest};
pub use stream::{Cut, StreamReader};
pub use wires::Wire;

#[cfg(test)]
mod tests;
