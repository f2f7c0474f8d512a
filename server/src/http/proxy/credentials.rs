//! Who calls the proxy, and what it brings.
//!
//! SDKs put their API key where their provider wants it, so a byo token may stand in any of four headers. A value there
//! that is no byo token is a dummy that some client had to send; it is dropped.

use byo_seal::ProviderId;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use zeroize::Zeroizing;

use super::super::problem::{Code, Problem};
use crate::{
    domain::Given,
    secret::ProviderKey,
    token::{Token, TokenKind, looks_like_token},
};

static REF_ID: HeaderName = HeaderName::from_static("x-byo-ref-id");
static KEY_NAME: HeaderName = HeaderName::from_static("x-byo-key-name");
static SEALED: HeaderName = HeaderName::from_static("x-byo-sealed-key");
static ADMIN_KEY: HeaderName = HeaderName::from_static("x-admin-key");

/// Where SDKs put their API key, besides `Authorization`.
static API_KEYS: [HeaderName; 3] = [
    HeaderName::from_static("x-api-key"),
    HeaderName::from_static("x-goog-api-key"),
    HeaderName::from_static("api-key"),
];

/// Headers that carry a customer's key for one call, and whose key it then is.
static GIVEN: [(HeaderName, ProviderId); 5] = [
    (HeaderName::from_static("x-openai-key"), ProviderId::Openai),
    (HeaderName::from_static("x-chatgpt-key"), ProviderId::Openai),
    (HeaderName::from_static("x-claude-key"), ProviderId::Anthropic),
    (HeaderName::from_static("x-gemini-key"), ProviderId::Google),
    (HeaderName::from_static("x-deepseek-key"), ProviderId::Deepseek),
];

/// What a call brings.
pub(in crate::http) struct Brought {
    pub(in crate::http) token: Token,
    pub(in crate::http) ref_id: Option<String>,
    pub(in crate::http) name: String,
    pub(in crate::http) given: Option<Given>,
}

/// Reads what a call of `/v1/unified` brings: a provider key may stand in `X-API-Key`, whichever provider it is for.
pub(in crate::http) fn read_unified(headers: &HeaderMap, provider: ProviderId) -> Result<Brought, Problem> {
    let mut brought = read(headers, provider)?;
    let generic = headers.get_all(&API_KEYS[0]).iter();
    let mut keys = generic.filter(|value| !value.to_str().is_ok_and(looks_like_token));
    if let Some(value) = keys.next() {
        if keys.next().is_some() || brought.given.is_some() {
            return Err(conflicting("More than one provider key was sent; send one."));
        }
        brought.given = Some(raw(value)?);
    }
    Ok(brought)
}

/// Reads it.
pub(in crate::http) fn read(headers: &HeaderMap, provider: ProviderId) -> Result<Brought, Problem> {
    let token = token(headers)?;
    let ref_id = reference(headers)?;
    let name = match one(headers, &KEY_NAME)? {
        None => byo_seal::reference::DEFAULT_NAME.to_owned(),
        Some(name) => {
            byo_seal::check_name(name).map_err(|flaw| malformed(format!("X-BYO-Key-Name {flaw}.")))?;
            name.to_owned()
        }
    };
    Ok(Brought { token, ref_id, name, given: given(headers, provider)? })
}

/// The one byo token of a call.
pub(in crate::http) fn token(headers: &HeaderMap) -> Result<Token, Problem> {
    if headers.contains_key(&ADMIN_KEY) {
        return Err(conflicting("The admin key opens nothing here; send a secret key or a runtime token."));
    }
    let bearers = headers.get_all(header::AUTHORIZATION).iter().filter_map(bearer);
    let others =
        API_KEYS.iter().flat_map(|name| headers.get_all(name)).filter_map(|value| value.to_str().ok());
    let mut found: Option<&str> = None;
    for text in bearers.chain(others).filter(|text| looks_like_token(text)) {
        if found.is_some_and(|found| found != text) {
            return Err(conflicting("Two different byo tokens were sent; send one."));
        }
        found = Some(text);
    }
    let token = found.and_then(Token::parse).ok_or_else(Problem::unauthenticated)?;
    match token.kind() {
        TokenKind::Secret | TokenKind::Runtime => Ok(token),
        TokenKind::Publishable | TokenKind::Session => Err(Problem::new(
            Code::Forbidden,
            "This call takes a secret key or a runtime token; what a browser holds calls no provider.",
        )),
    }
}

fn bearer(value: &HeaderValue) -> Option<&str> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start())
}

fn reference(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(ref_id) = one(headers, &REF_ID)? else { return Ok(None) };
    byo_seal::check_ref_id(ref_id).map_err(|flaw| malformed(format!("X-BYO-Ref-Id {flaw}.")))?;
    Ok(Some(ref_id.to_owned()))
}

/// A key for this provider; those for others are theirs.
fn given(headers: &HeaderMap, provider: ProviderId) -> Result<Option<Given>, Problem> {
    let mut found: Option<&HeaderValue> = None;
    for (name, _) in GIVEN.iter().filter(|(_, of)| *of == provider) {
        for value in headers.get_all(name) {
            if found.is_some_and(|found| found != value) {
                return Err(conflicting("Two different keys for this provider were sent; send one."));
            }
            found = Some(value);
        }
    }
    match (found, one(headers, &SEALED)?) {
        (None, None) => Ok(None),
        (Some(value), None) => raw(value).map(Some),
        (None, Some(sealed)) => Ok(Some(Given::Sealed(sealed.to_owned()))),
        (Some(_), Some(_)) => Err(conflicting("A key in the clear and a sealed one were sent; send one.")),
    }
}

