//! This server's own addresses: never a destination, or a customer could make byo call itself from inside.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use super::host::Host;

/// One place where this server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnAddress {
    /// A listener, as bound; `0.0.0.0` and `::` stand for every address of this machine.
    Listener(SocketAddr),
    /// The host and port of the public URL or of an alias.
    Public {
        /// Lower case for names, no brackets for addresses.
        host: String,
        /// Spelled out: 443 when the URL names none.
        port: u16,
    },
}

/// Every place where this server answers.
#[derive(Clone, Debug, Default)]
pub struct OwnAddresses(Vec<OwnAddress>);

impl OwnAddresses {
    /// Collects them.
    #[must_use]
    pub fn new(addresses: Vec<OwnAddress>) -> Self {
        Self(addresses)
    }

    /// The URL's text names this server.
    pub(super) fn names(&self, host: &Host, port: u16) -> bool {
        self.0.iter().any(|own| match (own, host) {
            (OwnAddress::Public { host: own, port: own_port }, Host::Name(name)) => {
                own == name && *own_port == port
            }
            (OwnAddress::Public { host: own, port: own_port }, Host::Ip(address)) => {
                own.parse() == Ok(*address) && *own_port == port
            }
            (OwnAddress::Listener(_), _) => false,
        }) || matches!(host, Host::Ip(address) if self.listens_on(*address, port))
    }

    /// Dialling this address would reach one of this server's listeners.
    pub(super) fn listens_on(&self, address: IpAddr, port: u16) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|own| match own {
            OwnAddress::Listener(own) if own.port() == port && own.ip().is_unspecified() => {
                is_of_this_machine(address)
            }
            OwnAddress::Listener(own) => own.port() == port && own.ip().to_canonical() == address,
            OwnAddress::Public { .. } => false,
        })
    }
}

/// Only an address of this machine can be bound. Nothing is sent; the socket is closed at once.
fn is_of_this_machine(address: IpAddr) -> bool {
    address.is_loopback() || address.is_unspecified() || UdpSocket::bind((address, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_on_every_address_listens_on_each_of_this_machine() {
        let own = OwnAddresses::new(vec![OwnAddress::Listener("0.0.0.0:8787".parse().unwrap())]);
        assert!(own.listens_on("127.0.0.1".parse().unwrap(), 8787));
        assert!(own.listens_on("127.9.9.9".parse().unwrap(), 8787));
        assert!(own.listens_on("::1".parse().unwrap(), 8787));
        assert!(!own.listens_on("127.0.0.1".parse().unwrap(), 8788));
        assert!(!own.listens_on("8.8.8.8".parse().unwrap(), 8787));
    }

    #[test]
    fn a_public_url_is_recognised_by_host_and_port() {
        let own = OwnAddresses::new(vec![OwnAddress::Public { host: "byo.example.com".into(), port: 443 }]);
        assert!(own.names(&Host::Name("byo.example.com".into()), 443));
        assert!(!own.names(&Host::Name("byo.example.com".into()), 8443));
        assert!(!own.names(&Host::Name("api.example.com".into()), 443));
    }

    #[test]
    fn an_outward_address_of_this_machine_is_its_own_too() {
        let own = OwnAddresses::new(vec![OwnAddress::Listener("[::]:8787".parse().unwrap())]);
        // "Connecting" a UDP socket sends nothing; it tells which address would be used.
        let probe = UdpSocket::bind("0.0.0.0:0").unwrap();
        let outward = probe.connect("192.0.2.1:9").and_then(|()| probe.local_addr());
        if let Ok(outward) = outward {
            assert!(own.listens_on(outward.ip(), 8787)); // A machine without any network has no such address.
        }
    }
}
