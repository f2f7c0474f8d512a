//! A server as a process sees it: starting, refusing to start, and what a client meets at the socket.

mod slow;
mod start;
mod store;
