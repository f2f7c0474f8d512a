//! The few JSON shapes that the widget reads and writes, as plain values. A general deserialiser would
//! weigh more than everything else here together.

use std::borrow::Cow;

/// A JSON value, as far as it matters.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// Nothing, or a kind of value that no message of ours holds.
    Other,
    /// A number.
    Number(f64),
    /// A text.
    Text(Cow<'static, str>),
    /// A list.
    List(Vec<Json>),
    /// An object; members that are `null` or `undefined` are not there.
    Object(Vec<(Cow<'static, str>, Json)>),
}

/// How deep values are read. What lies deeper is [`Json::Other`]: whoever answers chooses the depth, and
/// the stack is short.
pub const MAX_DEPTH: usize = 6;

impl Json {
    /// A text.
    pub fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Text(text.into())
    }

    /// A text, if there is one.
    pub fn maybe(text: Option<&str>) -> Option<Self> {
        text.map(|text| Self::text(text.to_owned()))
    }

    /// An object of those members that are there.
    #[must_use]
    pub fn object(members: Vec<(&'static str, Option<Self>)>) -> Self {
        let there = members.into_iter().filter_map(|(name, value)| Some((Cow::Borrowed(name), value?)));
        Self::Object(there.collect())
    }

    /// The member of this name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Self> {
        self.members().iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The members, of which only an object has any.
    #[must_use]
    pub fn members(&self) -> &[(Cow<'static, str>, Self)] {
        if let Self::Object(members) = self { members } else { &[] }
    }

    /// The items, of which only a list has any.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The text of a member.
    #[must_use]
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.member(name)?.as_text()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    impl From<Value> for Json {
        fn from(value: Value) -> Self {
            match value {
                Value::Null | Value::Bool(_) => Self::Other,
                Value::Number(number) => Self::Number(number.as_f64().unwrap()),
                Value::String(text) => Self::text(text),
                Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
                Value::Object(members) => Self::Object(
                    members
                        .into_iter()
                        .filter(|(_, value)| !value.is_null())
                        .map(|(name, value)| (Cow::Owned(name), value.into()))
                        .collect(),
                ),
            }
        }
    }

    impl From<Json> for Value {
        fn from(json: Json) -> Self {
            match json {
                Json::Other => Self::Null,
                Json::Number(number) => (number as u64).into(),
                Json::Text(text) => text.into_owned().into(),
                Json::List(items) => items.into_iter().map(Self::from).collect(),
                Json::Object(members) => {
                    members.into_iter().map(|(name, value)| (name.into_owned(), Self::from(value))).collect()
                }
            }
        }
    }

    #[test]
    fn members_that_are_not_there_are_left_out() {
        let json = Json::object(vec![("a", Some(Json::text("1"))), ("b", None)]);
        assert_eq!(json.members().len(), 1);
        assert_eq!((json.text_of("a"), json.text_of("b")), (Some("1"), None));
    }

    #[test]
    fn other_kinds_have_neither_members_nor_items() {
        for json in [Json::Other, Json::Number(1.0), Json::text("a")] {
            assert!(json.members().is_empty() && json.items().is_empty() && json.member("a").is_none());
        }
    }
}
