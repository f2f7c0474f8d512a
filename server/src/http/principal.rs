//! Who calls. A handler names the principal it takes in its signature; one that runs is authorised.

use std::convert::Infallible;

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{HeaderMap, Method, header, request::Parts},
};
use byo_seal::ProviderId;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    AppState,
    guard::Admitted,
    problem::{Code, Problem},
};
use crate::{
    app::{App, Identity},
    domain::{Authority, Publishable, Refusal, Secret, Session, is_origin},
    store::GrantQuery,
    token::{Token, TokenKind, looks_like_token},
};

/// Where the origin of the page around byo's own frame stands.
const PAGE_ORIGIN: &str = "x-byo-page-origin";

/// A publishable key, a session or a secret key.
pub(super) struct AnyKey(pub(super) Authority);

/// A session or a secret key.
pub(super) struct SessionOrSecret(pub(super) Authority);

/// A publishable key or a session: what a browser holds.
pub(super) struct Browser(pub(super) Authority);

/// The operator.
pub(super) struct Admin;

/// Origin of the page the call comes from, or of the page around byo's own frame; empty when there is none.
pub(super) struct PageOrigin(pub(super) String);

impl FromRequestParts<AppState> for AnyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        authenticate(parts, app).await.map(Self)
    }
}

impl FromRequestParts<AppState> for SessionOrSecret {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        match authenticate(parts, app).await? {
            Authority::Publishable(_) => Err(wrong_kind("a connect session or a secret key")),
            authority => Ok(Self(authority)),
        }
    }
}

impl FromRequestParts<AppState> for Browser {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        match authenticate(parts, app).await? {
            Authority::Secret(_) => Err(wrong_kind("a publishable key or a connect session")),
            authority => Ok(Self(authority)),
        }
    }
}

impl FromRequestParts<AppState> for Secret {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        match authenticate(parts, app).await? {
            Authority::Secret(secret) => Ok(secret),
            _ => Err(wrong_kind("a secret key")),
        }
    }
}

impl FromRequestParts<AppState> for Session {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        match authenticate(parts, app).await? {
            Authority::Session(session) => Ok(session),
            _ => Err(wrong_kind("a connect session")),
        }
    }
}

impl FromRequestParts<AppState> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        let client = client(parts);
        let keys = parts.headers.get_all("x-admin-key").iter().count();
        let has_company = keys > 1 || (keys == 1 && elsewhere(&parts.headers));
        if bearer(&parts.headers)?.is_some() || has_company {
            return Err(conflicting());
        }
        let given = parts.headers.get("x-admin-key").ok_or_else(Problem::unauthenticated)?;
        let hash: [u8; 32] = Sha256::digest(given.as_bytes()).into();
        // Without an admin key nobody passes, in the same time.
        let known = app.admin_key_hash.unwrap_or([0; 32]);
        if app.admin_key_hash.is_some() && bool::from(hash.ct_eq(&known)) {
            return Ok(Self);
        }
        app.limits.may_try_admin(client).map_err(limited)?;
        app.limits.admin_failed(client);
        Err(Problem::unauthenticated())
    }
}

