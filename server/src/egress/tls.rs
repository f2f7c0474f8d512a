//! Which certificates are believed.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

/// Certificate authorities: Mozilla's, plus the operator's own.
#[derive(Clone, Default)]
pub struct Roots(Vec<CertificateDer<'static>>);

/// The text holds no usable certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a PEM file with at least one CA certificate")]
pub struct InvalidRoots;

impl Roots {
    /// Reads further roots from PEM text.
    pub fn from_pem(pem: &[u8]) -> Result<Self, InvalidRoots> {
        let roots =
            CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>().map_err(|_| InvalidRoots)?;
        let mut store = RootCertStore::empty();
        let usable = roots.iter().all(|root| store.add(root.clone()).is_ok());
        if usable && !roots.is_empty() { Ok(Self(roots)) } else { Err(InvalidRoots) }
    }

    pub(super) fn client_config(&self) -> ClientConfig {
        let mut store = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        store.add_parsable_certificates(self.0.iter().cloned());
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring supports TLS 1.2 and 1.3")
            .with_root_certificates(store)
            .with_no_client_auth()
    }
}
