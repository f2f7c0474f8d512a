//! Stored keys: checking, revoking, disabling, listing.

use std::sync::Arc;

use byo_seal::{ProviderId, Verdict};

use super::{
    Authority, Lease, Refusal, Secret,
    event::Teller,
    in_use::{self, Carried, carry},
    record::{self, Place},
    submit::CheckMessage,
};
use crate::{
    app::App,
    clock::Timestamp,
    id::KeyId,
    store::{
        Allow, DisableKey, KeyAddress, KeyPage, KeyRow, KeyStatus, RecordCheck, RevokeKey, RevokeOutcome,
        Scope,
    },
};

/// What a check of a stored key found.
pub struct Validation {
    /// What was proved.
    pub verdict: Verdict,
    /// Models the provider listed.
    pub models: Vec<String>,
    /// When.
    pub checked_at: Timestamp,
    /// Why it is not plainly valid.
    pub error: Option<CheckMessage>,
}

/// Checks a stored key with its provider and writes down what was found.
pub async fn validate(
    app: &App,
    authority: &Authority,
    ref_id: &str,
    provider: ProviderId,
    name: &str,
) -> Result<Validation, Refusal> {
    authority.permit(Allow::Test, ref_id, provider)?;
    authority.take_budget(app)?;
    app.limits.validation(authority.scope().environment.id.as_str(), ref_id)?;
    let address = address(authority.scope(), ref_id, provider, name);
    let (row, lease) = leased(app, &address).await?;
    let sealed = row.sealed.as_deref().ok_or(NO_KEY)?;
    let key = record::open(app, &Place::of(&authority.scope().project_id, &row), sealed)?;
    let asking = app.providers.check(authority.environment(), provider, &row.provider_config, &key);
    let check = tokio::select! {
        check = asking => check,
        // No further call goes out with a key that was revoked, disabled or replaced.
        () = lease.ended() => return Err(NO_KEY),
    };
    let at = app.clock.now();
    // No answer says nothing about the key.
    if check.verdict != Verdict::Unreachable {
        let status = if check.verdict.is_storable() { KeyStatus::Active } else { KeyStatus::Suspect };
        let models = check.verdict.is_storable().then(|| check.models.clone());
        let proved = RecordCheck {
            id: row.id.clone(),
            version: row.version,
            status,
            verdict: check.verdict,
            models,
            at,
            event: None,
        };
        // A version that was replaced meanwhile was checked on its way in; nothing to write down then.
        app.store.record_check(proved).await?;
    }
    Ok(Validation {
        verdict: check.verdict,
        models: check.models,
        checked_at: at,
        error: check.error.map(|error| CheckMessage { code: error.code.to_owned(), message: error.message }),
    })
}

/// The key in use, and leave to use it until it is revoked, disabled or replaced.
async fn leased(app: &App, address: &KeyAddress) -> Result<(KeyRow, Lease), Refusal> {
    loop {
        let epoch = app.in_use.epoch();
        let row = app.store.key(address).await?.ok_or(NO_KEY)?;
        let lease = app.in_use.lease(row.id.as_str());
        if app.in_use.epoch() == epoch {
            return Ok((row, lease));
        }
    }
}

/// Destroys a key. Once this has answered, nothing uses it again. Goes on to its end even if whoever asked goes away, so
/// that no call is left running with a key that is gone.
pub async fn revoke(
    app: &Arc<App>,
    authority: Authority,
    ref_id: String,
    provider: ProviderId,
    name: String,
) -> Result<Option<KeyRow>, Refusal> {
    authority.permit(Allow::Disconnect, &ref_id, provider)?;
    authority.take_budget(app)?;
    carry(app, move |app| async move { run_revoke(&app, &authority, &ref_id, provider, &name).await }).await
}

