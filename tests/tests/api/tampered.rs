//! A database edited by other hands than byo's.
//!
//! A vault record opens only in the row, the version and the place it was made for, so whoever can write to the
//! database, but has no master key, gets no stored key sent anywhere: not to another customer's provider account, not to
//! another base URL, not under another name. Each is refused at the first use, with a line at level error.
//!
//! What is **not** noticed, because no record binds it:
//! - a whole row put back as it was before, a revoked key included, from a copy that somebody kept: every part of it is
//!   genuine. Only a record of what happened that is kept elsewhere, or chained, can tell;
//! - what stands beside the key for people: status (a disabled key made active again), verdict, hint, fingerprint, the
//!   list of models, the times of the last change and check;
//! - which events a webhook endpoint asks for, and whether it is disabled; rows that are deleted;
//! - tokens and sessions: they are hashes, and a hash of one's own can be added. Who can write to the database can act
//!   as any project through the API; what they cannot do there either is read a stored key.

mod platform;
mod record;
mod row;
mod sealing_key;
mod stage;
mod webhook;
