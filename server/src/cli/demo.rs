//! `byo demo`: a server on its own defaults and a pretend product beside it. Keeps nothing.

use std::{
    net::SocketAddr,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use byo_server::{
    app::App,
    config::Config,
    demo::{self, DemoEnvironment, DemoSettings},
    domain::{self, CreatedProject, Refusal, Secret},
    egress::{Egress, EgressLimits, Policy, Roots, SystemResolver},
    entropy::{Entropy, SystemEntropy},
    environment::Environment,
    start::Server,
    store::{AllowedOrigins, EnvironmentChange},
    telemetry,
    token::{Token, TokenKind},
    vault::MasterKey,
};
use clap::Args;
use tokio::{net::TcpListener, sync::watch};

use super::{Failure, core_dumps, serve::asked_to_stop};

#[derive(Args)]
pub(super) struct DemoArgs {
    /// Where the pretend product listens
    #[arg(long, default_value = "127.0.0.1:8788", value_name = "ADDRESS")]
    product_listen: SocketAddr,
}

pub(super) async fn demo(mut config: Config, args: DemoArgs) -> Result<(), Failure> {
    let _logs = telemetry::init(&config.log)?;
    core_dumps::forbid_unless_wanted(&config.server)?;
    let folder = Folder::new()?;
    config.data_dir.clone_from(&folder.0);
    config.database.url = None;
    config.vault.master_key =
        Some(MasterKey::parse(&STANDARD.encode((&SystemEntropy as &dyn Entropy).secret::<32>()))?);
    let product = TcpListener::bind(args.product_listen)
        .await
        .map_err(|error| format!("cannot listen on {} (--product-listen): {error}", args.product_listen))?;
    let product_origin = format!("http://{}", product.local_addr()?);
    config.egress.allow.push(product.local_addr()?.to_string().parse()?);

    let server = Server::start(&config).await?.with_demo(product_origin.clone());
    let byo_origin = server.app.identity.public_origin.clone();
    let settings = settings(&server.app, &byo_origin, &product_origin).await?;
    let docs_key = docs_key(&server.app).await?;
    let server = server.with_docs_key(&docs_key);

    let (stop, stopped) = watch::channel(false);
    let until_stopped = || {
        let mut stopped = stopped.clone();
        async move { drop(stopped.wait_for(|stop| *stop).await) }
    };
    let product = tokio::spawn(demo::run(product, settings, until_stopped()));
    let byo = tokio::spawn(server.run(until_stopped()));
    let asked_to_stop = asked_to_stop()?;
    println!("byo {} is ready at {byo_origin}", env!("CARGO_PKG_VERSION"));
    println!("Open the demo at {product_origin}");
    println!("Nothing is kept: keys typed here are gone when this ends (Ctrl-C).");
    asked_to_stop.await;
    stop.send_replace(true);
    byo.await?;
    product.await??;
    Ok(())
}

/// For the examples at `/docs/widget`: of a project of its own, and for pages of this server alone.
async fn docs_key(app: &App) -> Result<Token, Failure> {
    let project = domain::create_project(app, "byo’s documentation").await.map_err(explain)?;
    let origins = app.identity.origins().map(str::to_owned).collect();
    let change = EnvironmentChange {
        allowed_origins: Some(AllowedOrigins::List(origins)),
        ..EnvironmentChange::default()
    };
    app.store.update_environment(&project.project.id, Environment::Test, change, app.clock.now()).await?;
    Ok(copy(token_of(&project, Environment::Test, TokenKind::Publishable)))
}

/// The pretend product's project, tokens and webhook endpoints.
async fn settings(app: &App, byo_origin: &str, product_origin: &str) -> Result<DemoSettings, Failure> {
    let project = domain::create_project(app, "Tideline").await.map_err(explain)?;
    let change = EnvironmentChange {
        allowed_origins: Some(AllowedOrigins::List(vec![product_origin.to_owned()])),
        ..EnvironmentChange::default()
    };
    for environment in Environment::ALL {
        app.store
            .update_environment(&project.project.id, environment, change.clone(), app.clock.now())
            .await?;
    }
    let egress = Egress::new(
        Policy::default(),
        std::sync::Arc::new(SystemResolver::new(&[])),
        &Roots::default(),
        EgressLimits::default(),
    );
    Ok(DemoSettings {
        byo_origin: byo_origin.to_owned(),
        own_origin: product_origin.to_owned(),
        test: environment(app, &project, Environment::Test, product_origin).await?,
        live: environment(app, &project, Environment::Live, product_origin).await?,
        egress: egress.opening([byo_origin])?,
        clock: app.clock.clone(),
        entropy: app.entropy.clone(),
    })
}

async fn environment(
    app: &App,
    project: &CreatedProject,
    environment: Environment,
    product_origin: &str,
) -> Result<DemoEnvironment, Failure> {
    let secret_key = token_of(project, environment, TokenKind::Secret);
    let (row, scope) =
        app.store.token_by_hash(&secret_key.hash()).await?.ok_or("the new token is not there")?;
    let secret = Secret { scope, token: row.id, principal_id: secret_key.principal_id() };
    let url = format!("{product_origin}/webhooks/byo");
    let endpoint = domain::add_endpoint(app, &secret, url, None).await.map_err(explain)?;
    Ok(DemoEnvironment {
        publishable_key: copy(token_of(project, environment, TokenKind::Publishable)),
        secret_key: copy(secret_key),
        webhook_secret: endpoint.secret,
    })
}

fn token_of(project: &CreatedProject, environment: Environment, kind: TokenKind) -> &Token {
    let of_kind =
        project.tokens.iter().find(|token| token.row.environment == environment && token.row.kind == kind);
    &of_kind.expect("a project is made with both tokens in both environments").token
}

fn copy(token: &Token) -> Token {
    // EXPOSE: handed to the pretend product in the same process.
    Token::parse(token.expose()).expect("a token that was just made is well-formed")
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
fn explain(refusal: Refusal) -> String {
    format!("the demo could not be set up: {refusal:?}")
}

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, Failure> {
        let random = hex::encode((&SystemEntropy as &dyn Entropy).bytes::<8>());
        let path = std::env::temp_dir().join(format!("byo-demo-{random}"));
        std::fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(Path::new(&self.0)) {
            tracing::warn!(%error, "the demo's folder could not be removed");
        }
    }
}
