//! Where byo can be made to send something: nowhere but to public addresses, whatever is saved, stored or resolved.
//!
//! Each test runs byo as a process in a network namespace in which every address of the world leads to the test's own
//! listeners, and compares the kernel's own count of connections and datagrams with what it can account for.

mod authority;
mod client;
mod counters;
mod dns;
mod namespace;
mod proxied;
mod server;
mod sinks;
mod stored;
mod table;
mod world;

mod literals;
mod names;
mod opened;
mod redirects;
mod replaced;
