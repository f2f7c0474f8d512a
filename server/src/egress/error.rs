//! Why nothing was sent, or nothing came back. No message names an address: it may be inside the operator's network,
//! and the reader may be a stranger.

/// The destination is refused. Deliberately without detail: the reason would map the operator's network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the destination is not allowed")]
pub struct DestinationNotAllowed;

/// Why a request brought no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// The policy refuses the destination, by its text or by an address behind its name.
    #[error(transparent)]
    NotAllowed(#[from] DestinationNotAllowed),
    /// No connection came about.
    #[error("the destination cannot be reached: {0}")]
    Unreachable(UnreachableKind),
    /// The time for connecting, or for the whole exchange, ran out.
    #[error("the destination did not answer in time")]
    TimedOut,
    /// The answer is larger than the request allowed.
    #[error("the answer is too large")]
    TooLarge,
    /// What was to be sent could not be had whole.
    #[error("the body to be sent {0}")]
    Body(BodyFault),
    /// The answer is not HTTP, or broke off.
    #[error("the answer is not valid HTTP or broke off")]
    Protocol,
}

/// Why a body that was still coming in was not sent whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    /// It is longer than it may be.
    #[error("is too large")]
    TooLarge,
    /// It came in too slowly.
    #[error("did not arrive in time")]
    TimedOut,
    /// It broke off, or cannot be read.
    #[error("broke off")]
    Broken,
}

/// Which step of connecting failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreachableKind {
    /// The name does not resolve.
    #[error("its name does not resolve")]
    Name,
    /// Nobody accepts connections there.
    #[error("it accepts no connection")]
    Connection,
    /// The certificate does not prove the name, or the handshake failed.
    #[error("its TLS certificate or handshake is not valid")]
    Tls,
}
