//! The pages that explain byo.

use super::reader::Reader;
use crate::{
    environment::Environment,
    token::{Token, TokenKind},
};

/// The pages that explain byo.
pub struct DocsConfig {
    /// What the examples at `/docs/widget` run with: of a test environment, so that no provider is called.
    pub publishable_key: Option<Token>,
}

pub(super) fn read(reader: &mut Reader) -> Option<DocsConfig> {
    let expected = "the publishable key of a test environment, byo_pk_test_…, whole";
    let publishable_key = reader.optional_with("docs.publishable_key", expected, |text| {
        Token::parse(text).filter(|token| {
            token.kind() == TokenKind::Publishable && token.environment() == Environment::Test
        })
    });
    Some(DocsConfig { publishable_key: publishable_key? })
}
