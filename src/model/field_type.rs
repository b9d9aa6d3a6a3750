//! The types of a field's values.

/// The type of a field's values. It decides which comparisons a condition may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldType {
    /// Text: a string.
    Text,
    /// Several texts; a comparison matches if it does for any of them.
    Texts,
    /// A whole number of 64 bits.
    Integer,
    /// A finite number, whole or not.
    Number,
    /// True or false.
    Bool,
    /// A moment, in UTC.
    Time,
    /// A region; `eq` and `in` test whether it is inside the one named.
    Region,
    /// A custom attribute: the compared value decides.
    Any,
}

impl FieldType {
    /// Every value, in the order it is declared.
    pub const ALL: &'static [FieldType] = &[
        FieldType::Text,
        FieldType::Texts,
        FieldType::Integer,
        FieldType::Number,
        FieldType::Bool,
        FieldType::Time,
        FieldType::Region,
        FieldType::Any,
    ];

    /// The value as one word, for logs and screens.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            FieldType::Text => "text",
            FieldType::Texts => "texts",
            FieldType::Integer => "integer",
            FieldType::Number => "number",
            FieldType::Bool => "bool",
            FieldType::Time => "time",
            FieldType::Region => "region",
            FieldType::Any => "any",
        }
    }

    /// The type as errors and the table of fields write it.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            FieldType::Text => "a text",
            FieldType::Texts => "a list of texts",
            FieldType::Integer => "a whole number",
            FieldType::Number => "a number",
            FieldType::Bool => "true or false",
            FieldType::Time => "a time",
            FieldType::Region => "a region",
            FieldType::Any => "any value",
        }
    }
}
