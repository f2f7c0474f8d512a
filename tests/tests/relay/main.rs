//! Calls that pass through, over real sockets: what arrives, what comes back, and what happens when one side fails.

mod aborts;
mod alone;
mod client;
mod counted;
mod cuts;
mod echo;
mod endings;
mod everywhere;
mod kinds;
mod logged;
mod memory;
mod passes;
mod paths;
mod smuggling;
mod stage;
mod streams;
mod timeouts;
mod tokens;
mod upstreams;
