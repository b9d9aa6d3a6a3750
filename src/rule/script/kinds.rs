//! The kinds of values that parts of a script may have.

use super::names::VARIABLES;
use crate::rule::FieldType;

/// A set of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Kinds {
    pub(super) const NONE: Kinds = Kinds(0);
    pub(super) const NUMBER: Kinds = Kinds(1);
    pub(super) const TEXT: Kinds = Kinds(2);
    pub(super) const BOOL: Kinds = Kinds(4);
    pub(super) const LIST: Kinds = Kinds(8);
    pub(super) const RANGE: Kinds = Kinds(16);
    pub(super) const MISSING: Kinds = Kinds(32);
    /// Nothing is known.
    pub(super) const ANY: Kinds = Kinds(63);

    /// The kinds of values that are compared with each other.
    const CLASSES: [Kinds; 5] = [Kinds::NUMBER, Kinds::TEXT, Kinds::BOOL, Kinds::LIST, Kinds::RANGE];

    pub(super) const fn or(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    pub(super) const fn and(self, other: Kinds) -> Kinds {
        Kinds(self.0 & other.0)
    }

    pub(super) fn has(self, other: Kinds) -> bool {
        self.and(other) != Kinds::NONE
    }

    /// The kinds of a value that is present.
    pub(super) const fn of_present(self) -> Kinds {
        Kinds(self.0 & !Kinds::MISSING.0)
    }

    /// Whether all of them are one kind, so that any two of the values can be compared.
    pub(super) fn is_one(self) -> bool {
        Kinds::CLASSES.contains(&self)
    }

    /// The kinds as people call them.
    pub(super) fn describe(self) -> String {
        let words = ["a number", "a text", "true or false", "a list", "a range"];
        let named: Vec<&str> = Kinds::CLASSES
            .iter()
            .zip(words)
            .filter(|(kind, _)| self.has(**kind))
            .map(|(_, word)| word)
            .collect();
        named.join(" or ")
    }
}

/// The kinds of a part of a script, and those of the items where it is a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) kinds: Kinds,
    pub(super) items: Kinds,
    /// The only texts it can be, when they are closed.
    pub(super) values: &'static [&'static str],
}

impl Shape {
    pub(super) const NOTHING: Shape = Shape::plain(Kinds::NONE);
    pub(super) const UNKNOWN: Shape = Shape { kinds: Kinds::ANY, items: Kinds::ANY, values: &[] };
    pub(super) const MISSING: Shape = Shape::plain(Kinds::MISSING);
    pub(super) const NUMBER: Shape = Shape::plain(Kinds::NUMBER);
    pub(super) const TEXT: Shape = Shape::plain(Kinds::TEXT);
    pub(super) const BOOL: Shape = Shape::plain(Kinds::BOOL);

    /// Values without items.
    pub(super) const fn plain(kinds: Kinds) -> Shape {
        Shape { kinds, items: Kinds::NONE, values: &[] }
    }

    pub(super) const fn list(items: Kinds) -> Shape {
        Shape { kinds: Kinds::LIST, items, values: &[] }
    }

    pub(super) fn or(self, other: Shape) -> Shape {
        let values = if other.kinds.of_present() == Kinds::NONE || self.values == other.values {
            self.values
        } else if self.kinds.of_present() == Kinds::NONE {
            other.values
        } else {
            &[]
        };
        Shape { kinds: self.kinds.or(other.kinds), items: self.items.or(other.items), values }
    }

    pub(super) const fn or_missing(self) -> Shape {
        Shape { kinds: self.kinds.or(Kinds::MISSING), ..self }
    }

    /// The kinds of an item of it, or of a turn of a loop over it.
    pub(super) fn item(self) -> Shape {
        let items = match self.kinds.of_present() {
            Kinds::LIST => self.items,
            Kinds::RANGE => Kinds::NUMBER,
            _ => return Shape::UNKNOWN,
        };
        // The items of nested lists are not known.
        Shape { items: if items.has(Kinds::LIST) { Kinds::ANY } else { Kinds::NONE }, ..Shape::plain(items) }
    }

    /// The kinds of `left + right`; other kinds end in a fault.
    pub(super) fn sum(self, right: Shape) -> Shape {
        let texts = Kinds::TEXT.or(Kinds::MISSING);
        let mut kinds = self.kinds.and(right.kinds).and(Kinds::NUMBER);
        let joins = |one: Kinds, other: Kinds| one.has(Kinds::TEXT) && other.has(texts);
        if joins(self.kinds, right.kinds) || joins(right.kinds, self.kinds) {
            kinds = kinds.or(Kinds::TEXT);
        }
        Shape::plain(kinds)
    }

    /// The kinds that `variable += right` may leave in the variable.
    pub(super) fn grown(self, right: Shape) -> Shape {
        let sum = self.sum(right);
        if self.kinds.has(Kinds::LIST) {
            sum.or(Shape::list(self.items.or(right.items).or(right.kinds)))
        } else {
            sum
        }
    }
}

/// The kinds of a field in a script.
pub(super) fn of_field(name: &str) -> Option<Shape> {
    let variable = VARIABLES.get(name)?;
    let shape = match variable.spec().kind {
        FieldType::Text | FieldType::Region => Shape { values: variable.spec().values, ..Shape::TEXT },
        FieldType::Texts => Shape::list(Kinds::TEXT),
        FieldType::Integer | FieldType::Number | FieldType::Time => Shape::NUMBER,
        FieldType::Bool => Shape::BOOL,
        FieldType::Any => Shape::UNKNOWN,
    };
    Some(if variable.is_always_known() { shape } else { shape.or_missing() })
}

/// The kinds that a function of the language returns.
pub(super) fn of_call(name: &str, given: &[Shape]) -> Shape {
    match name {
        "abs" | "ceil" | "date" | "days_since" | "float" | "floor" | "hours_since" | "int" | "last"
        | "round" => Shape::NUMBER.or_missing(),
        "clamp" | "count" | "exp" | "len" | "ln" | "log10" | "max" | "min" | "pow" | "sqrt" => Shape::NUMBER,
        "contains" | "ends_with" | "has" | "known" | "starts_with" => Shape::BOOL,
        "lower" | "trim" | "upper" => Shape::TEXT.or_missing(),
        "text" => Shape::TEXT,
        "reason" => Shape::MISSING,
        "or" => match given {
            [value, otherwise] => Shape { kinds: value.kinds.of_present(), ..*value }.or(*otherwise),
            _ => Shape::UNKNOWN,
        },
        _ => Shape::UNKNOWN,
    }
}

/// A type as people call it.
pub(super) fn type_word(name: &str) -> &'static str {
    match name.trim_start_matches("&mut ").trim() {
        "i64" | "INT" => "a whole number",
        "f64" | "FLOAT" => "a number",
        "bool" => "true or false",
        "string" | "ImmutableString" | "&str" | "&str | ImmutableString | String" => "a text",
        "char" => "a character",
        "()" => "a missing value",
        "array" => "a list",
        _ => "a value of another kind",
    }
}
