use proptest::{option, prelude::*, sample::select};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::{AzureConfig, WireApi};

/// A context that owns its texts.
#[derive(Clone, Debug, PartialEq)]
struct Owned {
    suite: Suite,
    kid: KeyId,
    purpose: Purpose,
    provider: ProviderId,
    texts: [String; 5],
    config: ProviderConfig,
    challenge: Vec<u8>,
}

impl Owned {
    fn borrow(&self) -> Context<'_> {
        let [audience, principal, ref_id, name, page_origin] = &self.texts;
        Context {
            suite: self.suite,
            kid: &self.kid,
            audience,
            principal,
            purpose: self.purpose,
            provider: self.provider,
            ref_id,
            name,
            provider_config: &self.config,
            page_origin,
            challenge: &self.challenge,
        }
    }
}

/// Texts so few and so short that equal ones are common, with characters that look like length prefixes.
fn text() -> impl Strategy<Value = String> + Clone {
    "[a\\x00\\x01]{0,2}"
}

fn config() -> impl Strategy<Value = ProviderConfig> {
    let azure = (text(), option::of(text()))
        .prop_map(|(api_version, deployment)| AzureConfig { api_version, deployment });
    let wire_api = select(vec![WireApi::Completions, WireApi::Responses]);
    (option::of(text()), option::of(wire_api), option::of(azure), option::of(text()))
        .prop_map(|(base_url, wire_api, azure, region)| ProviderConfig { base_url, wire_api, azure, region })
}

fn context() -> impl Strategy<Value = Owned> {
    let kid = select(vec!["0123456789abcdef", "0123456789abcde0"]).prop_map(|kid| kid.parse().unwrap());
    let texts = [text(), text(), text(), text(), text()];
    let challenge = proptest::collection::vec(0..2_u8, 0..3);
    (select(Suite::ALL), kid, select(Purpose::ALL), select(ProviderId::ALL), texts, config(), challenge)
        .prop_map(|(suite, kid, purpose, provider, texts, config, challenge)| Owned {
            suite,
            kid,
            purpose,
            provider,
            texts,
            config,
            challenge,
        })
}

proptest! {
    #[test]
    fn two_contexts_encode_alike_only_if_they_are_equal(one in context(), other in context()) {
        prop_assert_eq!(one == other, one.borrow().encode() == other.borrow().encode());
        prop_assert_eq!(one == other, one.borrow().info() == other.borrow().info());
    }

    #[test]
    fn one_changed_field_changes_the_encoding(one in context(), other in context(), field in 0..11_usize) {
        let mut changed = one.clone();
        match field {
            0 => changed.kid = other.kid,
            1 => changed.purpose = other.purpose,
            2 => changed.provider = other.provider,
            3 => changed.config = other.config,
            4 => changed.challenge = other.challenge,
            5 => changed.suite = other.suite,
            text => changed.texts[text - 6].clone_from(&other.texts[text - 6]),
        }
        prop_assert_eq!(one == changed, one.borrow().encode() == changed.borrow().encode());
    }

    #[test]
    fn the_same_characters_cut_elsewhere_encode_differently(
        one in context(),
        all in "[a-c]{0,12}",
        cuts in [[0..=12_usize, 0..=12, 0..=12, 0..=12], [0..=12, 0..=12, 0..=12, 0..=12]],
    ) {
        let [left, right] = cuts.map(|cuts| Owned { texts: cut(&all, cuts), ..one.clone() });
        prop_assert_eq!(left == right, left.borrow().encode() == right.borrow().encode());
    }

    #[test]
    fn two_configurations_have_one_canonical_form_only_if_they_are_equal(one in config(), other in config()) {
        prop_assert_eq!(one == other, canonical(&one) == canonical(&other));
    }
}

fn cut(all: &str, mut cuts: [usize; 4]) -> [String; 5] {
    cuts.sort_unstable();
    let [a, b, c, d] = cuts.map(|at| at.min(all.len()));
    [&all[..a], &all[a..b], &all[b..c], &all[c..d], &all[d..]].map(str::to_owned)
}

