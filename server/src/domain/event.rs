//! Events as the backend sees them.

use serde::Serialize;

use crate::{
    clock::Timestamp,
    entropy::Entropy,
    environment::Environment,
    id::{EventId, ProjectId},
    store::{KeyAddress, KeyRow, NewEvent, Scope},
};

/// What a webhook carries. Member order is fixed: the text is signed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event<'a> {
    id: &'a str,
    r#type: &'static str,
    created_at: Timestamp,
    environment: Environment,
    project_id: &'a str,
    data: Data<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    key_id: Option<&'a str>,
    provider: &'static str,
    ref_id: &'a str,
    name: &'a str,
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    fingerprint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced: Option<bool>,
}

/// Where and when events of one change happen.
pub(super) struct Teller {
    id: EventId,
    at: Timestamp,
    project_id: ProjectId,
    environment: Environment,
}

impl Teller {
    pub(super) fn new(scope: &Scope, at: Timestamp, entropy: &dyn Entropy) -> Self {
        Self::within(scope.project_id.clone(), scope.environment.kind, at, entropy)
    }

    pub(super) fn within(
        project_id: ProjectId,
        environment: Environment,
        at: Timestamp,
        entropy: &dyn Entropy,
    ) -> Self {
        Self { id: EventId::new(at, entropy), at, project_id, environment }
    }

    /// Something happened to a key.
    pub(super) fn key(self, kind: &'static str, key: &KeyRow, replaced: Option<bool>) -> NewEvent {
        let data = Data {
            key_id: Some(key.id.as_str()),
            provider: key.address.provider.as_str(),
            ref_id: &key.address.ref_id,
            name: &key.address.name,
            status: Some(key.status.as_str()),
            verdict: Some(key.verdict.as_str()),
            fingerprint: Some(&key.fingerprint),
            replaced,
        };
        self.event(kind, &key.address, data)
    }

    /// A key was refused, so nothing was stored.
    pub(super) fn refused(
        self,
        address: &KeyAddress,
        verdict: byo_seal::Verdict,
        fingerprint: &str,
    ) -> NewEvent {
        let data = Data {
            key_id: None,
            provider: address.provider.as_str(),
            ref_id: &address.ref_id,
            name: &address.name,
            status: None,
            verdict: Some(verdict.as_str()),
            fingerprint: Some(fingerprint),
            replaced: None,
        };
        self.event("key.validation_failed", address, data)
    }

    fn event(&self, kind: &'static str, address: &KeyAddress, data: Data<'_>) -> NewEvent {
        let event = Event {
            id: self.id.as_str(),
            r#type: kind,
            created_at: self.at,
            environment: self.environment,
            project_id: self.project_id.as_str(),
            data,
        };
        NewEvent {
            id: self.id.clone(),
            environment: address.environment.clone(),
            kind,
            ref_id: address.ref_id.clone(),
            body: serde_json::to_string(&event).expect("plain data always serialises"),
            created_at: self.at,
        }
    }
}
