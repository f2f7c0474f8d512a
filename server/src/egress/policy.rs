//! Which destinations may be reached. The same object decides at save, at use and at dial time.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{
    address::{Class, classify},
    allow::AllowRule,
    destination::{Destination, Scheme, UrlKind},
    error::DestinationNotAllowed,
    host::{Host, is_special_use},
    own::OwnAddresses,
};

/// The destination policy: public https on port 443, plus what the operator opened, minus this server itself.
///
/// The allow-list cannot be changed over the API. It reaches this server's own addresses only by a rule that names
/// the host or address together with the port.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    allow: Vec<AllowRule>,
    own: OwnAddresses,
}

impl Policy {
    /// From settings: the operator's allow-list, and where this server itself answers.
    #[must_use]
    pub const fn new(allow: Vec<AllowRule>, own: OwnAddresses) -> Self {
        Self { allow, own }
    }

    /// This policy, and besides it the host and port of these base URLs, http too. For calls that nobody but the
    /// operator can aim: it does not ask who named the host.
    ///
    /// # Errors
    /// The first of `base_urls` that is not a well-formed base URL.
    pub(super) fn opening<'a>(
        &self,
        base_urls: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, DestinationNotAllowed> {
        let mut opened = self.clone();
        for url in base_urls {
            let destination = Destination::parse(UrlKind::BaseUrl, url).ok_or(DestinationNotAllowed)?;
            opened.allow.push(AllowRule::exact(destination.host(), destination.port()));
        }
        Ok(opened)
    }

    /// Judges the text of a URL, before any name is resolved.
    pub(super) fn check(&self, kind: UrlKind, url: &str) -> Result<Destination, DestinationNotAllowed> {
        let destination = Destination::parse(kind, url).ok_or(DestinationNotAllowed)?;
        self.check_parts(destination.scheme(), destination.host(), destination.port())?;
        Ok(destination)
    }

    /// Judges scheme, host and port. Plain http and other ports pass here for a name when some network is open: the
    /// addresses behind the name then have to lie in such a network ([`Policy::check_addresses`]).
    pub(super) fn check_parts(
        &self,
        scheme: Scheme,
        host: &Host,
        port: u16,
    ) -> Result<(), DestinationNotAllowed> {
        let plain = scheme == Scheme::Https && port == 443;
        let allowed = match host {
            Host::Ip(address) => {
                self.address_allowed(*address, port) || (plain && classify(*address) == Class::Public)
            }
            Host::Name(name) if name == LOCALHOST => {
                self.name_allowed(name, port) || loopbacks().iter().any(|ip| self.address_allowed(*ip, port))
            }
            Host::Name(name) => {
                self.name_allowed(name, port)
                    || (!is_special_use(name) && (plain || self.some_network_opens(port)))
            }
        };
        let own = self.own.names(host, port) && !self.names_with_port(host, port);
        if allowed && !own { Ok(()) } else { Err(DestinationNotAllowed) }
    }

    /// Judges what a name resolved to. Every address must pass, or an attacker's DNS mixes one good answer in and
    /// waits for the bad one to be dialled.
    pub(super) fn check_addresses(
        &self,
        scheme: Scheme,
        host: &Host,
        port: u16,
        addresses: &[IpAddr],
    ) -> Result<(), DestinationNotAllowed> {
        let plain = scheme == Scheme::Https && port == 443;
        let named = matches!(host, Host::Name(name) if self.name_allowed(name, port));
        let passes = |address: &IpAddr| {
            let open = match classify(*address) {
                _ if self.address_allowed(*address, port) => true,
                Class::Public => plain || named,
                Class::Private => named,
                Class::Special => false,
            };
            let own = self.own.listens_on(*address, port)
                && !self.names_with_port(&Host::Ip(*address), port)
                && !self.names_with_port(host, port);
            open && !own
        };
        let all = !addresses.is_empty() && addresses.iter().all(passes);
        if all { Ok(()) } else { Err(DestinationNotAllowed) }
    }

    /// Addresses for the names that DNS is never asked for: `localhost` is the loopback that the operator opened.
    pub(super) fn known_addresses(&self, host: &Host, port: u16) -> Option<Vec<IpAddr>> {
        match host {
            Host::Ip(address) => Some(vec![*address]),
            Host::Name(name) if name == LOCALHOST => {
                let named = self.name_allowed(name, port);
                Some(loopbacks().into_iter().filter(|ip| named || self.address_allowed(*ip, port)).collect())
            }
            Host::Name(_) => None,
        }
    }

    fn name_allowed(&self, name: &str, port: u16) -> bool {
        self.allow.iter().any(|rule| rule.covers_name(name, port))
    }

    fn address_allowed(&self, address: IpAddr, port: u16) -> bool {
        self.allow.iter().any(|rule| rule.covers_address(address, port))
    }

    fn some_network_opens(&self, port: u16) -> bool {
        self.allow.iter().any(|rule| rule.is_network() && rule.port.is_none_or(|own| own == port))
    }

    fn names_with_port(&self, host: &Host, port: u16) -> bool {
        self.allow.contains(&AllowRule::exact(host, port))
    }
}

const LOCALHOST: &str = "localhost";

fn loopbacks() -> [IpAddr; 2] {
    [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)]
}
