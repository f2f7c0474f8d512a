//! The API as its users meet it: through the router, with real tokens, envelopes, database and provider.

mod bad_input;
mod connect;
mod database;
mod disabled;
mod envelopes;
mod frame;
mod hung_up;
mod lifecycle;
mod modes;
mod on_the_proxy;
mod operator;
mod origins;
mod page_origin;
mod platform_keys;
mod proxy;
mod replay;
mod request_keys;
mod revert;
mod runtime_tokens;
mod sealing_keys;
mod sessions;
mod tampered;
mod webhooks;
mod widget_files;
mod working;
