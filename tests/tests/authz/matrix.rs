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
        let Some(call) = world.request(route) else {
            found.uncovered.push(route.clone());
            continue;
        };
        let (method, _) = route.split_once(' ').expect("a route is a method and a path");
        for principal in &world.principals {
            for carrier in Carrier::ALL {
                let request = carrier.load(method, &call, &principal.credential, &world.secret);
                let answer = world.app.send(request).await;
                let wanted = expected(world, route, principal, carrier, row);
                let got = outcome(&answer);
                let cell = format!("{route} × {} × {carrier:?}", principal.name);
                found.cells += 1;
                found.passed += usize::from(matches!(got, Outcome::Passed(_)));
                if answer.text.contains(&world.marker) && !may_see(principal, &wanted) {
                    found.mismatches.push(format!("{cell}: shows what belongs to another"));
                }
                if wanted != got {
                    found.mismatches.push(format!("{cell}: wanted {wanted:?}, got {got:?}"));
                }
            }
        }
    }
    found
}

fn expected(world: &World, route: &str, principal: &Principal, carrier: Carrier, row: &Row) -> Outcome {
    // Providers' own names for keys in a query are refused where the query would go to a provider.
    let passes_on = route.contains(" /v1/proxy/");
    if carrier.is_query() && (passes_on || principal.is_tagged()) {
        return refused(400, "credential_in_url");
    }
    if row.lets("runtime") {
        through(world, principal, carrier, row)
    } else {
        direct(principal, carrier, row)
    }
}

/// What calls that end at a provider answer. Their token stands wherever an SDK puts its key.
fn through(world: &World, principal: &Principal, carrier: Carrier, row: &Row) -> Outcome {
    if carrier.has_admin_header() {
        return refused(400, "conflicting_credentials");
    }
    if carrier == Carrier::BearerAndXApiKey && principal.credential != world.secret {
        // Beside a token, what is none is some client's dummy.
        return if principal.is_tagged() {
            refused(400, "conflicting_credentials")
        } else {
            Outcome::Passed(row.answer)
        };
    }
    if !(carrier.is_an_sdks() || carrier == Carrier::BearerAndXApiKey) {
        return refused(401, "unauthenticated");
    }
    if principal.well_formed && principal.is_a_browsers() {
        // Known or not: what a browser holds calls no provider.
        return refused(403, "forbidden");
    }
    match principal.standing {
        Standing::Token(_, Reach::Own) => Outcome::Passed(row.answer),
        Standing::Token(_, Reach::OtherCustomer) => refused(403, "forbidden"),
        Standing::Token(_, Reach::OtherTenant) => refused(403, "no_key_connected"),
        _ => refused(401, "unauthenticated"),
    }
}

fn direct(principal: &Principal, carrier: Carrier, row: &Row) -> Outcome {
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

fn refused(status: u16, code: &str) -> Outcome {
    Outcome::Refused(status, code.to_owned())
}

fn outcome(answer: &Answer) -> Outcome {
    // Where a provider's form is spoken, the code stands inside, and 401 has the name that SDKs know.
    let inside = answer.json["error"]["code"].as_str();
    let code = match inside {
        Some("invalid_api_key") if answer.status == 401 => "unauthenticated",
        Some(code) => code,
        None => answer.code(),
    };
    match answer.status.as_u16() {
        status @ (200..=299 | 404 | 409 | 422) => Outcome::Passed(status),
        status => refused(status, code),
    }
}

/// Whether the first project's data may stand in the answer.
fn may_see(principal: &Principal, wanted: &Outcome) -> bool {
    let is_own = matches!(principal.standing, Standing::Token(_, Reach::Own) | Standing::Admin);
    is_own && matches!(wanted, Outcome::Passed(_))
}
