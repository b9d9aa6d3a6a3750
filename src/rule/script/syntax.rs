//! Syntax slips that the parser would notice late, or blame on something else: brackets, quotes, bare texts.

use std::collections::BTreeSet;

use super::limits::MAX_PROBLEMS;
use super::problem::{Problem, ascii_help, shown};
use super::token::{Kind, OPEN_COMMENT, Token};
use crate::order;

/// The code of a problem that makes the rest of a script unreadable.
pub(super) const CODE: &str = "bad_script";

/// The first bracket of a script that does not match. O(n).
pub(super) fn brackets(tokens: &[Token<'_>]) -> Option<Problem> {
    // An unclosed bracket or quote swallows the rest of the script; so may a back-tick.
    let swallows = |token: &Token<'_>| {
        token.is_mark(OPEN_COMMENT) || token.is_mark("`") || token.kind == Kind::Text && !token.is_closed()
    };
    if tokens.iter().any(swallows) {
        return None;
    }
    let mut open: Vec<&Token<'_>> = Vec::new();
    for token in tokens.iter().filter(|token| token.kind == Kind::Mark) {
        match token.text {
            "(" | "[" | "{" => open.push(token),
            ")" | "]" | "}" => match open.pop() {
                Some(start) if closing(start.text) == token.text => {}
                Some(start) => return Some(never_closed(start)),
                None => {
                    let message = format!("`{}` closes nothing", token.text);
                    return Some(Problem::new(
                        CODE,
                        token.position,
                        message,
                        "remove it, or open what it closes",
                    ));
                }
            },
            _ => {}
        }
    }
    open.pop().map(never_closed)
}

