//! Where in a request a credential may stand.

use axum::body::Body;
use byo_tests::PAGE;
use http::{Request, request::Builder};
use serde_json::Value;

/// One way, or two at once, to send a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    Nothing,
    Bearer,
    BearerLowerCase,
    Basic,
    XApiKey,
    ApiKey,
    XGoogApiKey,
    Query,
    /// In the query, its first character percent-encoded.
    QueryEncoded,
    Cookie,
    XAdminKey,
    /// The credential as bearer, and a good secret key in the header that other services take keys in.
    BearerAndXApiKey,
    /// The credential as bearer, and the operator's key.
    BearerAndXAdminKey,
    /// The credential as bearer, twice.
    BearerTwice,
    /// The credential as the operator's key, and a good secret key in the header that other services take keys in.
    XAdminKeyAndXApiKey,
    /// The credential as the operator's key, twice.
    XAdminKeyTwice,
}

/// What the matrix asks of a route, whoever asks.
pub(crate) struct Call {
    pub(crate) uri: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
}

impl Carrier {
    pub(crate) const ALL: [Self; 16] = [
        Self::Nothing,
        Self::Bearer,
        Self::BearerLowerCase,
        Self::Basic,
        Self::XApiKey,
        Self::ApiKey,
        Self::XGoogApiKey,
        Self::Query,
        Self::QueryEncoded,
        Self::Cookie,
        Self::XAdminKey,
        Self::BearerAndXApiKey,
        Self::BearerAndXAdminKey,
        Self::BearerTwice,
        Self::XAdminKeyAndXApiKey,
        Self::XAdminKeyTwice,
    ];

    /// Whether it stands in the URL.
    pub(crate) const fn is_query(self) -> bool {
        matches!(self, Self::Query | Self::QueryEncoded)
    }

    /// Whether it is a second credential beside the operator's key, which only calls of the operator look at.
    pub(crate) const fn is_double_admin(self) -> bool {
        matches!(self, Self::XAdminKeyAndXApiKey | Self::XAdminKeyTwice)
    }

    /// Whether calls that pass through to providers look for a token there.
    pub(crate) const fn is_an_sdks(self) -> bool {
        matches!(
            self,
            Self::Bearer
                | Self::BearerLowerCase
                | Self::BearerTwice
                | Self::XApiKey
                | Self::ApiKey
                | Self::XGoogApiKey
        )
    }

    /// Whether the operator's header is there, with whatever in it.
    pub(crate) const fn has_admin_header(self) -> bool {
        matches!(
            self,
            Self::XAdminKey | Self::BearerAndXAdminKey | Self::XAdminKeyAndXApiKey | Self::XAdminKeyTwice
        )
    }

    pub(crate) const fn is_double(self) -> bool {
        matches!(self, Self::BearerAndXApiKey | Self::BearerAndXAdminKey | Self::BearerTwice)
    }

    /// The request with the credential in it; `good` is a secret key that would pass alone.
    pub(crate) fn load(self, method: &str, call: &Call, credential: &str, good: &str) -> Request<Body> {
        let uri = match self {
            Self::Query => format!("{}?key={credential}", call.uri),
            Self::QueryEncoded => format!("{}?key={}", call.uri, encode_first(credential)),
            _ => call.uri.clone(),
        };
        let request = Request::builder().method(method).uri(uri).header("origin", PAGE);
        let headers = self.headers(credential, good).into_iter().chain(call.headers.iter().cloned());
        let request = headers.fold(request, with);
        match &call.body {
            Some(body) => {
                request.header("content-type", "application/json").body(Body::from(body.to_string()))
            }
            None => request.body(Body::empty()),
        }
        .expect("every credential here may stand in a header and in a URL")
    }

    fn headers(self, credential: &str, good: &str) -> Vec<(&'static str, String)> {
        let bearer = ("authorization", format!("Bearer {credential}"));
        let plain = |name| vec![(name, credential.to_owned())];
        match self {
            Self::Nothing | Self::Query | Self::QueryEncoded => Vec::new(),
            Self::Bearer => vec![bearer],
            Self::BearerLowerCase => vec![("authorization", format!("bearer {credential}"))],
            Self::Basic => {
                let pair = byo_seal::base64url::encode(format!("{credential}:").as_bytes());
                vec![("authorization", format!("Basic {pair}"))]
            }
            Self::XApiKey => plain("x-api-key"),
            Self::ApiKey => plain("api-key"),
            Self::XGoogApiKey => plain("x-goog-api-key"),
            Self::Cookie => vec![("cookie", format!("token={credential}; key={credential}"))],
            Self::XAdminKey => plain("x-admin-key"),
            Self::BearerAndXApiKey => vec![bearer, ("x-api-key", good.to_owned())],
            Self::BearerAndXAdminKey => vec![bearer, ("x-admin-key", byo_tests::ADMIN_KEY.to_owned())],
            Self::BearerTwice => vec![bearer.clone(), bearer],
            Self::XAdminKeyAndXApiKey => {
                vec![("x-admin-key", credential.to_owned()), ("x-api-key", good.to_owned())]
            }
            Self::XAdminKeyTwice => vec![("x-admin-key", credential.to_owned()); 2],
        }
    }
}

/// `byo_…` as `%62yo_…`.
fn encode_first(credential: &str) -> String {
    match credential.as_bytes() {
        [] => String::new(),
        [first, ..] => format!("%{first:02x}{}", &credential[1..]),
    }
}

fn with(request: Builder, (name, value): (&'static str, String)) -> Builder {
    request.header(name, value)
}
