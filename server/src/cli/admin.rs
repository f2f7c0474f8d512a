//! Commands that ask the running server: a second process cannot open its database.

use std::sync::Arc;

use byo_server::{
    config::Config,
    egress::{
        Destination, Egress, EgressError, EgressLimits, Policy, Request, Roots, SystemResolver, UrlKind,
    },
    environment::Environment,
};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use super::{Failure, Kind};

pub(super) async fn create_project(config: &Config, name: &str) -> Result<(), Failure> {
    let created =
        Admin::new(config)?.call(Method::POST, "v1/admin/projects", Some(json!({ "name": name }))).await?;
    print(&created)
}

pub(super) async fn create_token(
    config: &Config,
    project: &str,
    environment: Environment,
    kind: Kind,
    name: &str,
) -> Result<(), Failure> {
    let kind = match kind {
        Kind::Publishable => "publishable",
        Kind::Secret => "secret",
    };
    let body = json!({ "environment": environment, "kind": kind, "name": name });
    let path = format!("v1/admin/projects/{project}/tokens");
    print(&Admin::new(config)?.call(Method::POST, &path, Some(body)).await?)
}

pub(super) async fn revoke_token(config: &Config, id: &str) -> Result<(), Failure> {
    Admin::new(config)?.call(Method::DELETE, &format!("v1/admin/tokens/{id}"), None).await?;
    println!("{id} is revoked.");
    Ok(())
}

pub(super) async fn list_sealing_keys(config: &Config) -> Result<(), Failure> {
    print(&Admin::new(config)?.call(Method::GET, "v1/admin/sealing-keys", None).await?)
}

pub(super) async fn rotate_sealing_keys(config: &Config, compromised: bool) -> Result<(), Failure> {
    let body = json!({ "compromised": compromised });
    print(&Admin::new(config)?.call(Method::POST, "v1/admin/sealing-keys/rotate", Some(body)).await?)
}

/// Whether the server at the configured address says that it can work.
pub(super) async fn is_ready(config: &Config) -> Result<bool, Failure> {
    let server = RunningServer::new(config)?;
    let request = Request::new(Method::GET, server.at("readyz")?);
    Ok(server.egress.send(request).await.is_ok_and(|answer| answer.status.is_success()))
}

fn print(value: &Value) -> Result<(), Failure> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

struct RunningServer {
    origin: String,
    base: Destination,
    egress: Egress,
}

impl RunningServer {
    fn new(config: &Config) -> Result<Self, Failure> {
        let origin = config.server.public_origin();
        let roots = match &config.egress.extra_ca_file {
            Some(path) => Roots::from_pem(&std::fs::read(path)?)?,
            None => Roots::default(),
        };
        let resolver = Arc::new(SystemResolver::new(&[]));
        let egress = Egress::new(Policy::default(), resolver, &roots, EgressLimits::default())
            .opening([origin.as_str()])?;
        let base = egress.check(UrlKind::BaseUrl, &origin)?;
        Ok(Self { origin, base, egress })
    }

    fn at(&self, path: &str) -> Result<Destination, Failure> {
        Ok(self.base.join(path, &[])?)
    }
}

struct Admin {
    server: RunningServer,
    key: HeaderValue,
}

impl Admin {
    fn new(config: &Config) -> Result<Self, Failure> {
        let key = config.admin.key.as_ref().ok_or(
            "there is no admin key; set BYO_ADMIN__KEY (or BYO_ADMIN__KEY_FILE) to the one the server runs with",
        )?;
        // EXPOSE: goes to the operator's own server.
        let mut key = HeaderValue::from_str(key.expose())?;
        key.set_sensitive(true);
        Ok(Self { server: RunningServer::new(config)?, key })
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Failure> {
        let mut request = Request::new(method, self.server.at(path)?)
            .header(HeaderName::from_static("x-admin-key"), self.key.clone());
        if let Some(body) = body {
            request = request.body("application/json", serde_json::to_vec(&body)?);
        }
        let answer = self.server.egress.send(request).await.map_err(|error| self.explain(error))?;
        if answer.status == StatusCode::NO_CONTENT {
            return Ok(Value::Null);
        }
        let value: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer.status.is_success() {
            return Ok(value);
        }
        let detail = value["detail"].as_str().unwrap_or("the answer cannot be read; is that a byo server?");
        Err(format!("{} answered {}: {detail}", self.server.origin, answer.status).into())
    }

    fn explain(&self, error: EgressError) -> String {
        format!(
            "no server answers at {} ({error}); start it with `byo serve`, or set BYO_SERVER__PUBLIC_URL to where it is",
            self.server.origin
        )
    }
}
