//! Certificates: the operator's own root is believed, everything else on loopback is not.

use std::{net::SocketAddr, sync::Arc};

use http::Method;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::{
    super::{
        Egress, EgressError, EgressLimits, InvalidRoots, Request, Roots, StaticResolver, UnreachableKind,
        UrlKind,
    },
    policy,
};

struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    /// A TLS server for this name that answers every connection once.
    async fn serve(&self, name: &str) -> SocketAddr {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &self.issuer).unwrap();
        let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut request = [0; 4096];
                let _read = stream.read(&mut request).await;
                let _sent = stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await;
                let _closed = stream.shutdown().await;
            }
        });
        address
    }
}

async fn status(roots: &Roots, name: &str, address: SocketAddr) -> Result<u16, EgressError> {
    let resolver = StaticResolver::default().with(name, &[address.ip()]);
    let egress = Egress::new(policy(&["127.0.0.1"]), Arc::new(resolver), roots, EgressLimits::default());
    let destination = egress.check(UrlKind::BaseUrl, &format!("https://{name}:{}", address.port()))?;
    egress.send(Request::new(Method::GET, destination)).await.map(|answer| answer.status.as_u16())
}

#[tokio::test]
async fn the_operators_root_is_believed_for_the_names_it_signed() {
    let authority = Authority::new();
    let address = authority.serve("vllm.example.com").await;
    let roots = Roots::from_pem(authority.issuer.pem().as_bytes()).unwrap();
    let refused = Err(EgressError::Unreachable(UnreachableKind::Tls));
    assert_eq!(status(&roots, "vllm.example.com", address).await, Ok(204));
    assert_eq!(status(&roots, "other.example.com", address).await, refused);
    assert_eq!(status(&Roots::default(), "vllm.example.com", address).await, refused);
}

#[test]
fn roots_must_be_certificates() {
    assert_eq!(Roots::from_pem(b"").err(), Some(InvalidRoots));
    assert_eq!(Roots::from_pem(b"not pem").err(), Some(InvalidRoots));
    let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(Roots::from_pem(broken).err(), Some(InvalidRoots));
}
