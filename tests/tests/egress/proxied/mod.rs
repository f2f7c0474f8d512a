//! Destinations that are sent to when a backend calls through the proxy.

mod call;
mod hosts;
mod kept;
mod opening;
mod tricks;

use std::sync::Arc;

use byo_seal::ProviderConfig;
use byo_tests::{Claims, PAGE, is_long};
use http::Method;
use serde_json::{Value, json};

use crate::{
    client::{Answer, Client},
    server::PUBLIC_HOST,
    sinks::KEY,
    table::Row,
    world::{Project, World, each},
};

pub(crate) use call::{Caller, Form};

/// Where the base URL comes from that a call goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Whose {
    /// The customer's stored key.
    Customer,
    /// A key that was sealed for requests and comes with the call.
    Request,
    /// The operator's key, for customers without one.
    Platform,
}

/// One call and its answer.
#[derive(Clone, Debug)]
pub(crate) struct Proxied {
    pub(crate) whose: Whose,
    pub(crate) form: Form,
    pub(crate) answer: Answer,
}

impl Proxied {
    /// In a word; see [`Form::outcome`].
    pub(crate) fn outcome(&self) -> String {
        self.form.outcome(&self.answer)
    }
}

/// Which calls are made for which row.
#[derive(Clone, Copy)]
pub(crate) enum Plan {
    /// Every form with each kind of key.
    Thorough,
    /// One form with each kind of key, another one for each row.
    Each,
    /// The same for one row of so many, and more seldom for keys that are dearer to make.
    Spread(usize),
}

impl Plan {
    /// For so many rows: all that is possible in the long tier, but not ten thousand times.
    pub(crate) fn of(rows: usize) -> Self {
        match rows {
            0..=2000 if is_long() => Self::Thorough,
            0..=100 => Self::Each,
            101..=2000 => Self::Spread(2),
            _ => Self::Spread(10),
        }
    }

    /// Whether a row is the base URL of an operator's key too.
    pub(crate) fn is_platform(self, number: usize) -> bool {
        self.every(Whose::Platform).is_none_or(|every| number.is_multiple_of(every))
    }

    fn forms(self, number: usize, whose: Whose) -> Vec<Form> {
        match self.every(whose) {
            None if matches!(self, Self::Thorough) => Form::ALL.to_vec(),
            None => vec![Form::in_turn(number + whose as usize)],
            Some(every) if number.is_multiple_of(every) => vec![Form::in_turn(number / every)],
            Some(_) => Vec::new(),
        }
    }

    fn every(self, whose: Whose) -> Option<usize> {
        let Self::Spread(every) = self else { return None };
        Some(match whose {
            Whose::Customer => every,
            Whose::Request => 2 * every,
            Whose::Platform => 8 * every,
        })
    }
}

/// The customer for whom keys are sealed.
const SEALED_FOR: &str = "sealed";

impl World {
    /// Calls through every row, as a customer's stored key, as a key that comes along, and as the operator's.
    pub(crate) async fn proxied(
        &self,
        rows: &[Row],
        plan: Plan,
        platforms: Vec<Option<Project>>,
    ) -> Vec<Vec<Proxied>> {
        let browser = Arc::new(Browser::open(&self.client, &self.project.live.secret).await);
        let call = |number: usize, row: Row| {
            let (client, browser) = (Arc::clone(&self.client), Arc::clone(&browser));
            let (secret, platform) = (self.project.live.secret.clone(), platforms[number].clone());
            async move {
                let mut callers = vec![(Whose::Customer, Caller::of(&secret, &format!("called-{number}")))];
                if !plan.forms(number, Whose::Request).is_empty() {
                    let sealed = browser.seal(&row.base_url_of("sealed"));
                    let caller = Caller::of(&secret, SEALED_FOR).with("x-byo-sealed-key", sealed);
                    callers.push((Whose::Request, caller));
                }
                if let Some(Project { live, .. }) = platform {
                    callers.push((Whose::Platform, Caller::of(&live.secret, "anybody")));
                }
                // Each makes one call after another: byo takes only so many connections from one address.
                let calls = callers.into_iter().map(async |(whose, caller)| {
                    let mut made = Vec::new();
                    for form in plan.forms(number, whose) {
                        made.push(Proxied { whose, form, answer: caller.ask(&client, form).await });
                    }
                    made
                });
                futures_util::future::join_all(calls).await.concat()
            }
        };
        each(rows, call).await
    }

    /// A backend that calls for a customer of the one project.
    pub(crate) fn customer(&self, ref_id: &str) -> Caller {
        Caller::of(&self.project.live.secret, ref_id)
    }

    /// One call of that backend.
    pub(crate) async fn ask(&self, ref_id: &str, form: Form) -> Answer {
        self.customer(ref_id).ask(&self.client, form).await
    }

    /// A backend that passes this key on.
    pub(crate) fn sealed(&self, sealed: String) -> Caller {
        Caller::of(&self.project.live.secret, SEALED_FOR).with("x-byo-sealed-key", sealed)
    }

    /// A browser of that customer.
    pub(crate) async fn browser(&self) -> Browser {
        Browser::open(&self.client, &self.project.live.secret).await
    }
}

/// Where keys are sealed for single requests.
pub(crate) struct Browser {
    claims: Claims,
    params: Value,
}

impl Browser {
    async fn open(client: &Client, secret: &str) -> Self {
        let session = json!({"refId": SEALED_FOR, "allow": ["request"], "origins": [PAGE]});
        let session = client.post("/v1/connect-sessions", secret, &session).await;
        let token = session.json["token"].as_str().unwrap_or_else(|| panic!("{session:?}"));
        let headers = [("authorization", format!("Bearer {token}")), ("origin", PAGE.to_owned())];
        let params = client.send(Method::GET, "/v1/connect/params?purpose=request", &headers, None).await;
        assert_eq!(params.status, 200, "{params:?}");
        let claims = Claims::new(&format!("https://{PUBLIC_HOST}"), token, SEALED_FOR);
        Self { claims, params: params.json }
    }

    /// A key that points there.
    pub(crate) fn seal(&self, base_url: &str) -> String {
        let config = ProviderConfig { base_url: Some(base_url.to_owned()), ..ProviderConfig::default() };
        let claims = Claims { config, ..self.claims.clone() };
        claims.seal_for_request(&self.params, KEY).to_text().expect("keys and URLs in tests are short")
    }
}
