//! What other tools call the things that rules name.

/// A word that is used elsewhere, and the one for it here. What comes near by its letters may mean something else: a call is
/// no `all`.
const HABITS: [(&str, &str); 30] = [
    ("allow_list", "overrides"),
    ("allowlist", "overrides"),
    ("call", "phone"),
    ("cell", "phone"),
    ("deny", "block"),
    ("disposable", "domain"),
    ("do_not_contact", "consent"),
    ("domains", "domain"),
    ("duplicate", "resubmission"),
    ("exceptions", "overrides"),
    ("ignore", "pass"),
    ("keywords", "lexicon"),
    ("mail", "email"),
    ("mobile", "phone"),
    ("network", "prefix"),
    ("opt_out", "consent"),
    ("rate_limit", "burst"),
    ("regex", "pattern"),
    ("regexp", "pattern"),
    ("reject", "block"),
    ("sms", "phone"),
    ("tel", "phone"),
    ("telephone", "phone"),
    ("unsubscribe", "consent"),
    ("warn", "flag"),
    ("warning", "flag"),
    ("wechat_id", "wechat"),
    ("weixin", "wechat"),
    ("whitelist", "overrides"),
    ("words", "lexicon"),
];

/// The candidate that somebody means who is used to another word for it.
pub(crate) fn meant<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = super::fold(word).replace('-', "_");
    let (_, ours) = HABITS.iter().find(|(theirs, _)| *theirs == word)?;
    candidates.into_iter().find(|candidate| candidate == ours)
}
