//! Calls to providers with a customer's key: `/v1/proxy/{provider}/…` and `/v1/unified`.

mod credentials;
mod keyless;
mod keys;
mod models;
mod paths;
mod refusals;
mod stage;
mod suspicion;
mod tenants;
mod unified;
mod usage;
