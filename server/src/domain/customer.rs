//! A customer as a whole.

use std::sync::Arc;

use super::{
    Authority, Refusal,
    event::Teller,
    in_use::{self, Carried, carry},
    mode,
};
use crate::{
    app::App,
    store::{Allow, KeyRow, Mode, RevertCustomer, RevertOutcome},
};

/// A customer who has no key any more.
pub struct Reverted {
    /// The keys that were destroyed.
    pub keys: Vec<KeyRow>,
    /// Who answers for the customer now; `None` where calls are refused.
    pub mode: Option<Mode>,
}

/// The same for one that nobody ever heard of and for one of another environment.
const NO_CUSTOMER: Refusal =
    Refusal::NotFound("There is no such customer: no key of theirs was ever connected.");

/// Destroys every key of a customer, in one step. Once this has answered, nothing uses any of them again. Goes on to its
/// end even if whoever asked goes away, so that no call is left running with a key that is gone.
pub async fn revert(
    app: &Arc<App>,
    authority: Authority,
    ref_id: String,
    is_confirmed: bool,
) -> Result<Reverted, Refusal> {
    if let Err(flaw) = byo_seal::check_ref_id(&ref_id) {
        return Err(Refusal::invalid("refId", flaw.to_string()));
    }
    authority.permit_all(Allow::Disconnect, &ref_id)?;
    if !is_confirmed {
        return Err(Refusal::invalid("confirm", "must be true: every key of this customer is destroyed"));
    }
    authority.take_budget(app)?;
    carry(app, move |app| async move { run(&app, &authority, ref_id).await }).await
}

async fn run(app: &Carried, authority: &Authority, ref_id: String) -> Result<Reverted, Refusal> {
    let scope = authority.scope();
    let at = app.clock.now();
    let customer = in_use::customer(&scope.environment.id, &ref_id);
    let (told, entropy) = (scope.clone(), Arc::clone(&app.entropy));
    let revert = RevertCustomer {
        environment: scope.environment.id.clone(),
        ref_id,
        session: match authority {
            Authority::Session(session) => Some(session.id().clone()),
            Authority::Secret(_) | Authority::Publishable(_) => None,
        },
        at,
        event: Box::new(move |key| Teller::new(&told, at, &*entropy).key("key.revoked", key, None)),
    };
    // First, so that nothing can fail once the keys are gone.
    let mode = mode::without_any(app, &scope.environment).await?;
    let (is_known, keys) = match app.store.revert_customer(revert).await? {
        RevertOutcome::Reverted(keys) => (true, keys),
        RevertOutcome::Unknown => (false, Vec::new()),
        RevertOutcome::Spent => return Err(Refusal::SessionSpent),
    };
    // Keys that were sealed for single requests end with it, whoever the customer is.
    app.end(keys.iter().map(|key| key.id.as_str()).chain([customer.as_str()])).await;
    app.webhooks_due.notify_one();
    if is_known { Ok(Reverted { keys, mode }) } else { Err(NO_CUSTOMER) }
}
