//! The words of a script, as far as the checks before the parser need them.

use crate::error::Position;

/// The mark of a comment that is never closed.
pub(super) const OPEN_COMMENT: &str = "/*";

/// The kind of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or a keyword.
    Word,
    /// A number.
    Number,
    /// A text in quotes, or a single character.
    Text,
    /// Punctuation, one character each, or a comment that is never closed.
    Mark,
}

/// A word of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'s> {
    pub(super) kind: Kind,
    /// The word as it is written.
    pub(super) text: &'s str,
    /// Where it begins, in bytes.
    pub(super) start: usize,
    pub(super) position: Position,
}

impl<'s> Token<'s> {
    /// Where it ends, in bytes.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(super) fn is_mark(&self, mark: &str) -> bool {
        self.kind == Kind::Mark && self.text == mark
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text == word
    }

    /// Whether a text ends with the quote it begins with.
    pub(super) fn is_closed(&self) -> bool {
        let mut characters = self.text.chars();
        let Some(quote) = characters.next() else { return false };
        let mut closed = false;
        while let Some(next) = characters.next() {
            closed = next == quote;
            if next == '\\' {
                characters.next();
            }
        }
        closed
    }

    /// The content of a text in quotes; `None` for anything else, and for texts with escapes.
    pub(super) fn plain_text(&self) -> Option<&'s str> {
        let inner = self.text.strip_prefix('"')?.strip_suffix('"')?;
        (self.kind == Kind::Text && !inner.contains(['\\', '\n'])).then_some(inner)
    }
}

/// Splits a script into words; comments are left out. An unclosed text ends with the script: the parser reports
/// it, except for a comment, which is one mark [`OPEN_COMMENT`] then.
pub(super) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = Rest { source, at: 0, position: Position { line: 1, column: 1 } };
    while let Some(next) = rest.peek() {
        let (start, position) = (rest.at, rest.position);
        let kind = match next {
            c if c.is_whitespace() => {
                rest.take();
                continue;
            }
            '/' if rest.starts_with("//") => {
                rest.take_while(|c| c != '\n');
                continue;
            }
            '/' if rest.starts_with("/*") => {
                if rest.block_comment() {
                    continue;
                }
                found.push(Token { kind: Kind::Mark, text: OPEN_COMMENT, start, position });
                continue;
            }
            '"' | '\'' => {
                rest.quoted(next);
                Kind::Text
            }
            c if c.is_ascii_digit() => {
                rest.number();
                Kind::Number
            }
            c if c.is_alphabetic() || c == '_' => {
                rest.take_while(|c| c.is_alphanumeric() || c == '_');
                Kind::Word
            }
            _ => {
                rest.take();
                Kind::Mark
            }
        };
        found.push(Token { kind, text: source.get(start..rest.at).unwrap_or_default(), start, position });
    }
    found
}

struct Rest<'s> {
    source: &'s str,
    at: usize,
    position: Position,
}

impl Rest<'_> {
    fn left(&self) -> &str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.left().chars().next()
    }

    fn starts_with(&self, text: &str) -> bool {
        self.left().starts_with(text)
    }

    fn take(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        if next == '\n' {
            self.position = Position { line: self.position.line + 1, column: 1 };
        } else {
            self.position.column += 1;
        }
        Some(next)
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&wanted) {
            self.take();
        }
    }

    /// Block comments nest. Returns whether it is closed.
    fn block_comment(&mut self) -> bool {
        let mut depth = 0usize;
        while self.peek().is_some() {
            if self.starts_with("/*") {
                depth += 1;
                self.take();
            } else if self.starts_with("*/") {
                depth -= 1;
                self.take();
            }
            self.take();
            if depth == 0 {
                return true;
            }
        }
        false
    }

    fn quoted(&mut self, quote: char) {
        self.take();
        while let Some(next) = self.take() {
            if next == '\\' {
                self.take();
            } else if next == quote {
                return;
            }
        }
    }

    fn number(&mut self) {
        self.take_while(|c| c.is_alphanumeric() || c == '_');
        // `1..5` is a range and `1.max(2)` a call; `1.5` is one number.
        let mut after = self.left().chars();
        if after.next() == Some('.') && after.next().is_some_and(|c| c.is_ascii_digit()) {
            self.take();
            self.take_while(|c| c.is_alphanumeric() || c == '_');
        }
        if self.source.get(..self.at).is_some_and(|read| read.ends_with(['e', 'E']))
            && self.peek().is_some_and(|c| c == '+' || c == '-')
        {
            self.take();
            self.take_while(|c| c.is_alphanumeric() || c == '_');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_with_their_places() {
        let source = "a.b /* x /* y */ */ >= 1.5e-3 // z\n  has(名, \"q\\\"w\") 1..5";
        let found: Vec<(&str, u32, u32)> =
            tokens(source).iter().map(|t| (t.text, t.position.line, t.position.column)).collect();
        assert_eq!(
            found,
            [
                ("a", 1, 1),
                (".", 1, 2),
                ("b", 1, 3),
                (">", 1, 21),
                ("=", 1, 22),
                ("1.5e-3", 1, 24),
                ("has", 2, 3),
                ("(", 2, 6),
                ("名", 2, 7),
                (",", 2, 8),
                ("\"q\\\"w\"", 2, 10),
                (")", 2, 16),
                ("1", 2, 18),
                (".", 2, 19),
                (".", 2, 20),
                ("5", 2, 21),
            ]
        );
        assert_eq!(tokens("\"ab\"")[0].plain_text(), Some("ab"));
        assert_eq!(tokens("\"a\\n\"")[0].plain_text(), None);
        for open in ["\"abc", "/* abc", "'", "1e", "\\"] {
            let _ = tokens(open);
        }
    }
}
