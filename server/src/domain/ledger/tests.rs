use byo_seal::ProviderId;

use super::*;
use crate::{clock::Timestamp, entropy::SystemEntropy, id::EnvironmentId};

fn key(environment: &EnvironmentId, ref_id: &str, model: &str) -> UsageKey {
    UsageKey {
        environment: environment.clone(),
        day: 20_000,
        ref_id: ref_id.to_owned(),
        provider: ProviderId::Openai,
        model: model.to_owned(),
        mode: Mode::Byok,
    }
}

fn environment() -> EnvironmentId {
    EnvironmentId::new(Timestamp::from_millis(1_700_000_000_000), &SystemEntropy)
}

const ONE: UsageSum =
    UsageSum { requests: 1, input_tokens: 2, output_tokens: 3, cached_input_tokens: 0, reasoning_tokens: 0 };

fn requests(sums: &Sums) -> u64 {
    sums.sums.values().map(|sum| sum.requests).sum()
}

#[test]
fn beyond_so_many_models_of_a_customer_the_others_are_counted_without_a_name() {
    let (here, there) = (environment(), environment());
    let mut sums = Sums::default();
    for number in 0..3 * UsageKey::MOST_MODELS {
        sums.add(key(&here, "a", &format!("m-{number}")), ONE);
    }
    assert_eq!(sums.sums.len(), UsageKey::MOST_MODELS + 1);
    let others = sums.sums[&key(&here, "a", "")];
    assert_eq!(others.requests, 2 * UsageKey::MOST_MODELS as u64);
    assert_eq!(others.output_tokens, 3 * others.requests);
    // One that is known still has its name, and so have another customer's, day's, provider's and environment's.
    sums.add(key(&here, "a", "m-7"), ONE);
    assert_eq!(sums.sums[&key(&here, "a", "m-7")].requests, 2);
    let others = [
        key(&here, "b", "new"),
        key(&there, "a", "new"),
        UsageKey { day: 20_001, ..key(&here, "a", "new") },
        UsageKey { provider: ProviderId::Groq, ..key(&here, "a", "new") },
    ];
    for other in others {
        sums.add(other.clone(), ONE);
        assert_eq!(sums.sums.get(&other), Some(&ONE), "{other:?}");
    }
    assert_eq!(requests(&sums), 3 * UsageKey::MOST_MODELS as u64 + 5);
}

#[test]
fn beyond_so_many_sums_it_is_counted_but_not_to_whom() {
    let here = environment();
    let mut sums = Sums::default();
    for number in 0..MOST as u64 + 1_000 {
        sums.add(key(&here, &format!("customer-{number}"), "m"), ONE);
    }
    assert_eq!(sums.sums.len(), MOST + 1);
    assert_eq!(sums.sums[&key(&here, "", "")].requests, 1_000);
    assert!(sums.names.len() <= MOST, "{} names", sums.names.len());
    sums.add(key(&here, "customer-7", "m"), ONE);
    assert_eq!(sums.sums[&key(&here, "customer-7", "m")].requests, 2);
    assert_eq!((requests(&sums), sums.lost), (MOST as u64 + 1_001, 0));
    for _ in 0..MOST_SUMMARY + 10 {
        sums.add(key(&environment(), "a", "m"), ONE);
    }
    assert_eq!((sums.sums.len(), sums.lost), (MOST + MOST_SUMMARY, 11));
}
