//! What can be wrong with a call. Each shape writes it down in its own form.

use http::StatusCode;

use super::{
    check,
    request::{Request, Voice},
};
use crate::secret::ProviderKey;

/// Why a call is refused.
pub(super) enum Fault {
    /// The key is not let in. With pieces of it where it is the test key that stands for this.
    RejectedKey(Option<Echo>),
    RateLimited,
    NoCredit,
    ModelListForbidden,
    UnknownPath,
    UnknownModel,
    /// The body is no JSON object.
    NotJson,
    /// A member of the body that must be there.
    Missing(&'static str),
    /// A member of the body that is not what it must be.
    Invalid(&'static str),
}

/// Pieces of a refused key. Several providers repeat some in their errors; so does the simulator, for what takes them
/// out again to be seen at work. Made of test keys only, which open nothing.
pub(super) struct Echo {
    pub(super) head: String,
    pub(super) tail: String,
}

impl Echo {
    pub(super) fn of(key: &ProviderKey) -> Self {
        // EXPOSE: a test key that is always refused.
        let key = key.expose();
        // Keys are ASCII, and the names of the test keys are longer than this.
        Self { head: key[..8].to_owned(), tail: key[key.len() - 4..].to_owned() }
    }
}

impl Fault {
    /// What most providers answer with.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::RejectedKey(_) => StatusCode::UNAUTHORIZED,
            Self::RateLimited | Self::NoCredit => StatusCode::TOO_MANY_REQUESTS,
            Self::ModelListForbidden => StatusCode::FORBIDDEN,
            Self::UnknownPath | Self::UnknownModel => StatusCode::NOT_FOUND,
            Self::NotJson | Self::Missing(_) | Self::Invalid(_) => StatusCode::BAD_REQUEST,
        }
    }

    /// In plain words.
    pub(super) fn message(&self, request: &Request<'_>) -> String {
        let here = match request.voice {
            Voice::Test => "The test environment",
            Voice::Demo => "Demo mode",
        };
        match self {
            Self::RejectedKey(Some(_)) => "Invalid API key.".to_owned(),
            Self::RejectedKey(None) => check::unknown_key_message(),
            Self::RateLimited => "Too many requests. Please try again in 1 second.".to_owned(),
            Self::NoCredit => "This account has no credit left.".to_owned(),
            Self::ModelListForbidden => "This key has no permission to list models.".to_owned(),
            Self::UnknownPath => format!("{here} does not answer {} {}.", request.method, request.path),
            Self::UnknownModel => format!("{here} has no such model."),
            Self::NotJson => "The body of the request is not a JSON object.".to_owned(),
            Self::Missing(name) => format!("Missing required parameter: '{name}'."),
            Self::Invalid(name) => format!("Invalid value for parameter: '{name}'."),
        }
    }
}
