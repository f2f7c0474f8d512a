//! What a product's backend does so that one customer's browser may connect: `POST /v1/connect-sessions`.

use axum::http::{HeaderValue, Method, StatusCode, header};
use serde::{Deserialize, Serialize};

use super::{DemoState, activity::What, config::PROVIDERS, customer::RefId};
use crate::{
    egress::{DestinationNotAllowed, EgressError, Request, UrlKind},
    environment::Environment,
};

/// Long enough to look around the demo.
const SECONDS: u32 = 1800;

/// A session for one customer. The token goes to that customer's page and nowhere else.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Session {
    pub(super) token: String,
    pub(super) expires_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionRequest<'a> {
    ref_id: &'a RefId,
    providers: [&'static str; 3],
    allow: [&'static str; 4],
    origins: [&'a str; 1],
    expires_in: u32,
}

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub(super) enum MakeSessionError {
    #[error("byo could not be asked for a session: {0}")]
    Egress(#[from] EgressError),
    #[error("byo refused to make a session: {status} {code}")]
    Refused { status: StatusCode, code: String },
    #[error("byo's answer is no session")]
    NotUnderstood,
}

impl From<DestinationNotAllowed> for MakeSessionError {
    fn from(error: DestinationNotAllowed) -> Self {
        Self::Egress(error.into())
    }
}

/// Makes a session and notes that it did.
pub(super) async fn make_session(
    demo: &DemoState,
    environment: Environment,
    ref_id: &RefId,
) -> Result<Session, MakeSessionError> {
    let wanted = SessionRequest {
        ref_id,
        providers: PROVIDERS,
        allow: ["test", "connect", "rotate", "disconnect"],
        origins: [&demo.own_origin],
        expires_in: SECONDS,
    };
    let request = serde_json::to_string(&wanted).expect("a session request is plain data");
    let session = post(demo, environment, request.clone()).await?;
    let noted = What::Session { environment, request, expires_at: session.expires_at.clone() };
    demo.log.note(demo.clock.now(), Some(ref_id.as_str().to_owned()), noted);
    Ok(session)
}

async fn post(demo: &DemoState, environment: Environment, body: String) -> Result<Session, MakeSessionError> {
    let byo = demo.egress.check(UrlKind::BaseUrl, &demo.byo_origin)?;
    let destination = byo.join("v1/connect-sessions", &[])?;
    let request = Request::new(Method::POST, destination)
        .header(header::AUTHORIZATION, bearer(demo, environment))
        .body("application/json", body);
    let response = demo.egress.send(request).await?;
    if !response.status.is_success() {
        let problem: Problem = serde_json::from_slice(&response.body).unwrap_or_default();
        return Err(MakeSessionError::Refused { status: response.status, code: problem.code });
    }
    serde_json::from_slice(&response.body).map_err(|_| MakeSessionError::NotUnderstood)
}

fn bearer(demo: &DemoState, environment: Environment) -> HeaderValue {
    let credentials = match environment {
        Environment::Test => &demo.test,
        Environment::Live => &demo.live,
    };
    // EXPOSE: to byo, whose key it is.
    let text = zeroize::Zeroizing::new(format!("Bearer {}", credentials.secret_key.expose()));
    let mut value = HeaderValue::from_str(&text).expect("a token is visible ASCII");
    value.set_sensitive(true);
    value
}

#[derive(Default, Deserialize)]
struct Problem {
    #[serde(default)]
    code: String,
}
