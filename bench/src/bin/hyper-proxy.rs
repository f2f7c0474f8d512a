//! `hyper-proxy LISTEN UPSTREAM KEY`: swaps the key and passes the rest on, both ways, unbuffered. What a proxy in
//! Rust costs at least.

use std::{env, error::Error, rc::Rc};

use hyper::{
    Request, Uri,
    body::Incoming,
    header::{AUTHORIZATION, HOST, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioIo},
};
use tokio::{
    net::TcpListener,
    task::{LocalSet, spawn_local},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [listen, upstream, key] = arguments.as_slice() else {
        return Err("usage: hyper-proxy LISTEN UPSTREAM KEY".into());
    };
    let swapped = Rc::new((upstream.clone(), HeaderValue::try_from(format!("Bearer {key}"))?));
    let client = Client::builder(TokioExecutor::new()).build_http::<Incoming>();
    let listener = TcpListener::bind(listen).await?;
    let serving = async {
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let (client, swapped) = (client.clone(), Rc::clone(&swapped));
            let service = service_fn(move |mut request: Request<Incoming>| {
                let (upstream, authorization) = &*swapped;
                let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
                let uri = Uri::try_from(format!("http://{upstream}{path}"));
                request.headers_mut().remove(HOST);
                request.headers_mut().insert(AUTHORIZATION, authorization.clone());
                let client = client.clone();
                async move {
                    *request.uri_mut() = uri?;
                    Ok::<_, Box<dyn Error + Send + Sync>>(client.request(request).await?)
                }
            });
            // Whoever hangs up has had enough.
            spawn_local(async move {
                drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
            });
        }
    };
    LocalSet::new().run_until(serving).await
}
