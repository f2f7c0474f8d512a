//! `/frame`: the page in which the widget stands where the product's own scripts cannot reach it.
//!
//! Which pages may put it into a frame is said in a header, before any of them has said a word. So the address names who
//! will use it: `principal` is the SHA-256 of their token, as request envelopes name it too. It opens nothing.

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use byo_seal::PrincipalId;
use tower_http::compression::CompressionLayer;

use super::{
    AppState,
    problem::{Code, Problem},
    widget,
};
use crate::{
    domain,
    store::{AllowedOrigins, AnyOrigin},
    token::TokenHash,
};

const PAGE: &str = include_str!("../../../www/frame/index.html");

/// All but the pages around it, which follow.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
     img-src 'none'; font-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; \
     frame-ancestors ";

pub(super) fn routes() -> Router<AppState> {
    // The page is smaller than what compressing it would add.
    Router::new().route("/frame.js", get(script)).layer(CompressionLayer::new()).route("/frame", get(page))
}

/// Whatever the address says, it is the same page: only who may show it differs, and of nobody's token that is nobody.
async fn page(State(app): State<AppState>, uri: Uri) -> Result<Response, Problem> {
    let pages = match principal(uri.query().unwrap_or_default()) {
        Some(token) => domain::pages(&app, &token).await?,
        None => domain::NO_PAGES,
    };
    let policy = format!("{POLICY}{}", ancestors(&pages));
    let policy = HeaderValue::try_from(policy).expect("sources are ASCII without controls");
    let fixed = [
        ("cross-origin-resource-policy", "cross-origin"),
        ("cross-origin-embedder-policy", "require-corp"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
    ];
    let mut response = Html(PAGE).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in fixed {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    Ok(response)
}

/// What runs in it; of the same build as the rest of the widget.
async fn script(headers: HeaderMap) -> Response {
    let found = widget::file("frame.js", &headers, "public, no-cache");
    if found.status() != StatusCode::NOT_FOUND {
        return found;
    }
    let detail = "This binary was built without the widget's frame; build it with `cargo xtask build`.";
    Problem::new(Code::NotFound, detail).into_response()
}

/// The one token that the query names, if it names exactly one and nothing else.
fn principal(query: &str) -> Option<TokenHash> {
    let id: PrincipalId = query.strip_prefix("principal=")?.parse().ok()?;
    Some(TokenHash::from_bytes(id.token_hash()))
}

/// As the policy spells it.
fn ancestors(pages: &AllowedOrigins) -> String {
    let AllowedOrigins::List(origins) = pages else {
        let AllowedOrigins::Any(AnyOrigin::Star) = pages else { unreachable!("there are two kinds") };
        return "*".to_owned();
    };
    let sources: Vec<_> = origins.iter().map(String::as_str).filter(|origin| is_source(origin)).collect();
    if sources.is_empty() { "'none'".to_owned() } else { sources.join(" ") }
}

/// Whether it means in a policy what it means as an origin. A host's name may hold characters that end a directive or
/// stand for any host there; an IPv6 address cannot be written in a policy at all.
fn is_source(origin: &str) -> bool {
    let Some((scheme, place)) = origin.split_once("://") else { return false };
    let (host, port) = place.split_once(':').unwrap_or((place, "0"));
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    matches!(scheme, "https" | "http")
        && !host.is_empty()
        && host.bytes().all(is_host)
        && !port.is_empty()
        && port.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_policy_reads_as_one_origin_becomes_a_source() {
        for origin in ["https://app.example.com", "http://localhost:5173", "https://my_app.example.com:8443"]
        {
            assert!(is_source(origin), "{origin}");
        }
        for origin in [
            "https://a;sandbox",
            "https://a,b",
            "https://*",
            "https://*.example.com",
            "https://'self'",
            "http://[::1]:8787",
            "https://",
            "https://a:",
            "https://a:*",
            "https://a:1:2",
            "data:text/html",
            "'unsafe-inline'",
            "*",
            "",
        ] {
            assert!(!is_source(origin), "{origin}");
        }
    }

    #[test]
    fn a_list_of_which_nothing_is_left_lets_nobody_in() {
        let list =
            |origins: &[&str]| AllowedOrigins::List(origins.iter().map(|&one| one.to_owned()).collect());
        assert_eq!(ancestors(&AllowedOrigins::ANY), "*");
        assert_eq!(ancestors(&list(&[])), "'none'");
        assert_eq!(ancestors(&list(&["https://*"])), "'none'");
        let two = list(&["https://a.example", "https://a;sandbox", "http://b.example:81"]);
        assert_eq!(ancestors(&two), "https://a.example http://b.example:81");
    }

    #[test]
    fn a_principal_is_one_sha_256_in_base64url_and_nothing_beside_it() {
        let id = byo_seal::principal_id("byo_pk_test_");
        assert!(principal(&format!("principal={id}")).is_some());
        for query in [
            String::new(),
            "principal".to_owned(),
            "principal=".to_owned(),
            id.clone(),
            format!("Principal={id}"),
            format!("principal={id}="),
            format!("principal={id}&principal={id}"),
            format!("principal={id}&a=b"),
            format!("a=b&principal={id}"),
            format!("principal={}", &id[1..]),
            format!("principal={id}A"),
            format!("principal=%{:02x}{}", id.as_bytes()[0], &id[1..]),
        ] {
            assert!(principal(&query).is_none(), "{query}");
        }
    }
}
