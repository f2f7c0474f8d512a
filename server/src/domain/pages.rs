//! Which pages may hold a frame of byo's for a token.

use super::Refusal;
use crate::{
    app::App,
    store::{AllowedOrigins, Writes},
    token::{TokenHash, TokenKind},
};

/// None at all.
pub const NO_PAGES: AllowedOrigins = AllowedOrigins::List(Vec::new());

/// Those on which a session or a publishable key may be used. Of what is unknown or has ended, of a backend's token, and
/// while browsers may write nothing: none.
///
/// # Errors
/// When the database does not answer.
pub async fn pages(app: &App, token: &TokenHash) -> Result<AllowedOrigins, Refusal> {
    let (environment, own) = match app.store.session_by_hash(token, app.clock.now()).await? {
        Some((session, scope)) => (scope.environment, session.origins),
        None => match app.store.token_by_hash(token).await? {
            Some((token, scope)) if token.kind == TokenKind::Publishable => (scope.environment, None),
            _ => return Ok(NO_PAGES),
        },
    };
    if environment.writes == Writes::Off {
        return Ok(NO_PAGES);
    }
    Ok(own.map_or(environment.allowed_origins, AllowedOrigins::List))
}
