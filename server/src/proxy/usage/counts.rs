//! What the members are called, and what their sum is.
//!
//! | API | place | members |
//! |---|---|---|
//! | OpenAI chat, embeddings, and what is compatible | `usage`, in streams of the last chunk | `prompt_tokens`, `completion_tokens`, `prompt_tokens_details.cached_tokens`, `completion_tokens_details.reasoning_tokens` |
//! | OpenAI Responses, images, transcriptions | `usage`, in streams `response.usage` | `input_tokens`, `output_tokens`, `input_tokens_details.cached_tokens`, `output_tokens_details.reasoning_tokens` |
//! | Anthropic | `usage`, in streams `message.usage` too | `input_tokens`, `cache_read_input_tokens` and `cache_creation_input_tokens` (each without the others), `output_tokens` |
//! | Gemini | `usageMetadata` | `promptTokenCount`, `toolUsePromptTokenCount`, `cachedContentTokenCount` (part of the prompt), `candidatesTokenCount`, `thoughtsTokenCount` (not part of the candidates) |
//! | Gemini interactions | `usage`, in streams `interaction.usage` | `total_input_tokens`, `total_tool_use_tokens`, `total_cached_tokens`, `total_output_tokens`, `total_thought_tokens` |
//! | Cohere | v2 `usage`, in streams `delta.usage`; v1 and embeddings `meta`, in streams `response.meta` | `tokens.{input,output}_tokens`, else the same of `billed_units`; `cached_tokens` |
//! | Ollama | the answer itself, in streams its last line | `prompt_eval_count`, `eval_count` |
//! | DeepSeek | `usage` | `prompt_cache_hit_tokens` (part of `prompt_tokens`) |
//! | Groq | in streams also `x_groq.usage` | OpenAI's |
//! | xAI | `usage` | OpenAI's |
//!
//! These are from the providers' documentation or their own clients' types. Not documented is `cached_tokens` beside
//! `prompt_tokens`, which compatible servers send, and whether reasoning is part of the output. It is with OpenAI, and
//! it is not in xAI's and Gemini's samples: there the total is the sum of all three, and that decides.
//! Streams count up, so of what several chunks tell the highest is right; none of them is a difference.

use std::{fmt, mem, sync::LazyLock};

use memchr::memmem::Finder;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::Usage;

/// The highest count that is believed: the sum of any four is far from overflowing, also as a signed number.
const MOST: u64 = 1 << 53;

/// What has been found in an answer so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    counts: Counts,
    model: Option<String>,
    /// Of the value at hand. Counts only when the value told counts too, so that a stream's other chunks need no
    /// reading for it.
    model_at_hand: Option<String>,
    counted: bool,
}

/// Where the first trace of a count is: what all names of [`Member`]s that are counts have in common.
pub(super) fn find_tokens(bytes: &[u8]) -> Option<usize> {
    static TOKEN: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("oken"));

    TOKEN.find(bytes)
}

/// Where a count can stand by itself, outside of a `usage` object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Single {
    /// `prompt_eval_count`.
    Input,
    /// `eval_count`.
    Output,
}

impl Tally {
    /// The value of a member that holds counts, as it was sent. What is none is skipped.
    pub(super) fn counts(&mut self, json: &[u8]) {
        // Names with escapes are none, here as where whole events are passed over.
        if find_tokens(json).is_some()
            && let Ok(Told::Counts(found)) = serde_json::from_slice(json)
        {
            self.add(found);
        }
    }

    pub(super) fn single(&mut self, which: Single, json: &[u8]) {
        let Ok(Told::Count(count)) = serde_json::from_slice(json) else { return };
        self.add(match which {
            Single::Input => Counts { input: Some(count), ..Counts::default() },
            Single::Output => Counts { output: Some(count), ..Counts::default() },
        });
    }

    pub(super) fn model(&mut self, json: &[u8]) {
        const LONGEST: usize = 200;

        let name = serde_json::from_slice::<String>(json).ok();
        // Whoever answers chooses it, and it is kept and shown: no signs but those that models' names have.
        let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:/@+~,=()[]".contains(&byte);
        let is_name = |name: &String| (1..=LONGEST).contains(&name.len()) && name.bytes().all(is_of_name);
        self.model_at_hand = name.filter(is_name);
    }

    /// One JSON value, or one event, is over.
    pub(super) fn end_value(&mut self) {
        let model = self.model_at_hand.take();
        if mem::take(&mut self.counted) && self.model.is_none() {
            self.model = model;
        }
    }

    pub(super) fn usage(self) -> Option<Usage> {
        (self.counts != Counts::default()).then(|| self.counts.usage(self.model))
    }

    fn add(&mut self, found: Counts) {
        self.counted |= found != Counts::default();
        self.counts.add(found);
    }
}

/// The counts as they are told, before they are made comparable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    input: Option<u64>,
    /// Read from a cache, and part of `input`.
    cached: Option<u64>,
    /// Read from a cache, and not part of `input`.
    cache_read: Option<u64>,
    cache_written: Option<u64>,
    tool_prompt: Option<u64>,
    output: Option<u64>,
    reasoning: Option<u64>,
    /// Gemini's reasoning, which is not part of `output`.
    thoughts: Option<u64>,
    total: Option<u64>,
}

