//! Portkey's gateway, from npm. Callers name the upstream and bring its key: it stores none.

use std::{path::PathBuf, process::Command};

use anyhow::Result;

use super::{Gateway, KEY, Stage, one_caller};
use crate::{
    layout::Layout,
    need::{node, npm},
    tool::Tool,
};

const FOLDER: &str = "bench/peers/portkey";

pub(super) struct Portkey {
    folder: PathBuf,
    version: String,
}

impl Portkey {
    pub(super) fn install(layout: &Layout) -> Result<Self> {
        node::check(layout)?;
        npm::install(layout, FOLDER)?;
        let folder = layout.root.join(FOLDER);
        let tell = "const { version } = require('@portkey-ai/gateway/package.json');\
                    console.log(`${version}, Node.js ${process.version}`)";
        let version = Tool::new(layout, "node").dir(&folder).args(["--eval", tell]).output()?;
        Ok(Self { folder, version: version.trim().to_owned() })
    }
}

impl Gateway for Portkey {
    fn version(&self) -> &str {
        &self.version
    }

    fn command(&self, stage: &Stage<'_>) -> Result<Option<Command>> {
        let mut command = stage.gateway_command("node".as_ref())?;
        command
            .arg("--require")
            .arg(self.folder.join("bind.cjs"))
            .arg(self.folder.join("node_modules/@portkey-ai/gateway/build/start-server.js"))
            .args([format!("--port={}", stage.gateway.port()), "--headless".to_owned()])
            .env("NODE_ENV", "production")
            .env("BENCH_HOST", stage.gateway.ip().to_string())
            // Otherwise it refuses to call private addresses.
            .env("TRUSTED_CUSTOM_HOSTS", stage.upstream.ip().to_string());
        Ok(Some(command))
    }

    fn ready(&self) -> &'static str {
        "/"
    }

    fn callers(&self, stage: &Stage<'_>) -> Result<Vec<Vec<String>>> {
        let mut callers = one_caller(KEY);
        callers[0].extend([
            "x-portkey-provider: openai".to_owned(),
            format!("x-portkey-custom-host: http://{}/v1", stage.upstream),
        ]);
        Ok(callers)
    }
}
