//! nginx and HAProxy: a file says that they put the upstream's key in.

use std::process::Command;

use anyhow::Result;

use super::{CALLER, Gateway, Stage, after, one_caller};
use crate::{
    layout::Layout,
    need::proxies::{self, Proxy},
    tool::Tool,
};

pub(super) struct Configured {
    proxy: Proxy,
    version: String,
    file: &'static str,
    /// Before the file's path.
    arguments: &'static [&'static str],
}

pub(super) fn nginx(layout: &Layout) -> Result<Configured> {
    let proxy = proxies::ensure(layout, "nginx")?;
    // It tells its version on standard error.
    let shell = Tool::new(layout, "sh").args(["-c", "exec \"$0\" -v 2>&1"]).arg(&proxy.program);
    let version = after(&shell.output()?, "nginx/")?.to_owned();
    Ok(Configured { proxy, version, file: "nginx.conf", arguments: &["-e", "stderr", "-c"] })
}

pub(super) fn haproxy(layout: &Layout) -> Result<Configured> {
    let proxy = proxies::ensure(layout, "haproxy")?;
    let tool = Tool::new(layout, &proxy.program).env("LD_LIBRARY_PATH", &proxy.libraries).arg("-v");
    let version = after(&tool.output()?, "version ")?.to_owned();
    Ok(Configured { proxy, version, file: "haproxy.cfg", arguments: &["-db", "-f"] })
}

impl Gateway for Configured {
    fn version(&self) -> &str {
        &self.version
    }

    fn command(&self, stage: &Stage<'_>) -> Result<Option<Command>> {
        let mut command = stage.gateway_command(&self.proxy.program)?;
        command.env("LD_LIBRARY_PATH", &self.proxy.libraries);
        command.args(self.arguments).arg(stage.configure(self.file)?);
        Ok(Some(command))
    }

    fn callers(&self, _: &Stage<'_>) -> Result<Vec<Vec<String>>> {
        Ok(one_caller(CALLER))
    }
}
