//! Telling the backend: signatures, schedule, and the worker that delivers.

mod schedule;
mod secret;
mod sign;
mod worker;

pub use schedule::next_attempt;
pub use secret::{InvalidSecret, WebhookSecret};
pub use sign::{InvalidSignature, Signatures, sign, verify};
pub use worker::{Worker, WorkerSettings};
