//! The wire: routes, extractors, problems. A handler extracts, makes one domain call and answers.

mod admin;
mod assets;
pub mod client_address;
mod connect;
mod customers;
mod directory;
mod docs;
mod errors_page;
mod frame;
mod guard;
mod health;
mod json;
mod keys;
mod models;
mod openapi;
mod page;
mod pages;
mod principal;
mod problem;
mod proxy;
mod refusal;
mod runtime_tokens;
pub mod serve;
mod sessions;
mod trust;
mod unified;
mod webhooks;
mod widget;

use std::{sync::Arc, time::Duration};

use axum::{Router, middleware};
use tower::{ServiceExt, service_fn};
use tower_http::{
    cors::{Any, CorsLayer},
    limit::RequestBodyLimitLayer,
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub use openapi::document;
pub use problem::{Code, FieldError, Problem};

use self::serve::{Answers, Arrived, routed};

use crate::app::App;

type AppState = Arc<App>;

/// The largest body any call here takes, in bytes.
const LARGEST_BODY: usize = 16 * 1024;

/// What sits in front of the router.
#[derive(Clone, Debug)]
pub struct RouterSettings {
    /// Whose forwarded addresses are believed.
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// Where `/demo` leads, on a server that runs one.
    pub demo: Option<String>,
    /// What the examples at `/docs/widget` run with, a publishable key of a test environment.
    pub docs_key: Option<String>,
}

/// All that byo answers.
///
/// Proxied calls are most of what comes, so they pass the same guard by a shorter way: in a profile a good part of such a
/// call was the router's layers.
pub fn service(app: AppState, settings: &RouterSettings) -> impl Answers {
    let entrance = guard::Entrance::new(Arc::clone(&app), settings.trusted_proxies.clone());
    let router = routed(router(Arc::clone(&app), settings, entrance.clone()));
    let shared = Arc::new((router, entrance, app));
    service_fn(move |arrived: Arrived| {
        let shared = Arc::clone(&shared);
        async move {
            let (router, entrance, app) = &*shared;
            if !proxy::is_call(&arrived.request) {
                return router.clone().oneshot(arrived).await;
            }
            let answer = |request, admitted| {
                guard::checked(app, request, move |request| proxy::answer(app, request, admitted))
            };
            Ok(entrance.admit(arrived, proxy::ROUTE, answer).await)
        }
    })
}

/// Every route, with its refusals.
fn router(app: AppState, settings: &RouterSettings, entrance: guard::Entrance) -> Router {
    let guarded = |routes: Router<AppState>| {
        routes
            .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
            .layer(middleware::from_fn_with_state(Arc::clone(&app), guard::check))
    };
    let (browser, _) = browser_routes().split_for_parts();
    // Preflights end in the fallback, and refusals of the guard must be readable too: CORS goes around both.
    let browser = guarded(browser.method_not_allowed_fallback(guard::method_not_allowed)).layer(cors());
    let (backend, _) = backend_routes().split_for_parts();
    let (unified, _) = unified_routes().split_for_parts();
    let unified = unified
        .method_not_allowed_fallback(guard::method_not_allowed)
        .layer(RequestBodyLimitLayer::new(app.proxy.max_body));
    let (proxy, _) = proxy_routes().split_for_parts();
    let proxy = proxy
        .method_not_allowed_fallback(guard::method_not_allowed)
        .merge(unified)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard::check));
    let others = backend
        .merge(widget::routes())
        .merge(pages::routes(&app, settings))
        .merge(frame::routes())
        .fallback(guard::not_found)
        .method_not_allowed_fallback(guard::method_not_allowed);
    guarded(others)
        .merge(browser)
        .merge(proxy)
        .layer(middleware::from_fn_with_state(entrance, guard::enter))
        .with_state(app)
}

/// The documented routes, for their description.
fn documented() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(openapi::base())
        .merge(browser_routes())
        .merge(backend_routes())
        .merge(proxy_routes())
        .merge(unified_routes())
}

/// Routes that pages call. Any origin may read their refusals; the real request's origin is checked by the principal.
fn browser_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(connect::params))
        .routes(routes!(directory::directory))
        .routes(routes!(sessions::current))
        .routes(routes!(keys::connect::connect))
        .routes(routes!(keys::connect::test))
        .routes(routes!(keys::connect::rotate))
        .routes(routes!(keys::manage::validate))
        .routes(routes!(keys::manage::revoke))
        .routes(routes!(keys::manage::disable))
        .routes(routes!(keys::manage::enable))
        .routes(routes!(keys::read::list))
        .routes(routes!(keys::read::one))
        .routes(routes!(customers::revert))
}

/// Calls that pass through. Their bodies have a limit of their own.
fn proxy_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(proxy::call))
}

fn unified_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(unified::ask))
}

fn backend_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(sessions::create))
        .routes(routes!(runtime_tokens::create, runtime_tokens::list))
        .routes(routes!(runtime_tokens::revoke))
        .routes(routes!(models::project))
        .routes(routes!(models::customer))
        .routes(routes!(webhooks::create, webhooks::list))
        .routes(routes!(webhooks::delete))
        .routes(routes!(admin::projects::create, admin::projects::list))
        .routes(routes!(admin::projects::one))
        .routes(routes!(admin::projects::update_environment))
        .routes(routes!(admin::platform_keys::list))
        .routes(routes!(admin::platform_keys::put, admin::platform_keys::delete))
        .routes(routes!(admin::tokens::create))
        .routes(routes!(admin::tokens::list))
        .routes(routes!(admin::tokens::revoke))
        .routes(routes!(admin::sealing_keys::list))
        .routes(routes!(admin::sealing_keys::rotate))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(openapi::serve))
}

/// Never with credentials: tokens travel in a header that the page sets itself.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([http::Method::GET, http::Method::POST])
        .allow_headers([http::header::AUTHORIZATION, http::header::CONTENT_TYPE])
        .expose_headers([http::header::RETRY_AFTER, guard::REQUEST_ID])
        .max_age(Duration::from_mins(10))
}
