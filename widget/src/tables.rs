//! The catalogue as TypeScript, for the form that is painted before WebAssembly is loaded.
//! Written by `cargo run -p byo-widget --example tables > widget/npm/src/tables.ts`.

use byo_seal::ProviderId;

use crate::catalogue::{TEST_KEYS, entry};

/// The text of `npm/src/tables.ts`.
#[must_use]
pub fn typescript() -> String {
    let mut file = String::from(
        "// Written by `cargo run -p byo-widget --example tables`; do not edit.\n\n\
         /** The providers that byo knows, in the order a picker shows them. */\n\
         export const providers = [\n",
    );
    for provider in ProviderId::ALL {
        file += &row(*provider);
    }
    file += "] as const;\n\n/** Keys for the test environment, each named after what a check of it says. */\n\
             export const testKeys = [\n";
    for key in TEST_KEYS {
        file += &format!("  {key:?},\n");
    }
    file += "] as const;\n";
    file
}

fn row(provider: ProviderId) -> String {
    let entry = entry(provider);
    let members = [
        ("id", provider.as_str()),
        ("label", provider.label()),
        ("keyPlaceholder", entry.key_placeholder),
        ("keyUrl", entry.key_url),
        ("needs", entry.needs.as_str()),
    ];
    object(&members, if provider.is_key_optional() { "    keyOptional: true,\n" } else { "" })
}

fn object(members: &[(&str, &str)], more: &str) -> String {
    let lines: String = members.iter().map(|(name, value)| format!("    {name}: {value:?},\n")).collect();
    format!("  {{\n{lines}{more}  }},\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_file_is_current() {
        let committed = include_str!("../npm/src/tables.ts");
        assert_eq!(
            committed,
            typescript(),
            "run: cargo run -p byo-widget --example tables > widget/npm/src/tables.ts"
        );
    }

    #[test]
    fn every_text_is_the_same_in_rust_and_typescript() {
        // Rust's escapes and TypeScript's agree only where neither needs any.
        assert!(!typescript().contains('\\'));
    }
}
