//! Where and how byo answers.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use ipnet::IpNet;

use super::{
    Problem,
    origin::{normal_origin, origin_of},
    reader::Reader,
};

/// Where and how byo answers.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Address and port. With port 0 the system chooses one.
    pub listen: SocketAddr,
    /// Origin under which it is reached, if that was set.
    pub public_url: Option<String>,
    /// Further origins.
    pub aliases: Vec<String>,
    /// Whose forwarded addresses are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Connections at once.
    pub max_connections: usize,
    /// Connections at once from one address.
    pub max_connections_per_ip: usize,
    /// For a request's head, and a TLS handshake.
    pub header_timeout: Duration,
    /// For a request's body.
    pub body_timeout: Duration,
    /// For running requests once byo is asked to stop.
    pub shutdown_grace: Duration,
    /// Whether the memory of this process may be dumped and read by others of its user.
    pub core_dumps: bool,
    /// PEM certificate chain; set together with the key.
    pub tls_cert_file: Option<PathBuf>,
    /// PEM private key.
    pub tls_key_file: Option<PathBuf>,
}

impl ServerConfig {
    /// Whether the operator said under which origin byo is reached. Then no other host name is answered.
    #[must_use]
    pub const fn has_public_url(&self) -> bool {
        self.public_url.is_some()
    }

    /// Origin under which it is reached: the one that was set, else the listen address.
    #[must_use]
    pub fn public_origin(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| origin_of(self.listen))
    }
}

pub(super) fn read(reader: &mut Reader) -> Option<ServerConfig> {
    let origin =
        "an origin such as https://byo.example.com: http or https, a host, a port if need be, and no path";
    let listen = reader.parse("server.listen", "an address and a port, such as 127.0.0.1:8787 or [::]:8787");
    let public_url = reader.optional_with("server.public_url", origin, normal_origin);
    let aliases =
        reader.list_with("server.aliases", &format!("a list, and each entry {origin}"), normal_origin);
    let trusted_proxies = reader.list_with(
        "server.trusted_proxies",
        "a list of networks, such as 10.0.0.0/8 or ::1/128",
        network,
    );
    let max_connections = reader.count("server.max_connections", 1..=1_000_000);
    let max_connections_per_ip = reader.count("server.max_connections_per_ip", 1..=1_000_000);
    let mut patience = |name: &str| {
        reader.duration(&format!("server.{name}"), Duration::from_millis(100)..=Duration::from_mins(10))
    };
    let header_timeout = patience("header_timeout");
    let body_timeout = patience("body_timeout");
    let shutdown_grace = patience("shutdown_grace");
    let core_dumps = reader.flag("server.core_dumps");
    let tls_cert_file = reader.file("server.tls_cert_file");
    let tls_key_file = reader.file("server.tls_key_file");
    if let (Some(cert), Some(key), Some(url)) = (&tls_cert_file, &tls_key_file, &public_url) {
        check_tls(reader, cert.is_some(), key.is_some(), url.as_deref());
    }
    Some(ServerConfig {
        listen: listen?,
        public_url: public_url?,
        aliases: aliases?,
        trusted_proxies: trusted_proxies?,
        max_connections: max_connections?,
        max_connections_per_ip: max_connections_per_ip?,
        header_timeout: header_timeout?,
        body_timeout: body_timeout?,
        shutdown_grace: shutdown_grace?,
        core_dumps: core_dumps?,
        tls_cert_file: tls_cert_file?,
        tls_key_file: tls_key_file?,
    })
}

fn check_tls(reader: &mut Reader, has_cert: bool, has_key: bool, public_url: Option<&str>) {
    const CERT: &str = "server.tls_cert_file";
    const KEY: &str = "server.tls_key_file";
    const URL: &str = "server.public_url";
    let needs = |other: &str, why| Problem::Needs { other: other.to_owned(), why };
    match (has_cert, has_key, public_url) {
        (true, false, _) => reader.fault(CERT, needs(KEY, "a certificate is of no use without its key")),
        (false, true, _) => reader.fault(KEY, needs(CERT, "a key is of no use without its certificate")),
        // Browsers seal for this origin, and only the operator knows which name the certificate stands for.
        (true, true, None) => reader.fault(CERT, needs(URL, "the https origin the certificate is for")),
        (true, true, Some(url)) if !url.starts_with("https://") => {
            reader.fault(
                URL,
                Problem::Invalid { expected: "an https origin, since byo has a certificate".into() },
            );
        }
        _ => {}
    }
}

/// A network, or an address alone. Addresses are compared in canonical form, so an IPv4 network in IPv6 form would
/// never match.
fn network(text: &str) -> Option<IpNet> {
    let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))?;
    let mapped = matches!(network.addr(), IpAddr::V6(address) if address.to_ipv4_mapped().is_some());
    (!mapped).then(|| network.trunc())
}
