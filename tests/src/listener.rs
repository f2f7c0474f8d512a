//! The server under test behind a real socket, for what only connections can show.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use crate::TestApp;
use byo_server::http::{
    RouterSettings,
    serve::{ServeLimits, listen, serve},
    service,
};

impl TestApp {
    /// Serves on a free port of loopback for as long as the test's runtime lives.
    pub async fn listen(&self) -> SocketAddr {
        self.listen_with(Duration::from_mins(1)).await
    }

    /// The same, with this much patience for requests.
    pub async fn listen_with(&self, patience: Duration) -> SocketAddr {
        let listener = listen(([127, 0, 0, 1], 0).into()).expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let service = service(
            Arc::clone(&self.app),
            &RouterSettings { trusted_proxies: Vec::new(), demo: None, docs_key: None },
        );
        let limits = ServeLimits {
            connections: 4096,
            connections_per_ip: 4096,
            header_timeout: patience,
            body_timeout: patience,
            shutdown_grace: Duration::ZERO,
        };
        tokio::spawn(serve(listener, None, service, limits, std::future::pending()));
        address
    }
}
