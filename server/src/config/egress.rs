//! The way out.

use std::{net::SocketAddr, path::PathBuf};

use super::reader::Reader;
use crate::egress::AllowRule;

/// The way out.
#[derive(Clone, Debug)]
pub struct EgressConfig {
    /// What may be reached although it is private.
    pub allow: Vec<AllowRule>,
    /// Asked instead of the system's; none means the system's.
    pub name_servers: Vec<SocketAddr>,
    /// PEM certificate authorities to believe besides the public ones.
    pub extra_ca_file: Option<PathBuf>,
}

pub(super) fn read(reader: &mut Reader) -> Option<EgressConfig> {
    let allow = reader.list(
        "egress.allow",
        "a list of addresses, networks and host names, each with or without a port, such as 10.0.0.0/8, \
         127.0.0.1:11434, [fd00::7]:8000 or ollama:11434",
    );
    let name_servers =
        reader.list("egress.name_servers", "a list of addresses with their ports, such as 10.0.0.2:53");
    let extra_ca_file = reader.file("egress.extra_ca_file");
    Some(EgressConfig { allow: allow?, name_servers: name_servers?, extra_ca_file: extra_ca_file? })
}