impl Counts {
    fn add(&mut self, other: Self) {
        // `None` is the least.
        self.input = self.input.max(other.input);
        self.cached = self.cached.max(other.cached);
        self.cache_read = self.cache_read.max(other.cache_read);
        self.cache_written = self.cache_written.max(other.cache_written);
        self.tool_prompt = self.tool_prompt.max(other.tool_prompt);
        self.output = self.output.max(other.output);
        self.reasoning = self.reasoning.max(other.reasoning);
        self.thoughts = self.thoughts.max(other.thoughts);
        self.total = self.total.max(other.total);
    }

    fn note(&mut self, member: &Member, count: u64) {
        let place = match member {
            Member::Input => &mut self.input,
            Member::Output => &mut self.output,
            Member::Cached => &mut self.cached,
            Member::CacheReadInputTokens => &mut self.cache_read,
            Member::CacheCreationInputTokens => &mut self.cache_written,
            Member::ToolPrompt => &mut self.tool_prompt,
            Member::Thoughts => &mut self.thoughts,
            Member::Reasoning => &mut self.reasoning,
            Member::Total => &mut self.total,
            Member::Details | Member::Tokens | Member::BilledUnits | Member::Other => return,
        };
        *place = (*place).max(Some(count));
    }

    fn usage(self, model: Option<String>) -> Usage {
        let sum = |parts: &[Option<u64>]| parts.iter().flatten().sum();
        let input_tokens = sum(&[self.input, self.cache_read, self.cache_written, self.tool_prompt]);
        let reasoning = self.reasoning.unwrap_or_default();
        let told: u64 = sum(&[self.output, self.thoughts]);
        let reasoning_is_apart = self.total == Some(input_tokens + told + reasoning);
        Usage {
            input_tokens,
            output_tokens: if reasoning_is_apart { told + reasoning } else { told },
            cached_input_tokens: self.cached.max(self.cache_read).unwrap_or_default(),
            reasoning_tokens: self.reasoning.max(self.thoughts).unwrap_or_default(),
            model,
        }
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Member {
    #[serde(
        rename = "prompt_tokens",
        alias = "input_tokens",
        alias = "promptTokenCount",
        alias = "total_input_tokens"
    )]
    Input,
    #[serde(
        rename = "completion_tokens",
        alias = "output_tokens",
        alias = "candidatesTokenCount",
        alias = "total_output_tokens"
    )]
    Output,
    #[serde(
        rename = "cached_tokens",
        alias = "prompt_cache_hit_tokens",
        alias = "cachedContentTokenCount",
        alias = "total_cached_tokens"
    )]
    Cached,
    CacheReadInputTokens,
    CacheCreationInputTokens,
    #[serde(rename = "toolUsePromptTokenCount", alias = "total_tool_use_tokens")]
    ToolPrompt,
    #[serde(rename = "thoughtsTokenCount")]
    Thoughts,
    #[serde(rename = "reasoning_tokens", alias = "total_thought_tokens")]
    Reasoning,
    #[serde(rename = "total_tokens", alias = "totalTokenCount")]
    Total,
    #[serde(
        rename = "prompt_tokens_details",
        alias = "input_tokens_details",
        alias = "completion_tokens_details",
        alias = "output_tokens_details"
    )]
    Details,
    Tokens,
    BilledUnits,
    #[serde(other)]
    Other,
}

/// Any value in the place of a count. Only whole numbers up to 2⁵³ count, beyond which JSON's are not exact.
enum Told {
    Count(u64),
    Counts(Counts),
    Nothing,
}

impl<'de> Deserialize<'de> for Told {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ToldVisitor)
    }
}

struct ToldVisitor;

impl<'de> Visitor<'de> for ToldVisitor {
    type Value = Told;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_u64<E>(self, count: u64) -> Result<Told, E> {
        Ok(if count <= MOST { Told::Count(count) } else { Told::Nothing })
    }

    /// Cohere's are of the type `number (double)`.
    fn visit_f64<E>(self, count: f64) -> Result<Told, E> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole and within the bounds"
        )]
        let whole = (count.fract() == 0.0 && (0.0..=MOST as f64).contains(&count)).then_some(count as u64);
        Ok(whole.map_or(Told::Nothing, Told::Count))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Told, E> {
        Ok(Told::Nothing)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Told, E> {
        Ok(Told::Nothing)
    }

    fn visit_str<E>(self, _: &str) -> Result<Told, E> {
        Ok(Told::Nothing)
    }

    fn visit_unit<E>(self) -> Result<Told, E> {
        Ok(Told::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Told, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Told::Nothing)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Told, A::Error> {
        let mut counts = Counts::default();
        let mut billed = Counts::default();
        while let Some(member) = map.next_key()? {
            if let Member::Other = member {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            match map.next_value()? {
                Told::Count(count) => counts.note(&member, count),
                Told::Counts(Counts { input, output, cached, reasoning, .. }) => match member {
                    Member::Details => counts.add(Counts { cached, reasoning, ..Counts::default() }),
                    Member::Tokens => counts.add(Counts { input, output, ..Counts::default() }),
                    Member::BilledUnits => billed.add(Counts { input, output, ..Counts::default() }),
                    _ => {}
                },
                Told::Nothing => {}
            }
        }
        counts.input = counts.input.or(billed.input);
        counts.output = counts.output.or(billed.output);
        Ok(Told::Counts(counts))
    }
}
