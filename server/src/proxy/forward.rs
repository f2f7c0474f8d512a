//! One call, once it is known whose key it uses: may it be made, and where does its answer come from.

use std::{pin::pin, sync::Arc};

use byo_seal::ProviderId;
use bytes::Bytes;
use http::{HeaderMap, Method};
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};

use super::{
    Answer, Tail,
    exchange::unless_ended,
    headers,
    model::{self, Named},
    refused::refusal,
    used::Used,
};
use crate::{
    app::App,
    domain::{Access, Refusal},
    egress::{EgressError, OutgoingBody},
    environment::Environment,
    providers::Providers,
    store::UsageKey,
};

/// A call as it came in.
pub struct Call<'a> {
    /// Whose API it calls.
    pub provider: ProviderId,
    /// Its method.
    pub method: Method,
    /// What of it belongs to the provider.
    pub tail: Tail<'a>,
    /// All its headers.
    pub headers: &'a HeaderMap,
    /// Its body.
    pub body: UnsyncBoxBody<Bytes, EgressError>,
    /// Its id.
    pub request_id: &'a str,
}

/// What a call is, wherever its answer comes from.
pub(super) struct Made<'a> {
    pub(super) app: &'a Arc<App>,
    pub(super) provider: ProviderId,
    pub(super) method: &'a Method,
    pub(super) tail: Tail<'a>,
    pub(super) headers: &'a HeaderMap,
    pub(super) request_id: &'a str,
}

/// Makes the call.
pub async fn forward(app: &Arc<App>, mut access: Access, call: Call<'_>) -> Result<Answer, Refusal> {
    check_path(&access, &call)?;
    let Call { provider, method, tail, headers, body, request_id } = call;
    let made = Made { app, provider, method: &method, tail, headers, request_id };
    let is_restricted = access.restricts_models();
    let key = access.key.take();
    let used = used(app, &mut access, provider);
    let Some(key) = key else {
        let body = whole(body).await?;
        if is_restricted {
            made.check_models(&access, &body)?;
        }
        return Ok(made.demo(&body, used));
    };
    let is_simulated = access.grant.environment == Environment::Test;
    if !is_restricted && !is_simulated {
        return made.exchanged(OutgoingBody::stream(body), &access.grant.project_id, key, used).await;
    }
    let body = unless_ended(key.lease.as_ref(), || (), pin!(whole(body))).await??;
    if is_restricted {
        made.check_models(&access, &body)?;
    }
    if is_simulated {
        return made.simulated(&body, &key.open(app, &access.grant.project_id)?.key, used).await;
    }
    made.exchanged(OutgoingBody::whole(body), &access.grant.project_id, key, used).await
}

/// The provider's table names the calls that are forwarded; an environment can be given leave for others.
fn check_path(access: &Access, call: &Call<'_>) -> Result<(), Refusal> {
    let (provider, method, path) = (call.provider, &call.method, call.tail.path());
    let may = Providers::lists_call(provider, method, path)
        || (access.grant.settings.all_paths && Providers::could_be_call(provider, method, path));
    if may {
        return Ok(());
    }
    Err(Refusal::NotFound(
        "byo does not forward this call; an environment can be given leave for all of a provider's.",
    ))
}

fn used(app: &App, access: &mut Access, provider: ProviderId) -> Used {
    let at = app.clock.now();
    let key = UsageKey {
        environment: access.grant.environment_id.clone(),
        day: at.day(),
        ref_id: access.ref_id.take().unwrap_or_default(),
        provider,
        model: String::new(),
        mode: access.mode,
    };
    Used { key, at }
}

async fn whole(body: UnsyncBoxBody<Bytes, EgressError>) -> Result<Bytes, Refusal> {
    Ok(body.collect().await.map_err(refusal)?.to_bytes())
}

impl Made<'_> {
    fn check_models(&self, access: &Access, body: &[u8]) -> Result<(), Refusal> {
        // The provider would decode it first, and might read another model there.
        if !body.is_empty() && headers::is_encoded(self.headers) {
            return Err(Refusal::ModelNotAllowed);
        }
        let allowed = match model::named(self.provider, &self.tail, body) {
            Named::Models(models) => models.iter().all(|model| access.allows_model(self.provider, model)),
            // What only reads calls no model.
            Named::Nothing => *self.method == Method::GET,
            Named::Ambiguous => false,
        };
        if allowed { Ok(()) } else { Err(Refusal::ModelNotAllowed) }
    }
}
