//! Destinations, and what must become of them. Written from the registries and from reported attacks, not from the
//! server's own tables.

mod controls;
mod embedded;
mod random;
mod ranges;
mod spellings;
mod tricks;

use std::{collections::BTreeSet, net::IpAddr};

pub(crate) use controls::controls;
pub(crate) use random::random;

/// One destination, as a base URL and as a webhook.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) base_url: String,
    pub(crate) webhook: String,
    /// What it is, for whoever reads a failure.
    pub(crate) why: String,
    /// Where it leads when nothing stands in the way; `None` for what no connection can be made to.
    pub(crate) leads_to: Option<IpAddr>,
}

impl Row {
    /// The same text for both.
    pub(crate) fn new(url: impl Into<String>, why: impl Into<String>) -> Self {
        let url = url.into();
        Self { base_url: url.clone(), webhook: url, why: why.into(), leads_to: None }
    }

    /// The base URL for one way to send it. Names have one for each, so that each is resolved for itself.
    pub(crate) fn base_url_of(&self, way: &str) -> String {
        self.base_url.replacen("//base-url.", &format!("//{way}."), 1)
    }

    /// An address in its canonical form, at https and the default port.
    pub(crate) fn address(address: IpAddr, why: impl Into<String>) -> Self {
        let leads_to = (!is_undiallable(address)).then_some(address);
        let url = match address {
            IpAddr::V4(v4) => format!("https://{v4}/v1"),
            IpAddr::V6(v6) => format!("https://[{v6}]/v1"),
        };
        Self { leads_to, ..Self::new(url, why) }
    }
}

/// Every destination that must be refused, each once.
pub(crate) fn refused() -> Vec<Row> {
    let mut seen = BTreeSet::new();
    [ranges::rows(), embedded::rows(), spellings::rows(), tricks::rows()]
        .into_iter()
        .flatten()
        .filter(|row| seen.insert(row.base_url.clone()))
        .collect()
}

/// The kernel begins no TCP connection to these, whoever asks: multicast, broadcast, link-local without an interface.
/// And to connect to no address in particular is to connect to oneself.
fn is_undiallable(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            v4.is_unspecified()
                || v4.is_multicast()
                || v4.is_broadcast()
                || v4.octets() == [127, 255, 255, 255]
        }
        IpAddr::V6(v6) => v6.is_unspecified() || v6.is_multicast() || v6.is_unicast_link_local(),
    }
}
