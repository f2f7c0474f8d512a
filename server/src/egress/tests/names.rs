//! Names that mean several things: what is judged is what is dialled.

use std::{
    collections::VecDeque,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use hickory_resolver::config::ResolverConfig;
use http::Method;
use tokio::net::UdpSocket;

use super::{
    super::{
        DestinationNotAllowed, Egress, EgressError, EgressLimits, OwnAddress, OwnAddresses, Policy, Request,
        Resolve, Roots, StaticResolver, SystemResolver, UnreachableKind, Unresolvable, UrlKind,
    },
    egress,
    server::{Server, reply},
};

const REFUSED: EgressError = EgressError::NotAllowed(DestinationNotAllowed);

/// Gives each answer once, as an attacker's name server would.
struct Rebinding(Mutex<VecDeque<Vec<IpAddr>>>, Arc<AtomicUsize>);

#[async_trait]
impl Resolve for Rebinding {
    async fn resolve(&self, _name: &str) -> Result<Vec<IpAddr>, Unresolvable> {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.lock().unwrap().pop_front().ok_or(Unresolvable)
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn request(egress: &Egress, url: &str) -> Result<Request, DestinationNotAllowed> {
    Ok(Request::new(Method::GET, egress.check(UrlKind::Webhook, url)?))
}

async fn status(egress: &Egress, url: &str) -> Result<u16, EgressError> {
    egress.send(request(egress, url)?).await.map(|response| response.status.as_u16())
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_judged_and_dialled_by_one_answer() {
    let good = Server::start(|_, _| Some(reply(200, "text/plain", "good"))).await;
    let sink = Server::start_at(&format!("127.0.0.2:{}", good.address.port()), |_, _| None).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let answers = VecDeque::from([vec![ip("127.0.0.1")], vec![ip("127.0.0.2")]]);
    let egress = egress(&["127.0.0.1"], Rebinding(Mutex::new(answers), Arc::clone(&asked)));
    let url = format!("http://rebind.example.com:{}/", good.address.port());

    assert_eq!(status(&egress, &url).await, Ok(200));
    assert_eq!(asked.load(Ordering::SeqCst), 1, "asking again between judging and dialling is the hole");
    assert_eq!(sink.connections(), 0);

    let egress = self::egress(
        &["127.0.0.1"],
        StaticResolver::default().with("rebind.example.com", &[ip("127.0.0.2")]),
    );
    assert_eq!(status(&egress, &url).await, Err(REFUSED));
    assert_eq!(sink.connections(), 0);
}

#[tokio::test]
async fn one_bad_address_among_good_ones_refuses_them_all() {
    let good = Server::start(|_, _| Some(reply(200, "text/plain", "good"))).await;
    let url = format!("http://mixed.example.com:{}/", good.address.port());
    for answers in [
        ["127.0.0.1", "127.0.0.2"],
        ["127.0.0.2", "127.0.0.1"],
        ["127.0.0.1", "8.8.8.8"],
        ["127.0.0.1", "::1"],
    ] {
        let resolver = StaticResolver::default().with("mixed.example.com", &answers.map(ip));
        assert_eq!(status(&egress(&["127.0.0.1"], resolver), &url).await, Err(REFUSED), "{answers:?}");
    }
    assert_eq!(good.connections(), 0);
}

#[tokio::test]
async fn a_public_looking_name_for_an_inner_address_is_refused() {
    for address in [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "::1",
        "fd00::1",
        "fe80::1",
        "::ffff:127.0.0.1",
        "::ffff:a9fe:a9fe",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "100.64.0.1",
        "168.63.129.16",
        "255.255.255.255",
    ] {
        let resolver = StaticResolver::default().with("inner.example.com", &[ip(address)]);
        assert_eq!(
            status(&egress(&[], resolver), "https://inner.example.com/").await,
            Err(REFUSED),
            "{address}"
        );
    }
}

#[tokio::test]
async fn a_named_host_may_be_private_but_not_link_local() {
    let server = Server::start(|_, _| Some(reply(200, "text/plain", "ok"))).await;
    let url = format!("http://ollama:{}/", server.address.port());
    let resolver = StaticResolver::default().with("ollama", &[ip("127.0.0.1")]);
    assert_eq!(status(&egress(&["ollama"], resolver), &url).await, Ok(200));
    let resolver = StaticResolver::default().with("ollama", &[ip("169.254.169.254")]);
    assert_eq!(status(&egress(&["ollama"], resolver), &url).await, Err(REFUSED));
}

#[tokio::test]
async fn a_connection_that_was_opened_for_the_operator_serves_nobody_else() {
    let server = Server::start(|_, _| Some(reply(200, "text/plain", "ok"))).await;
    let port = server.address.port();
    // By its text and its port the name is fine for everybody: a network elsewhere is open.
    let resolver = StaticResolver::default().with("gateway.example.com", &[ip("127.0.0.1")]);
    let customers = egress(&["10.0.0.0/8"], resolver);
    let url = format!("http://gateway.example.com:{port}/");
    let operators = customers.opening([url.as_str()]).unwrap();
    assert_eq!(status(&operators, &url).await, Ok(200));
    assert_eq!(status(&customers, &url).await, Err(REFUSED));
    assert_eq!(status(&operators, &url).await, Ok(200));
    assert_eq!(server.connections(), 1, "the operator's was kept, and theirs alone");
}

#[tokio::test]
async fn localhost_is_the_opened_loopback_and_asks_no_name_server() {
    let server = Server::start(|_, _| Some(reply(200, "text/plain", "ok"))).await;
    let rule = format!("127.0.0.1:{}", server.address.port());
    let egress = egress(&[&rule], StaticResolver::default().with("localhost", &[ip("10.0.0.1")]));
    assert_eq!(status(&egress, &format!("http://localhost:{}/", server.address.port())).await, Ok(200));
}

#[tokio::test]
async fn a_name_that_leads_back_to_this_server_is_refused() {
    let server = Server::start(|_, _| Some(reply(200, "text/plain", "myself"))).await;
    let port = server.address.port();
    let url = format!("http://loop.example.com:{port}/");
    let client = |allow: &str| {
        let own = OwnAddresses::new(vec![OwnAddress::Listener(SocketAddr::from(([0, 0, 0, 0], port)))]);
        let policy = Policy::new(vec![allow.parse().unwrap()], own);
        let resolver = StaticResolver::default().with("loop.example.com", &[ip("127.0.0.1")]);
        Egress::new(policy, Arc::new(resolver), &Roots::default(), EgressLimits::default())
    };
    assert_eq!(status(&client("127.0.0.0/8"), &url).await, Err(REFUSED));
    assert_eq!(status(&client("loop.example.com"), &url).await, Err(REFUSED));
    assert_eq!(server.connections(), 0);
    assert_eq!(status(&client(&format!("loop.example.com:{port}")), &url).await, Ok(200));
}

#[tokio::test]
async fn an_unknown_name_is_unreachable_and_the_next_address_is_tried_when_one_is_dead() {
    let unknown = Err(EgressError::Unreachable(UnreachableKind::Name));
    assert_eq!(status(&egress(&[], StaticResolver::default()), "https://nobody.example.com/").await, unknown);

    let server = Server::start(|_, _| Some(reply(200, "text/plain", "ok"))).await;
    let resolver = StaticResolver::default().with("two.example.com", &[ip("127.0.0.3"), ip("127.0.0.1")]);
    let url = format!("http://two.example.com:{}/", server.address.port());
    assert_eq!(status(&egress(&["127.0.0.0/8"], resolver), &url).await, Ok(200));
}

#[tokio::test]
async fn the_system_resolver_asks_the_name_server_it_was_given() {
    let (address, asked) = name_server().await;
    assert_eq!(SystemResolver::new(&[address]).resolve("api.example.com").await, Ok(vec![ip("127.0.0.9")]));
    assert!(asked.lock().unwrap().iter().all(|name| name == "api.example.com"));
}

#[tokio::test]
async fn the_machines_search_domains_stay_out_of_absolute_names() {
    let (address, asked) = name_server().await;
    let mut config = ResolverConfig::from_name_servers(vec![super::super::resolve::name_server(&address)]);
    config.add_search("corp.internal".parse().unwrap());
    let resolver = SystemResolver::with_config(config);
    assert_eq!(resolver.resolve("missing.example.com").await, Err(Unresolvable));
    assert!(asked.lock().unwrap().iter().all(|name| name == "missing.example.com"));
}

/// A name server on loopback, and what it was asked.
async fn name_server() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    tokio::spawn(async move {
        let mut buffer = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            let (name, answer) = dns_answer(&buffer[..length]);
            log.lock().unwrap().push(name);
            socket.send_to(&answer, from).await.unwrap();
        }
    });
    (address, asked)
}

/// Answers A questions with 127.0.0.9, save for names that begin with "missing", and others with nothing.
fn dns_answer(query: &[u8]) -> (String, Vec<u8>) {
    let mut labels = Vec::new();
    let mut at = 12;
    while query[at] != 0 {
        let end = at + 1 + usize::from(query[at]);
        labels.push(String::from_utf8_lossy(&query[at + 1..end]).to_ascii_lowercase());
        at = end;
    }
    let question = &query[12..at + 5];
    let is_a = query[at + 1..at + 3] == [0, 1] && !labels[0].starts_with("missing");
    let mut answer = [&query[..2], &[0x81, 0x80, 0, 1, 0, u8::from(is_a), 0, 0, 0, 0], question].concat();
    if is_a {
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 9]);
    }
    (labels.join("."), answer)
}
