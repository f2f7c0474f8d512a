//! What the operator opens: an address, a network or a name, each with or without a port.

use std::{fmt, net::IpAddr, str::FromStr};

use ipnet::IpNet;

use super::host::Host;

/// One entry of the operator's allow-list. Without a port it opens every port; either way it opens plain http.
///
/// Forms: `10.1.2.3`, `10.0.0.0/8`, `fd00::/8`, `ollama`, `vllm.corp.example`, and with a port `10.1.2.3:11434`,
/// `[fd00::7]:8000`, `ollama:11434`. A name opens private addresses behind it, since whoever may write the rule
/// answers for that name's DNS; link-local and other special addresses need a rule that names the address.
#[derive(Clone, PartialEq, Eq)]
pub struct AllowRule {
    pub(super) target: Target,
    pub(super) port: Option<u16>,
}

/// What a rule covers.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Target {
    Network(IpNet),
    Name(String),
}

/// The text is no rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be an address, a network or a host name, each with or without a port, \
     such as 10.0.0.0/8, 127.0.0.1:11434, [fd00::7]:8000 or ollama:11434"
)]
pub struct InvalidAllowRule;

impl AllowRule {
    /// Opens exactly this host and port.
    #[must_use]
    pub fn exact(host: &Host, port: u16) -> Self {
        let target = match host {
            Host::Ip(address) => Target::Network(IpNet::from(*address)),
            Host::Name(name) => Target::Name(name.clone()),
        };
        Self { target, port: Some(port) }
    }

    pub(super) fn covers_name(&self, name: &str, port: u16) -> bool {
        matches!(&self.target, Target::Name(own) if own == name) && self.port.is_none_or(|own| own == port)
    }

    pub(super) fn is_network(&self) -> bool {
        matches!(self.target, Target::Network(_))
    }

    pub(super) fn covers_address(&self, address: IpAddr, port: u16) -> bool {
        matches!(&self.target, Target::Network(network) if network.contains(&address.to_canonical()))
            && self.port.is_none_or(|own| own == port)
    }
}

impl FromStr for AllowRule {
    type Err = InvalidAllowRule;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(network) = parse_network(text) {
            return Ok(Self { target: Target::Network(network), port: None });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(parse_port(port).ok_or(InvalidAllowRule)?)),
            None => (text, None),
        };
        let host = Host::parse(host).ok_or(InvalidAllowRule)?;
        let target = match host {
            Host::Ip(address) => Target::Network(IpNet::from(address)),
            Host::Name(name) => Target::Name(name),
        };
        Ok(Self { target, port })
    }
}

impl fmt::Debug for AllowRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.target {
            Target::Network(network) => write!(f, "{network}")?,
            Target::Name(name) => f.write_str(name)?,
        }
        self.port.map_or(Ok(()), |port| write!(f, " port {port}"))
    }
}

fn parse_network(text: &str) -> Option<IpNet> {
    let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))?;
    // Addresses are compared in canonical form, so a rule in mapped form would never match.
    let mapped = matches!(network.addr(), IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some());
    (!mapped).then(|| network.trunc())
}

/// A port as URLs write it: decimal, no sign, no leading zero, not 0.
pub(super) fn parse_port(text: &str) -> Option<u16> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> String {
        text.parse::<AllowRule>().map_or_else(|error| error.to_string(), |rule| format!("{rule:?}"))
    }

    #[test]
    fn rules_are_addresses_networks_and_names_with_or_without_a_port() {
        assert_eq!(rule("10.1.2.3"), "10.1.2.3/32");
        assert_eq!(rule("10.1.2.3/8"), "10.0.0.0/8");
        assert_eq!(rule("fd00::/8"), "fd00::/8");
        assert_eq!(rule("::1"), "::1/128");
        assert_eq!(rule("127.0.0.1:11434"), "127.0.0.1/32 port 11434");
        assert_eq!(rule("[fd00::7]:8000"), "fd00::7/128 port 8000");
        assert_eq!(rule("Ollama:11434"), "ollama port 11434");
        assert_eq!(rule("vllm.corp.example"), "vllm.corp.example");
    }

    #[test]
    fn anything_else_is_no_rule() {
        for text in [
            "",
            "*",
            "*.corp.example",
            "http://ollama",
            "10.0.0.0/33",
            "127.1",
            "0x7f.1",
            "ollama:",
            "ollama:0",
            "ollama:65536",
            "ollama:+1",
            "::ffff:10.0.0.1",
            "::ffff:0:0/96",
            "a b",
            "bücher.example",
            "host/24",
        ] {
            assert!(text.parse::<AllowRule>().is_err(), "{text:?} was taken for a rule");
        }
    }
}
