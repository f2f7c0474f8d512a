//! The only way out of the process.
//!
//! Whatever leaves goes through [`Egress`]: provider checks, the proxy, webhooks. A destination is often a
//! customer's own text, so it is judged twice. [`Egress::check`] judges the text (when it is saved and at every use);
//! the connector judges every address the name resolves to and dials one of those, so that a name cannot mean one
//! thing when checked and another when dialled. Redirects are returned, never followed; proxies named in the
//! environment are ignored; bodies are neither decompressed nor read past a cap.

mod address;
mod allow;
mod client;
mod connector;
mod destination;
mod error;
mod gate;
mod host;
mod line;
mod message;
mod own;
mod policy;
mod resolve;
mod tls;

pub use allow::{AllowRule, InvalidAllowRule};
pub use client::{Egress, EgressLimits};
pub use destination::{Destination, UrlKind};
pub use error::{BodyFault, DestinationNotAllowed, EgressError, UnreachableKind};
pub use host::Host;
pub use line::Line;
pub use message::{Exchange, OutgoingBody, Request, Response};
pub use own::{OwnAddress, OwnAddresses};
pub use policy::Policy;
pub use resolve::{Resolve, StaticResolver, SystemResolver, Unresolvable};
pub use tls::{InvalidRoots, Roots};

#[cfg(test)]
pub(crate) mod tests;
