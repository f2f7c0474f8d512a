//! A call that names another host than its key's: the key goes to its own host, or nowhere.

use std::{collections::BTreeSet, sync::Arc};

use axum::body::Body;
use byo_seal::ProviderId;
use byo_tests::is_long;
use http::Request;
use serde_json::json;
use tokio::{sync::Semaphore, task::JoinSet};

use super::{
    Form,
    tricks::{APIS, Trick, tricks},
};
use crate::{literals::summary, namespace::inside, server::LISTEN, sinks::Arrival, world::World};

/// The host of the customer's keys, and of OpenAI for keys without a base URL.
const OWN: [&str; 2] = ["own.public-a.names.example.net", "openai.public-a.names.example.net"];
const OWN_PATH: &str = "/tenant/";

/// On the inside, public, on this machine, and at the same address under another name.
const ELSEWHERE: [&str; 4] =
    ["10.0.0.5", "93.184.216.51", "127.0.0.1:6379", "elsewhere.public-a.names.example.net"];

#[test]
fn no_request_takes_a_key_to_another_host_than_its_own() {
    inside(|| async {
        let world = World::new_with_own_keys().await;
        let secret = &world.project.live.secret;
        let mut tricks: Vec<Trick> =
            ELSEWHERE.iter().flat_map(|elsewhere| tricks(secret, elsewhere)).collect();
        if !is_long() {
            // Every request once, each with another host than its neighbour.
            let all = tricks.len() / ELSEWHERE.len();
            let mut number = 0;
            tricks.retain(|_| {
                number += 1;
                (number - 1) % all % ELSEWHERE.len() == (number - 1) / all
            });
        }
        let mut passed = Vec::new();
        for all_paths in [false, true] {
            world.change(json!({"allowAllPaths": all_paths})).await;
            world.send_raw(&tricks).await;
            let arrivals = world.sinks.take();
            let strange: Vec<_> = arrivals.iter().filter(|arrival| !is_own(arrival)).collect();
            assert!(strange.is_empty(), "{} went elsewhere: {strange:#?}", strange.len());
            passed.push(arrivals.len());
        }
        println!("{} requests; {passed:?} reached the key's own host, the others were refused", tricks.len());
        assert!(passed[0] > 0 && passed[1] > passed[0], "something passes, or nothing was tested");
        let asked = world.dns.asked().into_keys().map(|question| question.replace(". ", " "));
        let asked: BTreeSet<String> =
            asked.filter_map(|question| Some(question.split_once(' ')?.0.to_owned())).collect();
        assert_eq!(asked, OWN.map(str::to_owned).into(), "other names were looked up");
        world.end().await;
    });
}

#[test]
fn over_http_2_neither_authority_nor_host_takes_a_key_elsewhere() {
    inside(|| async {
        let world = World::new_with_own_keys().await;
        let mut statuses = Vec::new();
        for elsewhere in ELSEWHERE {
            for (authority, host) in
                [(elsewhere, None), (elsewhere, Some(LISTEN)), (LISTEN, Some(elsewhere)), (LISTEN, None)]
            {
                for (name, root, call) in APIS {
                    let mut request =
                        Request::post(format!("http://{authority}/v1/proxy/{name}{root}{call}"))
                            .header("authorization", format!("Bearer {}", world.project.live.secret))
                            .header("x-byo-ref-id", "own");
                    if let Some(host) = host {
                        request = request.header("host", host);
                    }
                    let body = Form::Chat.body().expect("a chat has one").to_string();
                    let request = request.body(Body::from(body)).expect("tests write good requests");
                    statuses.push((authority, world.client.send_http2(request).await));
                }
            }
        }
        let arrivals = world.sinks.take();
        let strange: Vec<_> = arrivals.iter().filter(|arrival| !is_own(arrival)).collect();
        assert!(strange.is_empty(), "{} went elsewhere: {strange:#?}", strange.len());
        let own = statuses.iter().filter(|(authority, _)| *authority == LISTEN).count();
        assert_eq!(arrivals.len(), own, "what names byo itself passes: {statuses:?}");
        world.end().await;
    });
}

/// A request to the host that the key belongs to, by every sign of it, below the base URL's path.
fn is_own(arrival: &Arrival) -> bool {
    let name = arrival.name.as_deref().unwrap_or_default();
    OWN.contains(&name)
        && arrival.to.port() == 443
        && arrival.asked.iter().all(|asked| {
            let path = asked.line.split(' ').nth(1).unwrap_or_default();
            let path = path.split('?').next().unwrap_or_default();
            let stays = path.split('/').all(|segment| !["..", "."].contains(&segment));
            asked.brings_key && asked.host == name && path.starts_with(OWN_PATH) && stays
        })
}

/// Requests at once.
const AT_ONCE: usize = 16;

impl World {
    /// The customer `own` has a key with each API, and the operator has put a server in OpenAI's place.
    async fn new_with_own_keys() -> Self {
        let openai = format!("https://{}{OWN_PATH}v1", OWN[1]);
        let mut world = Self::with(&[("BYO_PROVIDERS__OPENAI__BASE_URL", &openai)]).await;
        let keys = APIS.map(|(name, root, _)| {
            let provider: ProviderId = name.parse().expect("a provider's name");
            (provider, format!("https://{}{}{root}", OWN[0], OWN_PATH.trim_end_matches('/')))
        });
        world.store_own(&keys).await;
        world
    }

    /// Sends every one; none makes byo fail.
    async fn send_raw(&self, tricks: &[Trick]) {
        let slots = Arc::new(Semaphore::new(AT_ONCE));
        let mut tasks = JoinSet::new();
        for Trick { what, request } in tricks {
            let (slots, client) = (Arc::clone(&slots), Arc::clone(&self.client));
            let (what, request) = (what.clone(), request.clone());
            tasks.spawn(async move {
                let _slot = slots.acquire_owned().await.expect("nobody closes it");
                let status = client.send_raw(&request).await;
                ((status == 0 || status >= 500) && status != 502).then(|| format!("{status}: {what}"))
            });
        }
        let wrong: Vec<String> = tasks.join_all().await.into_iter().flatten().collect();
        assert!(wrong.is_empty(), "{}", summary(&wrong));
    }
}
