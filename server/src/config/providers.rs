//! Replacement base URLs.

use std::collections::BTreeMap;

use byo_seal::ProviderId;
use url::Url;

use super::reader::Reader;

pub(super) fn read(reader: &mut Reader) -> Option<BTreeMap<ProviderId, String>> {
    let expected =
        "an http or https URL without user name, query and fragment, such as https://eu.api.openai.com/v1";
    let mut replacements = BTreeMap::new();
    let mut all_read = true;
    for provider in ProviderId::ALL {
        let setting = format!("providers.{provider}.base_url");
        match reader.optional_with(&setting, expected, |text| is_base_url(text).then(|| text.to_owned())) {
            Some(Some(url)) => _ = replacements.insert(*provider, url),
            Some(None) => {}
            None => all_read = false,
        }
    }
    all_read.then_some(replacements)
}

/// The egress policy reads it more strictly when it is used; this names the setting while that is cheap.
fn is_base_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    })
}
