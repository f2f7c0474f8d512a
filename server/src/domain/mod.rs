//! What byo does: who may, in which order, and what follows.
//!
//! Direction: `http → domain → {store, vault, egress, providers}`. Nothing here knows HTTP; refusals are
//! values that say who is at fault.

mod access;
mod authority;
mod challenge;
mod customer;
mod endpoint;
mod event;
mod in_flight;
mod in_use;
mod key;
mod ledger;
mod mode;
mod models;
mod pages;
mod platform_key;
mod project;
mod provider_config;
mod readiness;
mod record;
mod refusal;
mod request_key;
mod runtime_token;
mod sealing;
mod session;
mod submit;
mod suspicion;

pub use access::{Access, Ask, Given, HeldKey, OpenKey, StoredAt, access};
pub use authority::{Authority, Publishable, Secret, Session};
pub use customer::{Reverted, revert};
pub use endpoint::{EVENT_KINDS, NewEndpoint, add_endpoint, endpoint_secret, remove_endpoint};
pub use event::Event;
pub use in_flight::InFlight;
pub use in_use::{Held, InUse, Lease, Through};
pub use key::{Validation, list, one, revoke, set_disabled, validate};
pub use ledger::Ledger;
pub use mode::{Answering, modes};
pub use models::set_models;
pub use pages::{NO_PAGES, pages};
pub use platform_key::{PlatformKey, platform_keys, put_platform_key, remove_platform_key};
pub use project::{CreatedProject, CreatedToken, create_project, create_token, revoke_token};
pub use readiness::Readiness;
pub use refusal::{Fault, Invalid, Refusal};
pub use request_key::{RequestKey, open_request_key, request_params};
pub use runtime_token::{
    CreatedRuntimeToken, NO_TOKEN, RuntimeTokenRequest, create_runtime_token, revoke_runtime_token,
    runtime_tokens,
};
pub use sealing::{
    Announced, Occasion, Params, Schedule, SealingKeys, SealingKeysError, SealingSettings, announced,
    directory, keep_sealing_keys, params, rotate_sealing_keys,
};
pub use session::{CreatedSession, SessionRequest, create_session, is_origin};
pub use submit::{CheckMessage, KeyAnswer, Material, Outcome, Submission, TestAnswer, submit};
pub use suspicion::suspect;
