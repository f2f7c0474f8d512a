//! byo itself: four projects, each with a secret key, and a customer's key for each connection.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use super::{
    super::{super::server, http::Call, load::CONNECTIONS},
    Gateway, KEY, Stage,
};
use crate::{layout::Layout, tool::Tool};

const PROJECTS: usize = 4;

pub(super) struct Byo {
    binary: PathBuf,
    version: String,
    /// Empty for the default.
    log: &'static str,
}

impl Byo {
    pub(super) fn find(layout: &Layout, binary: &Path, log: &'static str) -> Result<Self> {
        let version = Tool::new(layout, binary).arg("--version").output()?;
        let version = version.trim().trim_start_matches("byo ");
        // Nothing tells where another binary comes from.
        let commit = if binary == layout.cargo_output("release/byo") {
            Tool::new(layout, "git").args(["describe", "--always", "--dirty"]).output()?
        } else {
            String::new()
        };
        let binary = binary.canonicalize().with_context(|| binary.display().to_string())?;
        Ok(Self { binary, version: format!("{version} {}", commit.trim()).trim_end().to_owned(), log })
    }
}

impl Gateway for Byo {
    fn version(&self) -> &str {
        &self.version
    }

    fn command(&self, stage: &Stage<'_>) -> Result<Option<Command>> {
        let data = stage.folder.join("byo");
        // Each start is a first start: the database is made too.
        if data.exists() {
            fs::remove_dir_all(&data)?;
        }
        fs::create_dir(&data)?;
        let mut command = stage.gateway_command(&self.binary)?;
        command
            .arg("serve")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("BYO_DATA_DIR", data)
            .env("BYO_SERVER__LISTEN", stage.gateway.to_string())
            .env("BYO_VAULT__MASTER_KEY", server::MASTER_KEY)
            .env("BYO_ADMIN__KEY", server::ADMIN_KEY)
            .env("BYO_PROVIDERS__OPENAI__BASE_URL", format!("http://{}/v1", stage.upstream));
        if !self.log.is_empty() {
            command.env("BYO_LOG__FILTER", self.log);
        }
        Ok(Some(command))
    }

    fn ready(&self) -> &'static str {
        "/readyz"
    }

    fn path(&self) -> &'static str {
        "/v1/proxy/openai/v1/chat/completions"
    }

    fn callers(&self, stage: &Stage<'_>) -> Result<Vec<Vec<String>>> {
        let mut secrets = Vec::new();
        for _ in 0..PROJECTS {
            secrets.push(secret_key(stage)?);
        }
        let customers = (0..CONNECTIONS).map(|customer| {
            let authorization = format!("authorization: Bearer {}", secrets[customer % PROJECTS]);
            let ref_id = format!("customer_{customer}");
            let body = format!(r#"{{"provider":"openai","refId":"{ref_id}","providerKey":"{KEY}"}}"#);
            let connect = Call {
                method: "POST",
                path: "/v1/keys/connect",
                headers: std::slice::from_ref(&authorization),
                body: &body,
            };
            connect.send(stage.gateway).context("byo does not take the upstream's key")?;
            Ok(vec![authorization, format!("x-byo-ref-id: {ref_id}")])
        });
        customers.collect()
    }
}

/// A new project's secret key for its live environment.
fn secret_key(stage: &Stage<'_>) -> Result<String> {
    let create = Call {
        method: "POST",
        path: "/v1/admin/projects",
        headers: &[format!("x-admin-key: {}", server::ADMIN_KEY)],
        body: r#"{"name":"Northwind"}"#,
    };
    let project = create.send(stage.gateway)?;
    let start = project.find("byo_sk_live_").context("a project has a live secret key")?;
    let length = project[start..].find('"').context("text ends in quotes")?;
    Ok(project[start..start + length].to_owned())
}
