//! The API as its users meet it: through the router, with real tokens, envelopes, database and provider.

mod connect;
mod envelopes;
mod replay;
mod sessions;
