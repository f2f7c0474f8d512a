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
    domain::{Access, HeldKey, Refusal},
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
    let used = used(app, &mut access, provider);
    let is_looked_into = access.restricts_models() || access.grant.environment == Environment::Test;
    match access.key.take() {
        Some(key) if !is_looked_into => {
            made.exchanged(OutgoingBody::stream(body), &access.grant.project_id, key, used).await
        }
        // In a box, so that the calls that just pass do not carry it along.
        key => Box::pin(made.looked_into(access, key, body, used)).await,
    }
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
    /// A call whose body has to be read before it is known what becomes of it.
    async fn looked_into(
        &self,
        access: Access,
        key: Option<HeldKey>,
        body: UnsyncBoxBody<Bytes, EgressError>,
        used: Used,
    ) -> Result<Answer, Refusal> {
        let lease = key.as_ref().and_then(|key| key.lease.as_ref());
        let body = unless_ended(lease, || (), pin!(whole(body))).await??;
        if access.restricts_models() {
            self.check_models(&access, &body)?;
        }
        let project = &access.grant.project_id;
        let Some(key) = key else { return Ok(self.demo(&body, used)) };
        if access.grant.environment == Environment::Test {
            return self.simulated(&body, &key.open(self.app, project)?.key, used).await;
        }
        self.exchanged(OutgoingBody::whole(body), project, key, used).await
    }

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
