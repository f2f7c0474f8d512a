//! Lists of models as they come in.

use byo_seal::ProviderId;

use super::{Invalid, Refusal, Secret};
use crate::{
    app::App,
    store::{ModelList, ModelMode},
};

const MOST_ENTRIES: usize = 500;
const LONGEST_ENTRY: usize = 200;

/// Sets the list of an environment, or that of one of its customers. It holds for the next call.
pub async fn set_models(
    app: &App,
    secret: &Secret,
    ref_id: Option<&str>,
    models: ModelList,
) -> Result<ModelList, Refusal> {
    if let Some(Err(flaw)) = ref_id.map(byo_seal::check_ref_id) {
        return Err(Refusal::invalid("refId", flaw.to_string()));
    }
    let models = models.checked("models").map_err(|fault| Refusal::Invalid(vec![fault]))?;
    app.limits.secret(secret.token.as_str())?;
    app.store.set_models(&secret.scope.environment.id, ref_id, models.clone()).await?;
    app.in_use.changed();
    Ok(models)
}

impl ModelList {
    /// Checks what is to be kept. A list that means nothing is kept as none.
    pub fn checked(self, field: &'static str) -> Result<Self, Invalid> {
        if self.models.len() > MOST_ENTRIES {
            return Err(Invalid::new(field, format!("may hold {MOST_ENTRIES} models at most")));
        }
        if let Some(at) = self.models.iter().position(|entry| !is_entry(entry)) {
            return Err(Invalid::new(
                field,
                format!(
                    "must hold models such as openai/gpt-4.1, anthropic/* or google/gemini-2.5-*: a known provider, \
                     then up to {LONGEST_ENTRY} visible characters in all, with * at the end only; the entry at {at} \
                     is no such"
                ),
            ));
        }
        Ok(if self.mode == ModelMode::All { Self::default() } else { self })
    }
}

fn is_entry(entry: &str) -> bool {
    let Some((provider, model)) = entry.split_once('/') else { return false };
    let named = model.strip_suffix('*').unwrap_or(model);
    provider.parse::<ProviderId>().is_ok()
        && !model.is_empty()
        && !named.contains('*')
        && entry.len() <= LONGEST_ENTRY
        && model.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(mode: ModelMode, models: Vec<String>) -> ModelList {
        ModelList { mode, models }
    }

    fn check(entry: &str) -> Result<ModelList, Invalid> {
        list(ModelMode::Enabled, vec!["openai/gpt-4.1".to_owned(), entry.to_owned()]).checked("models")
    }

    #[test]
    fn entries_are_a_known_provider_and_a_model_or_the_start_of_one() {
        let longest = format!("openai/{}", "m".repeat(193));
        for entry in [
            "openai/gpt-4.1",
            "anthropic/*",
            "google/gemini-2.5-*",
            "openrouter/openai/gpt-4o",
            "azure/a:b",
            &longest,
        ] {
            assert!(check(entry).is_ok(), "{entry}");
        }
        let too_long = format!("openai/{}", "m".repeat(194));
        for entry in [
            "",
            "/",
            "*",
            "*/*",
            "gpt-4.1",
            "openai",
            "openai/",
            "/gpt-4.1",
            "OpenAI/gpt-4.1",
            "nobody/gpt-4.1",
            "openai/*-mini",
            "openai/**",
            "openai/gpt*4*",
            "openai/gpt 4",
            "openai/gpt-4\n",
            "openai/gpt-\u{0}",
            "openai/modèle",
            " openai/gpt-4.1",
            &too_long,
        ] {
            let refused = check(entry).unwrap_err();
            assert!(refused.field == "models" && refused.message.contains("the entry at 1 is"), "{entry:?}");
        }
    }

    #[test]
    fn a_message_tells_the_place_and_never_the_entry() {
        let refused = check("sk-proj-0123456789").unwrap_err();
        assert!(!refused.message.contains("sk-proj"), "{}", refused.message);
    }

    #[test]
    fn a_list_has_an_end() {
        let entries = |count| vec!["openai/gpt-4.1".to_owned(); count];
        assert!(list(ModelMode::Disabled, entries(500)).checked("models").is_ok());
        assert!(list(ModelMode::Disabled, entries(501)).checked("models").is_err());
    }

    #[test]
    fn all_models_are_all_whatever_is_listed() {
        let all = list(ModelMode::All, vec!["openai/gpt-4.1".to_owned()]).checked("models");
        assert_eq!(all, Ok(ModelList::default()));
        let none = list(ModelMode::Enabled, Vec::new()).checked("models").unwrap();
        assert!(!none.allows(ProviderId::Openai, "gpt-4.1"));
    }
}
