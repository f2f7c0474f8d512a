//! The API as its users meet it: through the router, with real tokens, envelopes, database and provider.

mod bad_input;
mod connect;
mod database;
mod envelopes;
mod lifecycle;
mod logged;
mod operator;
mod origins;
mod replay;
mod sealing_keys;
mod sessions;
mod tampered;
mod webhooks;
mod working;