/// An empty header is a variable that was not set, also where the provider asks for no key: taken for a key it would
/// stand in the way of the one that is stored.
fn raw(value: &HeaderValue) -> Result<Given, Problem> {
    let key = ProviderKey::new(Zeroizing::new(value.as_bytes().to_vec()))
        .map_err(|flaw| malformed(format!("The provider key in the header {flaw}.")))?;
    Ok(Given::Raw(key))
}

fn one<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h str>, Problem> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            value.to_str().map(Some).map_err(|_| malformed(format!("{name} is not visible ASCII.")))
        }
        (Some(_), Some(_)) => Err(malformed(format!("{name} is given more than once."))),
    }
}

fn conflicting(detail: &'static str) -> Problem {
    Problem::new(Code::ConflictingCredentials, detail)
}

fn malformed(detail: String) -> Problem {
    Problem::new(Code::MalformedRequest, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{entropy::SystemEntropy, environment::Environment};

    fn token(kind: TokenKind) -> String {
        Token::generate(kind, Environment::Live, &SystemEntropy).expose().to_owned()
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    fn code(pairs: &[(&'static str, &str)]) -> Option<Code> {
        read(&headers(pairs), ProviderId::Openai).err().map(|problem| problem.code())
    }

    #[test]
    fn a_token_is_found_wherever_an_sdk_puts_it_and_dummies_are_dropped() {
        let secret = token(TokenKind::Secret);
        let bearer = format!("Bearer {secret}");
        for pairs in [
            vec![("authorization", bearer.as_str())],
            vec![("x-api-key", secret.as_str())],
            vec![("x-goog-api-key", secret.as_str())],
            vec![("api-key", secret.as_str())],
            vec![("authorization", "Bearer dummy"), ("api-key", secret.as_str())],
            vec![("authorization", bearer.as_str()), ("x-api-key", "dummy")],
            vec![("authorization", bearer.as_str()), ("x-api-key", secret.as_str())],
        ] {
            let brought = read(&headers(&pairs), ProviderId::Openai).unwrap_or_else(|_| panic!("{pairs:?}"));
            assert_eq!(brought.token.expose(), secret);
        }
    }

    #[test]
    fn two_tokens_and_tokens_of_browsers_are_refused() {
        let (one, other) = (token(TokenKind::Secret), token(TokenKind::Runtime));
        let bearer = format!("Bearer {one}");
        assert_eq!(
            code(&[("authorization", &bearer), ("api-key", &other)]),
            Some(Code::ConflictingCredentials)
        );
        assert_eq!(code(&[("x-api-key", &one), ("x-api-key", &other)]), Some(Code::ConflictingCredentials));
        assert_eq!(
            code(&[("authorization", &bearer), ("x-admin-key", "x")]),
            Some(Code::ConflictingCredentials)
        );
        assert_eq!(code(&[("x-api-key", &token(TokenKind::Publishable))]), Some(Code::Forbidden));
        assert_eq!(code(&[("x-api-key", &token(TokenKind::Session))]), Some(Code::Forbidden));
        for nothing in
            [vec![], vec![("authorization", "Bearer sk-x")], vec![("authorization", "Basic byo_sk_")]]
        {
            assert_eq!(code(&nothing), Some(Code::Unauthenticated));
        }
        let wrong_check = format!("{}0", &one[..one.len() - 1]);
        assert_eq!(
            code(&[("x-api-key", &wrong_check)]),
            (wrong_check != one).then_some(Code::Unauthenticated)
        );
    }

    #[test]
    fn what_else_a_call_brings_is_read_strictly() {
        let secret = token(TokenKind::Secret);
        let with = |pairs: &[(&'static str, &str)]| {
            let mut all = vec![("x-api-key", secret.as_str())];
            all.extend_from_slice(pairs);
            read(&headers(&all), ProviderId::Openai).map_err(|problem| problem.code())
        };
        let brought = with(&[("x-byo-ref-id", "customer_1"), ("x-byo-key-name", "team")]).ok().unwrap();
        assert_eq!((brought.ref_id.as_deref(), brought.name.as_str()), (Some("customer_1"), "team"));
        assert!(with(&[]).is_ok_and(|brought| brought.given.is_none() && brought.name == "default"));
        for wrong in [
            &[("x-byo-ref-id", "a b")][..],
            &[("x-byo-ref-id", "")],
            &[("x-byo-ref-id", "a"), ("x-byo-ref-id", "a")],
            &[("x-byo-key-name", "a b")],
            &[("x-openai-key", "sk a")],
            &[("x-openai-key", "")],
        ] {
            assert_eq!(with(wrong).err(), Some(Code::MalformedRequest), "{wrong:?}");
        }
        assert!(
            with(&[("x-openai-key", "sk-1"), ("x-claude-key", "sk-2")])
                .unwrap_or_else(|_| panic!())
                .given
                .is_some()
        );
        assert!(with(&[("x-claude-key", "sk-2")]).unwrap_or_else(|_| panic!()).given.is_none());
        assert_eq!(
            with(&[("x-openai-key", "sk-1"), ("x-chatgpt-key", "sk-2")]).err(),
            Some(Code::ConflictingCredentials)
        );
    }
}
