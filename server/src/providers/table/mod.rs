//! The one table. A row a provider, more where one provider is called in several ways; order matters within one.

mod anthropic;
mod azure;
mod google;
mod ollama;
mod openai;
mod others;

use super::spec::Spec;

/// Every row.
pub(super) const SPECS: &[Spec] = &[
    openai::OPENAI,
    openai::COMPATIBLE,
    anthropic::ANTHROPIC,
    google::GOOGLE,
    azure::DATED,
    azure::V1,
    ollama::CLOUD,
    ollama::LOCAL,
    others::DEEPSEEK,
    others::MISTRAL,
    others::GROQ,
    others::OPENROUTER,
    others::TOGETHER,
    others::XAI,
    others::COHERE,
];
