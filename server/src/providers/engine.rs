//! Reads the table: one probe, a second one with a made-up key where the host is not known, then the models.

use std::time::Duration;

use byo_seal::{ProviderConfig, ProviderId, Verdict, WireApi};
use http::{HeaderName, HeaderValue, Method, header};
use zeroize::Zeroizing;

use super::{
    Check, Providers,
    reason::Reason,
    rules::{self, Answer},
    spec::{Auth, Call, Probe, Proof, Spec},
    table,
    target::Target,
};
use crate::{
    egress::{EgressError, Request},
    secret::ProviderKey,
};

/// The longest wait for one call.
pub(super) const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// OpenRouter's public catalogue is the largest list, at somewhat over a megabyte.
const BODY_LIMIT: usize = 4 << 20;

impl Providers {
    /// Checks a key with its provider over the network.
    pub(super) async fn ask(
        &self,
        provider: ProviderId,
        config: &ProviderConfig,
        key: &ProviderKey,
    ) -> Check {
        let Ok(target) = self.target(provider, config) else {
            return Check::new(Reason::DestinationNotAllowed, provider.label(), "", Vec::new());
        };
        let spec = target.spec;
        // EXPOSE: to look at how the key begins.
        if target.trusted && spec.admin_prefixes.iter().any(|prefix| key.expose().starts_with(prefix)) {
            return Check::new(Reason::AdminKey, spec.subject, "", Vec::new());
        }
        let caller = Caller { target: &target, config, key };
        let probed = caller.probe().await;
        let reason = self.compare(&caller, probed.reason).await;
        let listable = reason.verdict().is_storable() && reason != Reason::RateLimited;
        let models = if listable { caller.models(probed.answer).await } else { Vec::new() };
        let hint =
            if reason == Reason::UnknownKey { other_provider_hint(provider, key) } else { String::new() };
        Check::new(reason, spec.subject, &hint, models)
    }

    /// An unknown host that lets a key in may let any key in. A second probe with a made-up one tells.
    async fn compare(&self, caller: &Caller<'_>, reason: Reason) -> Reason {
        let needed = caller.target.spec.always_compare || !caller.target.trusted;
        if !needed || !reason.verdict().is_usable() {
            return reason;
        }
        let made_up = Zeroizing::new(format!("sk-{}", hex::encode(self.entropy.bytes::<24>())).into_bytes());
        let made_up = ProviderKey::new(made_up).expect("hex is visible ASCII");
        let second = Caller { key: &made_up, ..*caller }.probe().await.reason;
        match second.verdict() {
            Verdict::Rejected | Verdict::Denied => reason,
            Verdict::Unreachable => second,
            _ => Reason::NotProtected,
        }
    }
}

/// One key on its way to one target.
#[derive(Clone, Copy)]
pub(super) struct Caller<'a> {
    pub(super) target: &'a Target<'a>,
    pub(super) config: &'a ProviderConfig,
    pub(super) key: &'a ProviderKey,
}

/// What a probe meant, and its answer where there was one.
struct Probed {
    reason: Reason,
    answer: Option<Answer>,
}

impl Caller<'_> {
    async fn probe(&self) -> Probed {
        let spec = self.target.spec;
        let first = self.probe_with(spec.probe).await;
        let unknown_path =
            first.answer.as_ref().is_some_and(|answer| matches!(answer.status.as_u16(), 404 | 405));
        match spec.fallback {
            Some(fallback) if unknown_path && first.reason == Reason::UnexpectedAnswer => {
                Probed { answer: None, ..self.probe_with(fallback).await }
            }
            _ => first,
        }
    }

    async fn probe_with(&self, probe: Probe) -> Probed {
        match self.call(probe.call, None).await {
            Ok(answer) => {
                let reason = rules::read(self.target.spec, probe.proof, &answer);
                let is_list = matches!(probe.proof, Proof::Json(_));
                Probed { reason, answer: is_list.then_some(answer) }
            }
            Err(error) => Probed { reason: reason_of(error), answer: None },
        }
    }

    /// Makes a call of the table, with one more query pair where paging needs it.
    pub(super) async fn call(&self, call: Call, extra: Option<(&str, &str)>) -> Result<Answer, EgressError> {
        let Target { spec, base, .. } = self.target;
        let path = self.fill(call.path);
        let filled: Vec<_> = call.query.iter().map(|(name, value)| (*name, self.fill(value))).collect();
        let query: Vec<_> = filled.iter().map(|(name, value)| (*name, value.as_str())).chain(extra).collect();
        let method = if call.body.is_some() { Method::POST } else { Method::GET };
        let mut request = Request::new(method, base.join(&path, &query)?)
            .timeout(CALL_TIMEOUT)
            .refuse_body_over(BODY_LIMIT)
            .header(header::ACCEPT, HeaderValue::from_static("application/json"));
        for (name, value) in spec.headers {
            request = request.header(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        if let Some(body) = call.body {
            request = request.body("application/json", body);
        }
        let (name, value) = credential(spec, self.key);
        let response = self.target.egress.send(request.header(name, value)).await?;
        Ok(Answer::new(response.status, &response.body))
    }

    fn fill(&self, template: &str) -> String {
        let api_version = self.config.azure.as_ref().map_or("", |azure| &azure.api_version);
        let wire = match self.config.wire_api {
            Some(WireApi::Responses) => "responses",
            Some(WireApi::Completions) | None => "chat/completions",
        };
        template.replace("{apiVersion}", api_version).replace("{wire}", wire)
    }
}

/// The header that carries the key, marked so that nothing prints it.
fn credential(spec: &Spec, key: &ProviderKey) -> (HeaderName, HeaderValue) {
    // EXPOSE: the key goes to its provider, in this header and nowhere else.
    let (name, text) = match spec.auth {
        Auth::Bearer => (header::AUTHORIZATION, Zeroizing::new(format!("Bearer {}", key.expose()))),
        Auth::Header(name) => (HeaderName::from_static(name), Zeroizing::new(key.expose().to_owned())),
    };
    let mut value = HeaderValue::from_str(&text).expect("a key is visible ASCII");
    value.set_sensitive(true);
    (name, value)
}

fn reason_of(error: EgressError) -> Reason {
    match error {
        EgressError::NotAllowed(_) => Reason::DestinationNotAllowed,
        EgressError::Unreachable(_) | EgressError::TimedOut => Reason::NoAnswer,
        EgressError::TooLarge | EgressError::Protocol => Reason::UnexpectedAnswer,
    }
}

/// A rejected key that begins like another provider's was probably pasted into the wrong field.
fn other_provider_hint(provider: ProviderId, key: &ProviderKey) -> String {
    let begins = |spec: &&Spec| {
        // EXPOSE: to look at how the key begins; only the provider's name is told.
        spec.key_prefixes.iter().any(|prefix| key.expose().starts_with(prefix))
    };
    match table::SPECS.iter().find(begins) {
        Some(other) if other.id != provider => format!(" It looks like a key of {}.", other.id.label()),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_with_the_key_never_prints_it() {
        let key = ProviderKey::new(Zeroizing::new(b"sk-secret".to_vec())).unwrap();
        for spec in table::SPECS {
            let (_, value) = credential(spec, &key);
            assert!(value.is_sensitive(), "{}", spec.subject);
            assert_eq!(format!("{value:?}"), "Sensitive");
        }
    }
}
