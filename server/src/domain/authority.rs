//! Who asks, and what that lets them do.

use std::collections::BTreeMap;

use byo_seal::{ProviderConfig, ProviderId};

use super::{Refusal, session};
use crate::{
    app::{App, Identity},
    environment::Environment,
    id::{SessionId, TokenId},
    store::{Allow, Scope, SessionRow, SessionUse, Writes},
};

/// A publishable key: anyone's browser.
#[derive(Clone, Debug)]
pub struct Publishable {
    /// Where it works.
    pub scope: Scope,
    /// Its id.
    pub token: TokenId,
    /// How envelopes name it.
    pub principal_id: String,
}

/// A secret key: the product's backend.
#[derive(Clone, Debug)]
pub struct Secret {
    /// Where it works.
    pub scope: Scope,
    /// Its id.
    pub token: TokenId,
    /// How envelopes name it.
    pub principal_id: String,
}

/// A connect session: one customer's browser.
#[derive(Clone, Debug)]
pub struct Session {
    /// Where it works.
    pub scope: Scope,
    /// What it may do.
    pub row: SessionRow,
    /// Where and how keys are used for these providers, and not otherwise.
    pub provider_configs: BTreeMap<ProviderId, ProviderConfig>,
    /// How envelopes name it.
    pub principal_id: String,
}

/// Any of the three.
#[derive(Clone, Debug)]
pub enum Authority {
    /// Anyone's browser.
    Publishable(Publishable),
    /// One customer's browser.
    Session(Session),
    /// The product's backend.
    Secret(Secret),
}

impl Authority {
    /// Where it works.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        match self {
            Self::Publishable(publishable) => &publishable.scope,
            Self::Session(session) => &session.scope,
            Self::Secret(secret) => &secret.scope,
        }
    }

    /// Which half of the project it works in.
    #[must_use]
    pub const fn environment(&self) -> Environment {
        self.scope().environment.kind
    }

    /// How envelopes name it.
    #[must_use]
    pub fn principal_id(&self) -> &str {
        match self {
            Self::Publishable(publishable) => &publishable.principal_id,
            Self::Session(session) => &session.principal_id,
            Self::Secret(secret) => &secret.principal_id,
        }
    }

    /// Whether answers may hold the hint and the models.
    #[must_use]
    pub const fn sees_details(&self) -> bool {
        !matches!(self, Self::Publishable(_))
    }

    /// Whether it may do this to this customer's keys for this provider.
    pub fn permit(&self, action: Allow, ref_id: &str, provider: ProviderId) -> Result<(), Refusal> {
        match self {
            Self::Secret(_) => Ok(()),
            Self::Session(session) => session.permit(action, ref_id, provider),
            Self::Publishable(publishable) => publishable.permit(action),
        }
    }

    /// Whether it may do this to every key of this customer.
    pub fn permit_all(&self, action: Allow, ref_id: &str) -> Result<(), Refusal> {
        match self {
            Self::Secret(_) => Ok(()),
            Self::Session(session) => session.permit_all(action, ref_id),
            Self::Publishable(publishable) => publishable.permit(action),
        }
    }

    /// Whether it may do this at all, for whomever.
    pub fn may(&self, action: Allow) -> Result<(), Refusal> {
        match self {
            Self::Secret(_) => Ok(()),
            Self::Session(session) => session.may(action),
            Self::Publishable(publishable) => publishable.permit(action),
        }
    }

    /// Whether a page of this origin may use it. Defence in depth against pages that are not the product's own; other
    /// programs can claim any origin.
    #[must_use]
    pub fn admits_origin(&self, identity: &Identity, origin: &str) -> bool {
        // Pages without an origin say so.
        if matches!(origin, "" | "null") {
            return false;
        }
        let allowed = &self.scope().environment.allowed_origins;
        match self {
            Self::Secret(_) => true,
            Self::Publishable(_) => allowed.contains(origin),
            Self::Session(session) => {
                let own_pages = session.row.origins.as_ref();
                // The hosted page of a session stands on byo's own origin.
                identity.origins().any(|own| own == origin)
                    || own_pages.map_or_else(
                        || allowed.contains(origin),
                        |origins| origins.iter().any(|own| own == origin),
                    )
            }
        }
    }

    /// Takes one call from its budget.
    pub(super) fn take_budget(&self, app: &App) -> Result<(), Refusal> {
        match self {
            // Bare publishable keys are counted by address where they are used.
            Self::Publishable(_) => Ok(()),
            Self::Session(session) => Ok(app.limits.session(session.id().as_str())?),
            Self::Secret(secret) => Ok(app.limits.secret(secret.token.as_str())?),
        }
    }

    /// The single use that doing this takes up.
    pub(super) fn session_use(&self, purpose: Allow, provider: ProviderId, name: &str) -> Option<SessionUse> {
        let Self::Session(session) = self else { return None };
        Some(session.single_use(purpose, provider, name))
    }
}

impl Session {
    /// Who holds the token of this row.
    ///
    /// # Errors
    /// When what the row says of providers was changed by other hands.
    pub fn new(app: &App, row: SessionRow, scope: Scope, principal_id: String) -> Result<Self, Refusal> {
        let provider_configs = session::open_configs(&app.vault, &row, &scope.environment.id)?;
        Ok(Self { scope, row, provider_configs, principal_id })
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> &SessionId {
        &self.row.id
    }

    /// Whether keys for this provider are its business.
    #[must_use]
    pub fn covers(&self, provider: ProviderId) -> bool {
        self.row.providers.as_ref().is_none_or(|providers| providers.contains(&provider))
    }

    fn permit(&self, action: Allow, ref_id: &str, provider: ProviderId) -> Result<(), Refusal> {
        self.permit_for(action, ref_id)?;
        if !self.covers(provider) {
            return Err(Refusal::Forbidden("This connect session is for other providers."));
        }
        Ok(())
    }

    fn permit_all(&self, action: Allow, ref_id: &str) -> Result<(), Refusal> {
        self.permit_for(action, ref_id)?;
        if self.row.providers.is_some() {
            return Err(Refusal::Forbidden("This connect session is for some providers only."));
        }
        Ok(())
    }

    fn permit_for(&self, action: Allow, ref_id: &str) -> Result<(), Refusal> {
        self.may(action)?;
        if self.row.ref_id != ref_id {
            return Err(Refusal::Forbidden("This connect session is for another refId."));
        }
        Ok(())
    }

    fn may(&self, action: Allow) -> Result<(), Refusal> {
        if self.scope.environment.writes == Writes::Off {
            return Err(Refusal::Forbidden("Writing from browsers is switched off for this environment."));
        }
        if !self.row.allow.contains(&action) {
            return Err(Refusal::Forbidden("This connect session does not allow this action."));
        }
        Ok(())
    }

    fn single_use(&self, purpose: Allow, provider: ProviderId, name: &str) -> SessionUse {
        SessionUse { session: self.row.id.clone(), purpose, provider, name: name.to_owned() }
    }
}

impl Publishable {
    fn permit(&self, action: Allow) -> Result<(), Refusal> {
        if !matches!(action, Allow::Connect | Allow::Request) {
            return Err(Refusal::Forbidden(
                "A publishable key can only connect keys; this takes a connect session.",
            ));
        }
        match self.scope.environment.writes {
            Writes::Open | Writes::OpenReplace => Ok(()),
            Writes::Session => Err(Refusal::Forbidden(
                "In this environment a publishable key writes nothing by itself; make a connect session on the backend and use its token.",
            )),
            Writes::Off => {
                Err(Refusal::Forbidden("Writing from browsers is switched off for this environment."))
            }
        }
    }
}
