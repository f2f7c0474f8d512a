//! Certificates for whatever name or address is asked for, from an authority the server is told to believe.

use std::{net::IpAddr, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};

const SIGNS: &str = "names and addresses can be certified";

/// The authority, with one key for all it signs.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    key: KeyPair,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect(SIGNS);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().expect(SIGNS)).expect(SIGNS);
        Self { issuer, key: KeyPair::generate().expect(SIGNS) }
    }

    /// For `egress.extra_ca_file`.
    pub(crate) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// TLS as the host of this name, or without a name as the one at this address, would speak it.
    pub(crate) fn impersonate(&self, name: Option<&str>, address: IpAddr) -> Arc<ServerConfig> {
        let subject = name.map_or_else(|| address.to_string(), str::to_owned);
        let params = CertificateParams::new(vec![subject]).expect(SIGNS);
        let certificate = params.signed_by(&self.key, &self.issuer).expect(SIGNS);
        let key = PrivateKeyDer::try_from(self.key.serialize_der()).expect(SIGNS);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring supports TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect(SIGNS);
        Arc::new(config)
    }
}
