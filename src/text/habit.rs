//! Names that other tools use for the things that rules name.

/// A word that is used elsewhere, and the one for it here. What comes near by its letters may mean something else: a call is
/// no `all`. The kinds of a check are inside `check`.
const HABITS: [(&str, &str); 53] = [
    ("action", "severity"),
    ("allow_list", "overrides"),
    ("allowlist", "overrides"),
    ("burst", "check"),
    ("call", "phone"),
    ("cell", "phone"),
    ("condition", "check"),
    ("consent", "check"),
    ("deny", "block"),
    ("disposable", "domain"),
    ("do_not_contact", "consent"),
    ("domain", "check"),
    ("domains", "domain"),
    ("duplicate", "resubmission"),
    ("elapsed", "check"),
    ("email_format", "check"),
    ("exceptions", "overrides"),
    ("fake", "check"),
    ("honeypot", "check"),
    ("ignore", "pass"),
    ("joint", "check"),
    ("k", "contributors"),
    ("keywords", "lexicon"),
    ("level", "severity"),
    ("lexicon", "check"),
    ("list", "check"),
    ("mail", "email"),
    ("mobile", "phone"),
    ("network", "prefix"),
    ("opt_out", "consent"),
    ("pattern", "check"),
    ("phone_format", "check"),
    ("prefix", "check"),
    ("rate_limit", "burst"),
    ("regex", "pattern"),
    ("regexp", "pattern"),
    ("reject", "block"),
    ("resubmission", "check"),
    ("sample", "sample_number"),
    ("script", "condition"),
    ("sms", "phone"),
    ("tel", "phone"),
    ("telephone", "phone"),
    ("type", "check"),
    ("unsubscribe", "consent"),
    ("warn", "flag"),
    ("warning", "flag"),
    ("wechat_format", "check"),
    ("wechat_id", "wechat"),
    ("weixin", "wechat"),
    ("whitelist", "overrides"),
    ("within", "window"),
    ("words", "lexicon"),
];

/// The candidate that is meant by a word from another program or habit.
pub(crate) fn meant<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = super::fold(word).replace('-', "_");
    let (_, ours) = HABITS.iter().find(|(theirs, _)| *theirs == word)?;
    candidates.into_iter().find(|candidate| candidate == ours)
}
