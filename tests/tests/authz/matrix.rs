//! Every route × principal × carrier, and what it must be answered.

use byo_tests::Answer;

use crate::{
    carrier::Carrier,
    table::{Row, Table},
    world::{Principal, Reach, Standing, World},
};

/// What running the matrix found.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) cells: usize,
    pub(crate) passed: usize,
    pub(crate) mismatches: Vec<String>,
    pub(crate) uncovered: Vec<String>,
}

/// A status and, for a refusal to let in, its code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Authorization is behind it.
    Passed(u16),
    Refused(u16, String),
}

/// Sends every cell.
pub(crate) async fn run(world: &World, table: &Table) -> Found {
    let mut found = Found::default();
    for (route, row) in table {
        let Some((uri, body)) = world.request(route) else {
            found.uncovered.push(route.clone());
            continue;
        };
        let (method, _) = route.split_once(' ').expect("a route is a method and a path");
        for principal in &world.principals {
            for carrier in Carrier::ALL {
                let request = carrier.load(method, &uri, &principal.credential, &world.secret, body.as_ref());
                let answer = world.app.send(request).await;
                let (wanted, got) = (expected(row, principal, carrier), outcome(&answer));
                let cell = format!("{route} × {} × {carrier:?}", principal.name);
                found.cells += 1;
                found.passed += usize::from(matches!(got, Outcome::Passed(_)));
                if wanted != got {
                    found.mismatches.push(format!("{cell}: wanted {wanted:?}, got {got:?}"));
                }
                if answer.text.contains(&world.marker) && !may_see(row, principal, carrier) {
                    found.mismatches.push(format!("{cell}: shows what belongs to another"));
                }
            }
        }
    }
    found
}

fn expected(row: &Row, principal: &Principal, carrier: Carrier) -> Outcome {
    let refused = |status, code: &str| Outcome::Refused(status, code.to_owned());
    let tagged = ["byo_pk_", "byo_cs_", "byo_sk_", "byo_rt_"];
    if carrier.is_query() && tagged.iter().any(|tag| principal.credential.starts_with(tag)) {
        return refused(400, "credential_in_url");
    }
    if row.lets("anyone") {
        return Outcome::Passed(row.answer);
    }
    if carrier.is_double() {
        return refused(400, "conflicting_credentials");
    }
    if row.lets("admin") && carrier.is_double_admin() {
        return refused(400, "conflicting_credentials");
    }
    let is_bearer = matches!(carrier, Carrier::Bearer | Carrier::BearerLowerCase);
    if row.lets("admin") {
        return match (carrier, principal.standing) {
            (Carrier::XAdminKey, Standing::Admin) => Outcome::Passed(row.answer),
            // A token is a second principal on a call that is the operator's alone, good or not.
            _ if is_bearer && principal.well_formed => refused(400, "conflicting_credentials"),
            _ => refused(401, "unauthenticated"),
        };
    }
    match principal.standing {
        Standing::WrongPage if is_bearer => refused(403, "origin_not_allowed"),
        Standing::Token(kind, _) if is_bearer && !row.lets(kind) => refused(403, "forbidden"),
        Standing::Token(_, reach) if is_bearer => match reach {
            Reach::OtherCustomer if row.customer == 403 => refused(403, "forbidden"),
            Reach::OtherCustomer => Outcome::Passed(row.customer),
            Reach::OtherTenant => Outcome::Passed(row.tenant),
            Reach::Own => Outcome::Passed(row.answer),
        },
        _ => refused(401, "unauthenticated"),
    }
}

fn outcome(answer: &Answer) -> Outcome {
    match answer.status.as_u16() {
        status @ (200..=299 | 404 | 409 | 422) => Outcome::Passed(status),
        status => Outcome::Refused(status, answer.code().to_owned()),
    }
}

/// Whether the first project's data may stand in the answer.
fn may_see(row: &Row, principal: &Principal, carrier: Carrier) -> bool {
    let is_own = matches!(principal.standing, Standing::Token(_, Reach::Own) | Standing::Admin);
    is_own && matches!(expected(row, principal, carrier), Outcome::Passed(_))
}