impl FromRequestParts<AppState> for PageOrigin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Infallible> {
        let page = match page_around(&app.identity, parts) {
            Ok(Some(page)) => page,
            Ok(None) => origin(&parts.headers).unwrap_or_default(),
            // No browser's token got this far with it, and a backend is no page.
            Err(_) => "",
        };
        Ok(Self(page.to_owned()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Admitted
where
    AppState: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}

fn client(parts: &Parts) -> std::net::IpAddr {
    Admitted::of(&parts.extensions).client
}

async fn authenticate(parts: &Parts, app: &App) -> Result<Authority, Problem> {
    let token = bearer(&parts.headers)?.ok_or_else(Problem::unauthenticated)?;
    let client = client(parts);
    let Some(authority) = look_up(app, &token).await? else {
        // Only failures are slowed down: whoever shares an address with a guesser is not to suffer.
        app.limits.may_authenticate(client).map_err(limited)?;
        app.limits.authentication_failed(client);
        return Err(Problem::unauthenticated());
    };
    check_origin(app, &authority, parts)?;
    Ok(authority)
}

async fn look_up(app: &App, token: &Token) -> Result<Option<Authority>, Problem> {
    let (kind, hash) = (token.kind(), token.hash());
    let unavailable = |error| Problem::from(Refusal::from(error));
    if kind == TokenKind::Session {
        let found = app.store.session_by_hash(&hash, app.clock.now()).await.map_err(unavailable)?;
        let found = found.filter(|(_, scope)| scope.environment.kind == token.environment());
        let session = found.map(|(row, scope)| Session::new(app, row, scope, token.principal_id()));
        return Ok(session.transpose()?.map(Authority::Session));
    }
    if kind == TokenKind::Runtime {
        return refuse_runtime(app, token).await;
    }
    let Some((row, scope)) = app.store.token_by_hash(&hash).await.map_err(unavailable)? else {
        return Ok(None);
    };
    if row.kind != kind || row.environment != token.environment() {
        return Ok(None);
    }
    let principal_id = token.principal_id();
    Ok(match kind {
        TokenKind::Publishable => {
            Some(Authority::Publishable(Publishable { scope, token: row.id, principal_id }))
        }
        TokenKind::Secret => Some(Authority::Secret(Secret { scope, token: row.id, principal_id })),
        TokenKind::Session | TokenKind::Runtime => None,
    })
}

/// A runtime token opens the proxy and nothing else. Whoever holds a good one is told so.
async fn refuse_runtime(app: &App, token: &Token) -> Result<Option<Authority>, Problem> {
    let query = GrantQuery {
        token: &token.hash(),
        is_runtime: true,
        ref_id: None,
        provider: ProviderId::Openai,
        // No key has an empty name, so none is read.
        name: "",
        now: app.clock.now(),
    };
    let grant = app.store.grant(query).await.map_err(Refusal::from)?;
    match grant.filter(|grant| grant.environment == token.environment()) {
        Some(_) => Err(Problem::new(Code::Forbidden, "A runtime token opens the proxy and nothing else.")),
        None => Ok(None),
    }
}

/// The one credential of a call. Every carrier is looked at, so that none can hide another.
fn bearer(headers: &HeaderMap) -> Result<Option<Token>, Problem> {
    let mut carriers = headers.get_all(header::AUTHORIZATION).iter();
    let (first, second) = (carriers.next(), carriers.next());
    if second.is_some() || (elsewhere(headers) && first.is_some()) {
        return Err(conflicting());
    }
    let Some(value) = first else { return Ok(None) };
    if headers.contains_key("x-admin-key") {
        return Err(conflicting());
    }
    let text = value.to_str().map_err(|_| Problem::unauthenticated())?;
    let (scheme, token) = text.split_once(' ').ok_or_else(Problem::unauthenticated)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Problem::unauthenticated());
    }
    Token::parse(token).map(Some).ok_or_else(Problem::unauthenticated)
}

/// Whether a token stands where only a provider's SDK would put it.
fn elsewhere(headers: &HeaderMap) -> bool {
    ["x-api-key", "x-goog-api-key", "api-key"]
        .iter()
        .flat_map(|name| headers.get_all(*name))
        .any(|value| value.to_str().is_ok_and(looks_like_token))
}

/// A page's call must come from an allowed page, or from byo's own frame in one.
fn check_origin(app: &App, authority: &Authority, parts: &Parts) -> Result<(), Problem> {
    if matches!(authority, Authority::Secret(_)) {
        return Ok(());
    }
    let headers = &parts.headers;
    let admits = |origin| authority.admits_origin(&app.identity, origin);
    let is_allowed =
        match (page_around(&app.identity, parts)?, headers.get_all(header::ORIGIN).iter().count()) {
            (Some(page), _) => admits(page),
            (None, 0) => is_same_origin(headers),
            (None, 1) => origin(headers).is_some_and(admits),
            (None, _) => false,
        };
    let refused = || {
        Problem::new(
            Code::OriginNotAllowed,
            "This page's origin is not among the allowed origins of this environment.",
        )
    };
    if is_allowed { Ok(()) } else { Err(refused()) }
}

/// Where byo's own frame stands, which is all that its calls do not show by themselves. Only byo's own pages are believed:
/// the header is none of those that others may send.
fn page_around<'a>(identity: &Identity, parts: &'a Parts) -> Result<Option<&'a str>, Problem> {
    let mut told = parts.headers.get_all(PAGE_ORIGIN).iter();
    let Some(page) = told.next() else { return Ok(None) };
    let is_believed = told.next().is_none() && is_own_page(identity, parts);
    let page = page.to_str().ok().filter(|page| is_believed && (*page == "null" || is_origin(page)));
    page.map(Some).ok_or_else(|| {
        Problem::new(
            Code::MalformedRequest,
            "X-BYO-Page-Origin is sent once, by this server's own frame, and names one origin.",
        )
    })
}

/// Whether a page of byo's own asks. Browsers name the origin on everything but some `GET`s within one.
fn is_own_page(identity: &Identity, parts: &Parts) -> bool {
    match parts.headers.get_all(header::ORIGIN).iter().count() {
        0 => parts.method == Method::GET && is_same_origin(&parts.headers),
        1 => origin(&parts.headers).is_some_and(|origin| identity.origins().any(|own| own == origin)),
        _ => false,
    }
}

fn is_same_origin(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin")
}

fn origin(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()).filter(|origin| *origin != "null")
}

fn conflicting() -> Problem {
    Problem::new(Code::ConflictingCredentials, "Send exactly one credential.")
}

fn wrong_kind(wanted: &str) -> Problem {
    Problem::new(Code::Forbidden, format!("This call takes {wanted}."))
}

fn limited(limited: crate::limit::RateLimited) -> Problem {
    Problem::from(Refusal::from(limited))
}