async fn run_revoke(
    app: &Carried,
    authority: &Authority,
    ref_id: &str,
    provider: ProviderId,
    name: &str,
) -> Result<Option<KeyRow>, Refusal> {
    let at = app.clock.now();
    let teller = Teller::new(authority.scope(), at, &*app.entropy);
    let revoke = RevokeKey {
        address: address(authority.scope(), ref_id, provider, name),
        session_use: authority.session_use(Allow::Disconnect, provider, name),
        at,
        event: Some(Box::new(move |key| teller.key("key.revoked", key, None))),
    };
    // Keys that were sealed for single requests end with it, whether there is a stored one or not.
    let customer = in_use::customer(&authority.scope().environment.id, ref_id);
    match app.store.revoke_key(revoke).await? {
        RevokeOutcome::Revoked(key) => {
            app.end([key.id.as_str(), &customer]).await;
            app.webhooks_due.notify_one();
            Ok(Some(*key))
        }
        RevokeOutcome::NothingThere => {
            app.end([customer.as_str()]).await;
            Ok(None)
        }
        RevokeOutcome::Spent => Err(Refusal::SessionSpent),
    }
}

/// Refuses a key's use, or allows it again, without touching its ciphertext. Goes on to its end even if whoever asked goes
/// away.
pub async fn set_disabled(
    app: &Arc<App>,
    secret: &Secret,
    ref_id: &str,
    provider: ProviderId,
    name: &str,
    disabled: bool,
) -> Result<KeyRow, Refusal> {
    let at = app.clock.now();
    let teller = Teller::new(&secret.scope, at, &*app.entropy);
    let kind = if disabled { "key.disabled" } else { "key.enabled" };
    let change = DisableKey {
        address: address(&secret.scope, ref_id, provider, name),
        disabled,
        at,
        event: Box::new(move |key| teller.key(kind, key, None)),
    };
    app.limits.secret(secret.token.as_str())?;
    carry(app, move |app| async move {
        let key = app.store.set_key_disabled(change).await?.ok_or(NO_KEY)?;
        app.end([key.id.as_str()]).await;
        app.webhooks_due.notify_one();
        Ok(key)
    })
    .await
}

/// A page of keys, and where the next one begins; a session sees its own customer's alone.
pub async fn list(
    app: &App,
    authority: &Authority,
    mut page: KeyPage,
) -> Result<(Vec<KeyRow>, Option<KeyId>), Refusal> {
    if let Authority::Session(session) = authority {
        let own = &session.row.ref_id;
        if page.ref_id.as_ref().is_some_and(|asked| asked != own) {
            return Err(Refusal::Forbidden("This connect session is for another refId."));
        }
        page.ref_id = Some(own.clone());
    }
    let asked = page.page.clone();
    page.page = asked.and_one();
    let mut keys = app.store.keys(&authority.scope().environment.id, page).await?;
    let next = asked.cut(&mut keys, |key| &key.id);
    keys.retain(|key| is_visible(authority, key));
    Ok((keys, next))
}

/// One key by id; what a session may not see does not exist for it.
pub async fn one(app: &App, authority: &Authority, id: &KeyId) -> Result<KeyRow, Refusal> {
    let key = app.store.key_by_id(&authority.scope().environment.id, id).await?;
    key.filter(|key| is_visible(authority, key)).ok_or(NO_KEY)
}

fn is_visible(authority: &Authority, key: &KeyRow) -> bool {
    match authority {
        Authority::Secret(_) => true,
        Authority::Session(session) => {
            session.row.ref_id == key.address.ref_id && session.covers(key.address.provider)
        }
        Authority::Publishable(_) => false,
    }
}

const NO_KEY: Refusal = Refusal::NotFound("There is no such key.");

fn address(scope: &Scope, ref_id: &str, provider: ProviderId, name: &str) -> KeyAddress {
    KeyAddress {
        environment: scope.environment.id.clone(),
        ref_id: ref_id.to_owned(),
        provider,
        name: name.to_owned(),
    }
}
