//! `/openapi.json`.

use std::sync::LazyLock;

use axum::Json;
use utoipa::openapi::{
    InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder,
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    tag::TagBuilder,
};

/// The document that describes every call.
#[must_use]
pub fn document() -> &'static OpenApi {
    static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(|| {
        let mut document = super::documented().split_for_parts().1;
        // The star is the router's way to say that slashes belong to the parameter too.
        let paths = std::mem::take(&mut document.paths.paths);
        document.paths.paths =
            paths.into_iter().map(|(path, item)| (path.replace("{*", "{"), item)).collect();
        document
    });
    &DOCUMENT
}

/// This document
#[utoipa::path(
    get, path = "/openapi.json", tag = "Operations", security(()),
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json"))
)]
pub(super) async fn serve() -> Json<&'static OpenApi> {
    Json(document())
}

/// Everything but the paths.
pub(super) fn base() -> OpenApi {
    let info = InfoBuilder::new()
        .title("byo")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("Bring your own key: customers' AI provider keys, sealed in the browser, opened, checked, stored and used here."))
        .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").build()))
        .build();
    let tags = [
        ("Connect", "What a browser needs before it sends a key."),
        ("Keys", "Customers' keys."),
        ("Proxy", "Providers' own APIs, with a customer's key."),
        ("Runtime tokens", "For tools that call the proxy for one customer and can set no headers."),
        ("Models", "Which models customers may call."),
        ("Webhooks", "Where the backend is told."),
        ("Admin", "The operator's calls."),
        ("Operations", "Health and this document."),
    ]
    .map(|(name, text)| TagBuilder::new().name(name).description(Some(text)).build());
    let mut document = OpenApiBuilder::new().info(info).tags(Some(tags)).build();
    let components = document.components.get_or_insert_default();
    for (name, text) in [
        ("publishableKey", "byo_pk_…: for anyone's browser"),
        ("connectSession", "byo_cs_…: for one customer's browser, for minutes"),
        ("secretKey", "byo_sk_…: for the product's backend"),
        ("runtimeToken", "byo_rt_…: for a tool that calls providers for one customer"),
    ] {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(text)).build();
        components.add_security_scheme(name, SecurityScheme::Http(scheme));
    }
    let admin = ApiKeyValue::with_description("X-Admin-Key", "The operator's key, set by BYO_ADMIN__KEY");
    components.add_security_scheme("adminKey", SecurityScheme::ApiKey(ApiKey::Header(admin)));
    document
}
