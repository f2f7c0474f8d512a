//! The byo server: opens customers' sealed provider keys, checks, stores and uses them.
//!
//! | module | |
//! |---|---|
//! | `http` | the wire: routes, principals, problems, the accept loop |
//! | `domain` | what byo does: who may, in which order, and what follows |
//! | `store` | what is remembered: one trait, one backend a database; the only SQL |
//! | `vault` | encryption at rest; the only ciphers besides `byo-seal` |
//! | `directory` | who vouches for the keys browsers seal to |
//! | `egress` | the only way out |
//! | `providers` | how each provider is asked about a key |
//! | `proxy` | calls that pass through to providers |
//! | `unified` | one request form over all providers |
//! | `webhook` | telling the backend |
//! | `config`, `limit`, `telemetry` | settings, rate limits, logs |
//! | `clock`, `entropy`, `id`, `token`, `secret`, `environment` | what all of these share |

pub mod app;
pub mod clock;
pub mod config;
pub mod demo;
pub mod directory;
pub mod domain;
pub mod egress;
pub mod entropy;
pub mod environment;
pub mod http;
pub mod id;
pub mod limit;
pub mod providers;
pub mod proxy;
pub mod secret;
pub mod start;
pub mod store;
pub mod telemetry;
pub mod token;
pub mod unified;
pub mod vault;
pub mod webhook;
