//! Calls that pass through, over real sockets: what arrives, what comes back, and what happens when one side fails.

mod aborts;
mod client;
mod cuts;
mod endings;
mod passes;
mod stage;
mod streams;