fn closing(open: &str) -> &'static str {
    match open {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

fn never_closed(open: &Token<'_>) -> Problem {
    let close = closing(open.text);
    let help = format!("add the missing `{close}`");
    Problem::new(CODE, open.position, format!("this `{}` is never closed", open.text), help)
}

/// Texts in single quotes, which hold one character, and texts without any.
pub(super) fn quotes(tokens: &[Token<'_>]) -> Vec<Problem> {
    // A name that the script defines is not a text: the parser says that it must be ASCII.
    let own = tokens.windows(2).filter_map(|pair| match pair {
        [keyword, name] if matches!(keyword.text, "let" | "const" | "fn" | "for") => Some(name.text),
        _ => None,
    });
    let own = order::set(own);
    let others = tokens.iter().filter(|token| !own.contains(token.text));
    others.filter_map(misquoted).take(MAX_PROBLEMS).collect()
}

fn misquoted(token: &Token<'_>) -> Option<Problem> {
    let shown = || token.text.chars().take(40).collect::<String>();
    if token.kind == Kind::Word && !token.text.is_ascii() {
        let shown = shown();
        let message = format!("`{shown}` is not in quotes");
        return Some(Problem::new(CODE, token.position, message, format!("write `\"{shown}\"`")));
    }
    let inner = token.text.strip_prefix('\'').filter(|_| token.kind == Kind::Text)?;
    if !token.is_closed() {
        let help = "write texts in double quotes";
        return Some(Problem::new(CODE, token.position, "the quote `'` is never closed", help));
    }
    let inner = inner.strip_suffix('\'')?;
    let is_character = inner.starts_with('\\') || inner.chars().count() == 1;
    (!is_character).then(|| {
        let message = format!("`{}` is in single quotes, which hold one character", shown());
        let text: String = inner.chars().filter(|c| *c != '"').take(40).collect();
        Problem::new(CODE, token.position, message, format!("write `\"{text}\"`"))
    })
}

/// Signs and words of other languages: what replaces them here. One sign a line is reported.
pub(super) fn foreign(tokens: &[Token<'_>], own: &BTreeSet<&str>) -> Vec<Problem> {
    let mut found: Vec<Problem> = Vec::new();
    let mut told = 0;
    for (index, token) in tokens.iter().enumerate() {
        if is_foreign_mark(token) {
            let character = token.text.chars().next().unwrap_or_default();
            if told < token.position.line {
                let message = format!("{} is not allowed here", shown(character));
                found.push(Problem::new(CODE, token.position, message, ascii_help(character)));
            }
            told = token.position.line;
        } else if let Some((word, help)) = of_other_languages(tokens, index, own) {
            let message = format!("there is no `{word}` in scripts");
            found.push(Problem::new(CODE, token.position, message, help));
        }
        if found.len() >= MAX_PROBLEMS {
            break;
        }
    }
    found
}

/// Whether a sign is not in ASCII: `（`, `“`, `≥`.
pub(super) fn is_foreign_mark(token: &Token<'_>) -> bool {
    token.kind == Kind::Mark && !token.text.is_ascii()
}

/// A word or sign of other languages, and its replacement.
fn of_other_languages(
    tokens: &[Token<'_>],
    at: usize,
    own: &BTreeSet<&str>,
) -> Option<(&'static str, &'static str)> {
    let token = tokens.get(at)?;
    let next_to = |index: usize, text: &str| {
        let pair = (tokens.get(index), tokens.get(index + 1));
        matches!(pair, (Some(one), Some(next)) if next.is_mark(text) && one.end() == next.start)
    };
    match token.kind {
        Kind::Word if own.contains(token.text) => None,
        Kind::Word => match token.text {
            "and" => Some(("and", "write `&&`")),
            "not" => Some(("not", "write `!`")),
            "True" | "TRUE" => Some(("True", "write `true`")),
            "False" | "FALSE" => Some(("False", "write `false`")),
            "null" | "NULL" => Some(("null", MISSING)),
            "nil" => Some(("nil", MISSING)),
            "None" => Some(("None", MISSING)),
            "undefined" => Some(("undefined", MISSING)),
            _ => None,
        },
        Kind::Mark if matches!(token.text, "=" | "!") && next_to(at, "=") && next_to(at + 1, "=") => {
            let is_inside = at.checked_sub(1).is_some_and(|before| {
                next_to(before, token.text)
                    && tokens.get(before).is_some_and(|one| matches!(one.text, "=" | "!"))
            });
            let (sign, help) = if token.text == "=" { ("===", "write `==`") } else { ("!==", "write `!=`") };
            (!is_inside).then_some((sign, help))
        }
        // `x ?? y` is an operator; `x?.y` and `x?[0]` have their own help.
        Kind::Mark if token.text == "?" => {
            let is_part = [".", "[", "?"].iter().any(|next| next_to(at, next))
                || at.checked_sub(1).is_some_and(|before| {
                    next_to(before, "?") && tokens.get(before).is_some_and(|one| one.is_mark("?"))
                });
            (!is_part).then_some(("a ? b : c", "write `if a { b } else { c }`"))
        }
        _ => None,
    }
}

const MISSING: &str = "test with `known(x)` whether there is a value";

/// The help for a name that is not a field, where a text is likely meant: compared by `==` or `!=`, or one of a list
/// or of the values of a function.
pub(super) fn bare_text(tokens: &[Token<'_>], at: usize) -> Option<String> {
    let name = tokens.get(at)?.text;
    let mark = |index: Option<usize>, marks: &[&str]| {
        let token = index.and_then(|index| tokens.get(index));
        token.is_some_and(|token| token.kind == Kind::Mark && marks.contains(&token.text))
    };
    let compared_after = mark(at.checked_sub(1), &["="]) && mark(at.checked_sub(2), &["=", "!"]);
    let compared_before = mark(Some(at + 1), &["=", "!"]) && mark(Some(at + 2), &["="]);
    let listed = mark(at.checked_sub(1), &["[", ","]) || mark(Some(at + 1), &["]", ","]);
    (compared_after || compared_before || listed).then(|| {
        format!("write `\"{name}\"` if it is a text, `attr(\"{name}\")` if it is a custom attribute")
    })
}

#[cfg(test)]
mod tests {
    use super::super::token::tokens;
    use super::*;

    #[test]
    fn the_first_bracket_that_does_not_fit_is_shown() {
        for (source, expected) in [
            ("if a { b } else { c }", None),
            ("x[1](2)", None),
            ("\"(\" + '{' // )", None),
            ("if a {\n  b", Some((1, 6, "this `{` is never closed"))),
            ("max(a, (b)", Some((1, 4, "this `(` is never closed"))),
            ("if a { max(b }", Some((1, 11, "this `(` is never closed"))),
            ("a }", Some((1, 3, "`}` closes nothing"))),
            ("(\"abc", None),
            ("( /* abc", None),
        ] {
            let found = brackets(&tokens(source));
            let found = found.map(|p| (p.position.unwrap(), p.message));
            let expected = expected
                .map(|(line, column, message)| (crate::error::Position { line, column }, message.to_owned()));
            assert_eq!(found, expected, "{source}");
        }
    }

    #[test]
    fn texts_stand_in_double_quotes() {
        let said = |source: &str| -> Vec<String> {
            quotes(&tokens(source)).into_iter().map(|problem| problem.help.unwrap()).collect()
        };
        assert_eq!(said("title == 'CEO' || city == 深圳"), ["write `\"CEO\"`", "write `\"深圳\"`"]);
        assert_eq!(said("x == 'it"), ["write texts in double quotes"]);
        assert_eq!(said("x == ''"), ["write `\"\"`"]);
        for fine in ["'C'", "'\\n'", "'\\u0041'", "\"it's\"", "// '深圳'", "\"深圳\"", "let 分 = 1; 分 + 1"]
        {
            assert!(said(fine).is_empty(), "{fine}");
        }
    }
}
