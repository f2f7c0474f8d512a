//! Providers on loopback that speak HTTP by themselves. One whose every byte is the test's own is in [`crate::upstream`].

mod fake;
mod scripted;

pub use fake::FakeProvider;
pub use scripted::{ScriptedProvider, Seen, answer_json, answer_with};
