//! Requests that are wrong in every way, at the socket of a real server.

mod bulk;
mod hosts;
mod large;
mod mutate;
mod paths;
mod request;
mod smuggling;
mod stage;