#[test]
fn fields_stand_behind_their_lengths_in_the_documented_order() {
    let kid = "0123456789abcdef".parse().unwrap();
    let config = ProviderConfig::default();
    let context = Context {
        suite: Suite::X25519ChaCha20Poly1305,
        kid: &kid,
        audience: "AUDIENCE",
        principal: "PRINCIPAL",
        purpose: Purpose::Rotate,
        provider: ProviderId::Xai,
        ref_id: "REF",
        name: "NAME",
        provider_config: &config,
        page_origin: "",
        challenge: b"CHALLENGE",
    };
    let expected = [
        b"\0\0\0\x06\0\x20\0\x01\0\x03".as_slice(),
        b"\0\0\0\x100123456789abcdef",
        b"\0\0\0\x08AUDIENCE",
        b"\0\0\0\x09PRINCIPAL",
        b"\0\0\0\x06rotate",
        b"\0\0\0\x03xai",
        b"\0\0\0\x03REF",
        b"\0\0\0\x04NAME",
        // SHA-256 of nothing: an absent and an empty configuration are the same.
        b"\0\0\0\x20",
        &hex::decode("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855").unwrap(),
        b"\0\0\0\0",
        b"\0\0\0\x09CHALLENGE",
    ]
    .concat();
    assert_eq!(context.encode(), expected);
    assert_eq!(&context.info()[..12], b"byo/seal/v1\0");
    assert_eq!(context.info()[12..], *Sha256::digest(expected));
}

#[test]
fn configuration_members_stand_behind_their_names_in_the_documented_order() {
    let config = ProviderConfig {
        base_url: Some("URL".to_owned()),
        wire_api: Some(WireApi::Completions),
        azure: Some(AzureConfig { api_version: "1".to_owned(), deployment: Some(String::new()) }),
        region: Some("eu".to_owned()),
    };
    let expected = [
        "\0\0\0\x07baseUrl\0\0\0\x03URL",
        "\0\0\0\x07wireApi\0\0\0\x0bcompletions",
        "\0\0\0\x10azure.apiVersion\0\0\0\x011",
        "\0\0\0\x10azure.deployment\0\0\0\0",
        "\0\0\0\x06region\0\0\0\x02eu",
    ]
    .concat();
    assert_eq!(canonical(&config), expected.as_bytes());
    assert_eq!(canonical(&ProviderConfig::default()), b"");
}

#[test]
fn the_same_value_in_another_member_is_another_configuration() {
    let value = || Some("eu".to_owned());
    let azure =
        |api_version: &str, deployment| Some(AzureConfig { api_version: api_version.to_owned(), deployment });
    let configs = [
        ProviderConfig { base_url: value(), ..ProviderConfig::default() },
        ProviderConfig { region: value(), ..ProviderConfig::default() },
        ProviderConfig { azure: azure("eu", None), ..ProviderConfig::default() },
        ProviderConfig { azure: azure("", value()), ..ProviderConfig::default() },
        ProviderConfig { azure: azure("", None), region: value(), ..ProviderConfig::default() },
        ProviderConfig { azure: azure("", None), base_url: value(), ..ProviderConfig::default() },
        ProviderConfig { base_url: Some(String::new()), ..ProviderConfig::default() },
        ProviderConfig::default(),
    ];
    let forms: std::collections::BTreeSet<Vec<u8>> = configs.iter().map(canonical).collect();
    assert_eq!(forms.len(), configs.len());
}

#[test]
fn a_purpose_reads_and_writes_its_own_name() {
    for purpose in Purpose::ALL {
        let json = serde_json::to_value(purpose).unwrap();
        assert_eq!(json, purpose.as_str());
        assert_eq!(serde_json::from_value::<Purpose>(json).unwrap(), *purpose);
    }
}
