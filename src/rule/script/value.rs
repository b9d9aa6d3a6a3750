//! Values as scripts see them.

use rhai::{Dynamic, ImmutableString};

use super::limits::{MAX_LIST, MAX_TEXT};
use crate::rule::FactValue;

/// A value as scripts see it.
pub(super) fn value(fact: &FactValue<'_>) -> Dynamic {
    match fact {
        FactValue::Missing => Dynamic::UNIT,
        FactValue::Text(text) => Dynamic::from(ImmutableString::from(cut(text, MAX_TEXT))),
        FactValue::Texts(texts) => {
            let mut left = MAX_TEXT;
            let mut list = rhai::Array::new();
            for text in texts.iter().take(MAX_LIST) {
                let text = cut(text, left);
                left -= text.len();
                list.push(Dynamic::from(ImmutableString::from(text)));
                if left == 0 {
                    break;
                }
            }
            Dynamic::from_array(list)
        }
        FactValue::Integer(number) => Dynamic::from_int(*number),
        FactValue::Number(number) => Dynamic::from_float(*number),
        FactValue::Bool(flag) => Dynamic::from_bool(*flag),
        FactValue::Time(at) => Dynamic::from_int(at.timestamp()),
        FactValue::Region(region) => Dynamic::from(ImmutableString::from(region.to_string())),
    }
}

/// The beginning of a text, cut between characters.
fn cut(text: &str, longest: usize) -> &str {
    if text.len() <= longest {
        return text;
    }
    // A character has at most four bytes.
    (0..4).find_map(|back| text.get(..longest.checked_sub(back)?)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut("éé", 3), "é");
        assert_eq!(cut("éé", 4), "éé");
        assert_eq!(cut("é", 1), "");
        assert_eq!(cut("", 0), "");
    }
}
