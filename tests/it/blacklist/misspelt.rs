//! Blacklist rules as people get them wrong, and what they are told.

use std::fmt::Write as _;

use leadkit::blacklist::{Blacklist, BlacklistRules};
use serde_json::{Value as Json, json};

use crate::support::snapshot;

/// A rule around a check.
fn rule(check: Json) -> Json {
    json!({"rules": [{"id": "r", "check": check}]})
}

#[test]
fn what_is_misspelt_is_told_with_what_would_be_right() {
    let allowed = |one: Json| json!({"rules": [{"id": "r", "category": "c", "check": {"fake": {}}}], "overrides": [one]});
    let cases = [
        ("a check by its plural", rule(json!({"lists": {"phones": ["13927461853"]}}))),
        (
            "a check beside the rule's keys",
            json!({"rules": [{"id": "r", "list": {"phones": ["13927461853"]}}]}),
        ),
        ("an action", json!({"rules": [{"id": "r", "action": "block", "check": {"fake": {}}}]})),
        ("a type beside its words", json!({"rules": [{"id": "r", "type": "lexicon", "words": ["诈骗"]}]})),
        ("a window by another word", rule(json!({"resubmission": {"within": "1d"}}))),
        ("a script as a check", rule(json!({"script": "true"}))),
        ("a check with a dash", rule(json!({"phone-format": {}}))),
        ("a check in another case", rule(json!({"PhoneFormat": {}}))),
        ("a check as a text", rule(json!("phone_format"))),
        ("two checks", rule(json!({"phone_format": {}, "email_format": {}}))),
        ("one number", rule(json!({"list": {"phone": "13927461853"}}))),
        ("a list that is a text", rule(json!({"list": {"phones": "13927461853"}}))),
        ("a number that is a number", rule(json!({"list": {"phones": [13927461853_u64, 139]}}))),
        ("wechat for wechats", rule(json!({"list": {"wechat": ["lei_wang88"]}}))),
        ("a list of texts", rule(json!({"list": ["13927461853"]}))),
        (
            "a severity that is a verb",
            json!({"rules": [{"id": "r", "severity": "blocked", "check": {"fake": {}}}]}),
        ),
        (
            "a severity that is another's",
            json!({"rules": [{"id": "r", "severity": "warn", "check": {"fake": {}}}]}),
        ),
        (
            "a domain with its sign",
            rule(json!({"domain": {"domains": ["@rival.com", "*.rival.com", "https://rival.com/"]}})),
        ),
        ("a match that is none", rule(json!({"domain": {"domains": ["rival.com"], "match": "subdomains"}}))),
        (
            "a prefix without its code",
            rule(
                json!({"prefix": {"phones": ["170", "+86 170", "86170"], "networks": ["203.0.113.*", "203.0.113.0"]}}),
            ),
        ),
        (
            "a fake rule",
            rule(json!({"fake": {"rules": ["repeated", "sample"], "fields": ["phones", "names"]}})),
        ),
        ("a lexicon of one word", rule(json!({"lexicon": {"words": "诈骗"}}))),
        ("a lexicon without words", rule(json!({"lexicon": {"word": ["诈骗"]}}))),
        ("a match of a lexicon", rule(json!({"lexicon": {"words": ["诈骗"], "match": "word"}}))),
        ("a pattern by its singular", rule(json!({"pattern": {"pattern": "https?://"}}))),
        (
            "a pattern of another language",
            rule(json!({"pattern": {"patterns": ["/spam/i", "(?=a)b", "a**"]}})),
        ),
        ("a pattern between slashes", rule(json!({"pattern": {"patterns": ["/spam/i", "/p/[0-9]+", "[a"]}}))),
        ("a pattern between slashes alone", rule(json!({"pattern": {"patterns": ["/spam/i", "/p/[0-9]+"]}}))),
        ("words of other tools", rule(json!({"regex": {"patterns": ["a"]}}))),
        ("a window in words", rule(json!({"resubmission": {"window": "one day"}}))),
        ("a key of a submission", rule(json!({"resubmission": {"by": ["mobile", "mail"]}}))),
        ("a dimension of a burst", rule(json!({"burst": {"by": "ip_24", "count": 5, "window": "10m"}}))),
        ("a count by its plural", rule(json!({"burst": {"by": "ip", "counts": 5}}))),
        ("a burst of one", rule(json!({"burst": {"by": "ip", "count": 1, "window": "10m"}}))),
        (
            "a channel",
            rule(
                json!({"consent": {"records": [{"phone": "13927461853", "channels": ["sms", "mail", "call"], "basis": "b", "since": "2026-03-01"}]}}),
            ),
        ),
        (
            "a record without its list",
            rule(json!({"consent": {"phone": "13927461853", "channels": ["all"]}})),
        ),
        ("do_not_contact", rule(json!({"do_not_contact": {"records": []}}))),
        ("an attribute of a honeypot", rule(json!({"honeypot": {"fields": ["website"]}}))),
        ("seconds", rule(json!({"elapsed": {"below_s": 2}}))),
        ("a misspelt field", rule(json!({"condition": {"field": "compnay", "eq": "x"}}))),
        ("whitelist", json!({"rules": [], "whitelist": [{"phone": "13927461853"}]})),
        (
            "an override of a value alone",
            allowed(json!({"phone": "13927461853", "author": "w", "reason": "r"})),
        ),
        (
            "an override by its plural",
            allowed(json!({"allow": {"phones": ["13927461853"]}, "author": "w", "reason": "r"})),
        ),
        (
            "an override of a rule that is none",
            allowed(
                json!({"allow": {"phone": "13927461853"}, "rules": ["R1"], "author": "w", "reason": "r"}),
            ),
        ),
        (
            "an override of one rule",
            allowed(json!({"allow": {"phone": "13927461853"}, "rule": "r", "author": "w", "reason": "r"})),
        ),
        (
            "an override of a category that is none",
            allowed(
                json!({"allow": {"phone": "13927461853"}, "categories": ["C"], "author": "w", "reason": "r"}),
            ),
        ),
        (
            "a scope",
            allowed(
                json!({"allow": {"phone": "13927461853"}, "scope": "phone", "author": "w", "reason": "r"}),
            ),
        ),
        (
            "an end in words",
            allowed(
                json!({"allow": {"phone": "13927461853"}, "expires": "2026-04", "author": "w", "reason": "r"}),
            ),
        ),
        ("rules by id", json!({"rules": {"r": {"check": {"fake": {}}}}})),
        (
            "a rule twice",
            json!({"rules": [{"id": "r", "check": {"fake": {}}}, {"id": "r", "check": {"fake": {}}}]}),
        ),
        ("no id", json!({"rules": [{"check": {"fake": {}}}]})),
        ("stop at the first", json!({"stop_on_first_block": true})),
    ];
    let mut told = String::new();
    for (title, document) in cases {
        let said = match Blacklist::load(document.clone()) {
            Ok(_) => BlacklistRules::load(document).unwrap().lint().iter().map(ToString::to_string).collect(),
            Err(errors) => errors.to_string(),
        };
        let _ = writeln!(told, "# {title}\n{said}\n");
    }
    snapshot("blacklist_misspelt", told);
}
