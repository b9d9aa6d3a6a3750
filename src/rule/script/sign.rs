//! The operators of a script and how strongly each binds.

/// An operator between two values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operator {
    pub(super) text: &'static str,
    pub(super) strength: u8,
    pub(super) words: usize,
}

/// The meaning of signs at a place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sign {
    Between(Operator),
    /// It changes a variable.
    Assigning(&'static str),
}

/// The meaning of three signs, of which the last two may be missing.
pub(super) fn sign(first: &str, second: &str, third: &str) -> Option<Sign> {
    let between =
        |text: &'static str, strength| Some(Sign::Between(Operator { text, strength, words: text.len() }));
    let assigning = |text| Some(Sign::Assigning(text));
    match (first, second, third) {
        ("=", ">", _) => None,
        ("=", "=", _) => between("==", 90),
        ("=", ..) => assigning("="),
        ("!", "=", _) => between("!=", 90),
        ("<", "=", _) => between("<=", 130),
        ("<", ..) => between("<", 130),
        (">", "=", _) => between(">=", 130),
        (">", ..) => between(">", 130),
        ("&", "&", _) => between("&&", 60),
        ("&", "=", _) => assigning("&="),
        ("&", ..) => between("&", 60),
        ("|", "|", _) => between("||", 30),
        ("|", "=", _) => assigning("|="),
        ("|", ..) => between("|", 30),
        ("^", "=", _) => assigning("^="),
        ("^", ..) => between("^", 30),
        ("?", "?", _) => between("??", 135),
        (".", ".", "=") => between("..=", 140),
        (".", ".", _) => between("..", 140),
        ("+", "=", _) => assigning("+="),
        ("+", ..) => between("+", 150),
        ("-", "=", _) => assigning("-="),
        ("-", ..) => between("-", 150),
        ("*", "=", _) => assigning("*="),
        ("*", ..) => between("*", 180),
        ("/", "=", _) => assigning("/="),
        ("/", ..) => between("/", 180),
        ("%", "=", _) => assigning("%="),
        ("%", ..) => between("%", 180),
        _ => None,
    }
}
