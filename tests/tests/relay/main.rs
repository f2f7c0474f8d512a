//! Calls that pass through, over real sockets: what arrives, what comes back, and what happens when one side fails.

mod aborts;
mod client;
mod counted;
mod cuts;
mod echo;
mod endings;
mod logged;
mod passes;
mod paths;
mod smuggling;
mod stage;
mod streams;
mod timeouts;
mod upstreams;
