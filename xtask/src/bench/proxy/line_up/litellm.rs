//! LiteLLM's proxy, from PyPI, without a database.

use std::{path::PathBuf, process::Command};

use anyhow::Result;

use super::{CALLER, Gateway, Stage, one_caller};
use crate::{layout::Layout, need::python, tool::Tool};

pub(super) struct LiteLlm {
    environment: PathBuf,
    version: String,
}

impl LiteLlm {
    pub(super) fn install(layout: &Layout) -> Result<Self> {
        let environment =
            python::environment(layout, "litellm", "bench/peers/litellm/requirements.txt", &[])?;
        let tell = "import platform, importlib.metadata as m; \
                    print(f\"{m.version('litellm')}, Python {platform.python_version()}\")";
        let version = Tool::new(layout, environment.join("bin/python")).args(["-c", tell]).output()?;
        Ok(Self { environment, version: version.trim().to_owned() })
    }
}

impl Gateway for LiteLlm {
    fn version(&self) -> &str {
        &self.version
    }

    fn command(&self, stage: &Stage<'_>) -> Result<Option<Command>> {
        let mut command = stage.gateway_command(&self.environment.join("bin/litellm"))?;
        command
            .arg("--config")
            .arg(stage.configure("litellm/config.yaml")?)
            .args(["--host", &stage.gateway.ip().to_string()])
            .args(["--port", &stage.gateway.port().to_string()])
            .args(["--num_workers", "1"])
            // Otherwise it fetches prices from the network before it starts.
            .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
            .env("LITELLM_LOG", "ERROR");
        Ok(Some(command))
    }

    fn ready(&self) -> &'static str {
        "/health/liveliness"
    }

    fn callers(&self, _: &Stage<'_>) -> Result<Vec<Vec<String>>> {
        Ok(one_caller(CALLER))
    }
}
