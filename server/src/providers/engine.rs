//! Reads the table: one probe, a second one with a made-up key where the host is not known, then the models.

use std::time::Duration;

use byo_seal::{ProviderConfig, ProviderId, Verdict, WireApi};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
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

    /// An unknown host that lets a key in may let any key in. A second probe with a made-up one tells. Where there is no
    /// key there is nothing to compare.
    async fn compare(&self, caller: &Caller<'_>, reason: Reason) -> Reason {
        if caller.key.is_empty() {
            return match reason {
                Reason::UnknownKey => Reason::KeyNeeded,
                _ if reason.verdict().is_usable() => Reason::KeyNotNeeded,
                _ => reason,
            };
        }
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
                let is_list = matches!(probe.proof, Proof::Models | Proof::Json(_));
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
        if let Some(body) = call.body {
            request = request.body("application/json", body);
        }
        sign(spec, self.key, request.headers());
        let response = self.target.egress.send(request).await?;
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

/// Adds the header that carries the key, marked so that nothing prints it, and those that every call needs where the
/// caller did not set them. Without a key there is no such header.
pub(super) fn sign(spec: &Spec, key: &ProviderKey, headers: &mut HeaderMap) {
    for (name, value) in spec.headers {
        headers.entry(*name).or_insert(HeaderValue::from_static(value));
    }
    if key.is_empty() {
        return;
    }
    let bearer = Place::Bearer;
    let place = match spec.auth {
        Auth::Bearer => bearer,
        Auth::Header(name) => Place::Header(name),
        Auth::Versioned { header, version, until } => {
            // Versions are dates.
            let newer = headers.get(version).is_some_and(|given| given.as_bytes() > until.as_bytes());
            if newer { bearer } else { Place::Header(header) }
        }
    };
    // EXPOSE: the key goes to its provider, in this header and nowhere else.
    let (name, text) = match place {
        Place::Bearer => (header::AUTHORIZATION, Zeroizing::new(["Bearer ", key.expose()].concat())),
        Place::Header(name) => (HeaderName::from_static(name), Zeroizing::new(key.expose().to_owned())),
    };
    let mut value = HeaderValue::from_str(&text).expect("a key is visible ASCII");
    value.set_sensitive(true);
    headers.insert(name, value);
}

enum Place {
    Bearer,
    Header(&'static str),
}

fn reason_of(error: EgressError) -> Reason {
    match error {
        EgressError::NotAllowed(_) => Reason::DestinationNotAllowed,
        EgressError::Unreachable(_) | EgressError::TimedOut => Reason::NoAnswer,
        EgressError::TooLarge | EgressError::Body(_) | EgressError::Protocol => Reason::UnexpectedAnswer,
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
            let mut headers = HeaderMap::new();
            sign(spec, &key, &mut headers);
            assert!(!format!("{headers:?}").contains("sk-secret"), "{}", spec.subject);
            assert_eq!(headers.values().filter(|value| value.is_sensitive()).count(), 1, "{}", spec.subject);
        }
    }

    #[test]
    fn without_a_key_no_header_says_who_asks() {
        let key = ProviderKey::of(ProviderId::Ollama, Zeroizing::default()).unwrap();
        for spec in table::SPECS.iter().filter(|spec| spec.id.is_key_optional()) {
            let mut headers = HeaderMap::new();
            sign(spec, &key, &mut headers);
            assert!(headers.is_empty(), "{}: {headers:?}", spec.subject);
        }
    }

    #[test]
    fn anthropics_version_decides_where_the_key_stands() {
        let key = ProviderKey::new(Zeroizing::new(b"sk-ant-secret".to_vec())).unwrap();
        for (version, header, text) in [
            (None, "x-api-key", "sk-ant-secret"),
            (Some("2023-01-01"), "x-api-key", "sk-ant-secret"),
            (Some("2023-06-01"), "x-api-key", "sk-ant-secret"),
            (Some("2026-10-21"), "authorization", "Bearer sk-ant-secret"),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(version) = version {
                headers.insert("anthropic-version", HeaderValue::from_static(version));
            }
            sign(Spec::first(ProviderId::Anthropic), &key, &mut headers);
            assert_eq!(headers[header], text, "{version:?}");
            assert_eq!(headers["anthropic-version"], version.unwrap_or("2023-06-01"));
            assert_eq!(headers.len(), 2);
        }
    }
}
