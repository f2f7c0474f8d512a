//! Runtime tokens: one customer's leave to use the proxy, for tools that can set no headers.

use std::{sync::Arc, time::Duration};

use byo_seal::ProviderId;

use super::{Invalid, Refusal, Secret, in_use::carry};
use crate::{
    app::App,
    id::TokenId,
    store::{ModelList, NewRuntimeToken, RuntimeLimits, RuntimeTokenPage, RuntimeTokenRow},
    token::{Token, TokenKind},
};

/// What the backend asks for.
#[derive(Clone, Debug)]
pub struct RuntimeTokenRequest {
    /// Whose keys it uses.
    pub ref_id: String,
    /// For which providers; `None` is all.
    pub providers: Option<Vec<ProviderId>>,
    /// Which models; `None` is all.
    pub models: Option<ModelList>,
    /// For how many seconds; `None` is until it is revoked.
    pub expires_in: Option<u64>,
}

/// A runtime token, in the clear for this once.
pub struct CreatedRuntimeToken {
    /// What is known of it.
    pub row: RuntimeTokenRow,
    /// For the tool.
    pub token: Token,
}

const SHORTEST: u64 = 60;
const LONGEST: u64 = 365 * 24 * 60 * 60;

/// Makes one. It ends with the secret key that made it.
pub async fn create_runtime_token(
    app: &App,
    secret: &Secret,
    request: RuntimeTokenRequest,
) -> Result<CreatedRuntimeToken, Refusal> {
    let request = request.checked()?;
    app.limits.secret(secret.token.as_str())?;
    let now = app.clock.now();
    let token = Token::generate(TokenKind::Runtime, secret.scope.environment.kind, &*app.entropy);
    let limits = RuntimeLimits {
        id: TokenId::new(now, &*app.entropy),
        ref_id: request.ref_id,
        providers: request.providers,
        models: request.models.unwrap_or_default(),
    };
    let expires_at = request.expires_in.map(|seconds| now.after(Duration::from_secs(seconds)));
    let new = NewRuntimeToken {
        limits: limits.clone(),
        hash: token.hash(),
        environment_id: secret.scope.environment.id.clone(),
        token: secret.token.clone(),
        created_at: now,
        expires_at,
    };
    app.store.insert_runtime_token(new).await?;
    let row = RuntimeTokenRow { limits, created_at: now, expires_at, revoked_at: None };
    Ok(CreatedRuntimeToken { row, token })
}

/// Ends one and the calls that run with it. Once this has answered, nothing goes out for it any more. One that expires lets
/// what has begun come to its end. Goes on to its own even if whoever asked goes away.
pub async fn revoke_runtime_token(app: &Arc<App>, secret: &Secret, id: TokenId) -> Result<(), Refusal> {
    let environment = secret.scope.environment.id.clone();
    carry(app, move |app| async move {
        if !app.store.revoke_runtime_token(&environment, &id, app.clock.now()).await? {
            return Err(NO_TOKEN);
        }
        app.end([id.as_str()]).await;
        Ok(())
    })
    .await
}

/// A page of the environment's runtime tokens, and where the next one begins.
pub async fn runtime_tokens(
    app: &App,
    secret: &Secret,
    mut page: RuntimeTokenPage,
) -> Result<(Vec<RuntimeTokenRow>, Option<TokenId>), Refusal> {
    let asked = page.page.clone();
    page.page = asked.and_one();
    let mut tokens = app.store.runtime_tokens(&secret.scope.environment.id, page).await?;
    let next = asked.cut(&mut tokens, |token| &token.limits.id);
    Ok((tokens, next))
}

/// The same for one that is not there and for one of another environment.
pub const NO_TOKEN: Refusal = Refusal::NotFound("There is no such runtime token.");

impl RuntimeTokenRequest {
    fn checked(mut self) -> Result<Self, Refusal> {
        let mut errors = Vec::new();
        if let Err(flaw) = byo_seal::check_ref_id(&self.ref_id) {
            errors.push(Invalid::new("refId", flaw.to_string()));
        }
        if self.providers.as_ref().is_some_and(Vec::is_empty) {
            errors.push(Invalid::new("providers", "must name at least one provider, or be left out for all"));
        }
        self.models =
            self.models.map(|models| models.checked("models")).transpose().unwrap_or_else(|invalid| {
                errors.push(invalid);
                None
            });
        if self.expires_in.is_some_and(|seconds| !(SHORTEST..=LONGEST).contains(&seconds)) {
            errors.push(Invalid::new(
                "expiresIn",
                format!("must be between {SHORTEST} and {LONGEST} seconds, or be left out for a token that works until it is revoked"),
            ));
        }
        if errors.is_empty() { Ok(self) } else { Err(Refusal::Invalid(errors)) }
    }
}
