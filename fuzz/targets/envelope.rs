//! An envelope opens for exactly the context it was made for, and its JSON reads back as it was written.
#![no_main]

use std::sync::LazyLock;

use byo_fuzz::{Input, edit, text};
use byo_seal::{
    Context, KeyId, PrivateKey, ProviderConfig, ProviderId, Purpose, RequestEnvelope, SealedKey, Suite,
    base64url, open,
};
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;
use serde_json::Value;

/// The committed vectors that open.
static VECTORS: LazyLock<Vec<Vector>> = LazyLock::new(|| {
    let file: Value =
        serde_json::from_str(include_str!("../../seal/vectors/byo-seal-v1.json")).expect("JSON");
    let vectors = file["vectors"].as_array().expect("a list").iter();
    let opening = vectors.filter(|vector| vector["expect"] == "opens");
    opening.map(|vector| serde_json::from_value(vector.clone()).expect("a vector")).collect()
});

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    private_key: String,
    context: Made,
    sealed_key: SealedKey,
    key: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    suite: Suite,
    kid: KeyId,
    audience: String,
    principal: String,
    purpose: Purpose,
    provider: ProviderId,
    ref_id: String,
    name: String,
    provider_config: ProviderConfig,
    page_origin: String,
    challenge: String,
}

fuzz_target!(|data: &[u8]| {
    let mut input = Input::new(data);
    let Vector { private_key, context, sealed_key, key } =
        &VECTORS[usize::from(input.byte()) % VECTORS.len()];
    let purpose = *Purpose::ALL.get(usize::from(input.byte())).unwrap_or(&context.purpose);
    let challenge = base64url::decode(&context.challenge).expect("vectors are base64url");
    let texts = [&context.audience, &context.principal, &context.ref_id, &context.name, &context.page_origin];
    let mut parts: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    parts.extend([
        sealed_key.enc.clone(),
        sealed_key.ciphertext.clone(),
        sealed_key.challenge.clone(),
        challenge,
    ]);
    let good = parts.clone();
    edit(&mut parts, input.rest());
    let said: Vec<String> = parts[..5].iter().map(|part| text(part)).collect();
    let unchanged = purpose == context.purpose
        && said.iter().zip(texts).all(|(said, text)| said == text)
        && parts[5..] == good[5..];

    let sealed = SealedKey {
        enc: parts[5].clone(),
        ciphertext: parts[6].clone(),
        challenge: parts[7].clone(),
        ..sealed_key.clone()
    };
    let private: [u8; 32] = hex::decode(private_key).expect("hex").try_into().expect("32 bytes");
    let opened = open(
        &PrivateKey::from_bytes(private),
        &Context {
            suite: context.suite,
            kid: &context.kid,
            audience: &said[0],
            principal: &said[1],
            purpose,
            provider: context.provider,
            ref_id: &said[2],
            name: &said[3],
            provider_config: &context.provider_config,
            page_origin: &said[4],
            challenge: &parts[8],
        },
        &sealed,
    );
    assert_eq!(opened.is_ok(), unchanged, "an envelope opens exactly when nothing was changed");
    if let Ok(opened) = opened {
        assert_eq!(hex::encode(&*opened), *key);
    }

    let written = serde_json::to_string(&sealed).expect("an envelope is JSON");
    let fits = sealed.enc.len() <= 32 && sealed.ciphertext.len() <= 4112 && sealed.challenge.len() <= 128;
    match serde_json::from_str::<SealedKey>(&written) {
        Ok(read) => assert_eq!(serde_json::to_string(&read).expect("JSON"), written),
        Err(error) => assert!(!fits, "an envelope within its bounds is read: {error}"),
    }
    // Whatever is read at all is written as it would be read again.
    if let Ok(read) = serde_json::from_slice::<SealedKey>(data) {
        let again = serde_json::to_string(&read).expect("an envelope is JSON");
        serde_json::from_str::<SealedKey>(&again).expect("byo reads what byo writes");
    }
    if let Ok(read) = RequestEnvelope::parse(&base64url::encode(data)) {
        let again = read.to_text().map(|text| RequestEnvelope::parse(&text));
        assert!(again.is_none_or(|again| again == Ok(read)), "a header is read as it was written");
    }
});
