//! What strangers send to break a filter.

use chrono::TimeDelta;
use leadkit::blacklist::{
    BlacklistCheck, BurstCheck, BurstDimension, Lexicon, LexiconCheck, LexiconMatch, PatternCheck, Severity,
    WindowState,
};
use leadkit::calendar::Span;
use leadkit::model::{Lead, LeadField, Value};

use super::{check_at, engine, now};
use crate::support::texts;

fn compile(words: &[&str], mode: LexiconMatch) -> Lexicon {
    let check = LexiconCheck {
        words: texts(words),
        mode,
        separated: true,
        repeated: true,
        ..LexiconCheck::default()
    };
    Lexicon::compile(&check).unwrap()
}

#[test]
fn a_megabyte_in_every_field_is_read_as_far_as_the_limits_say() {
    let words = BlacklistCheck::Lexicon(LexiconCheck {
        words: texts(&["诈骗", "casino"]),
        separated: true,
        repeated: true,
        ..LexiconCheck::default()
    });
    let links = BlacklistCheck::Pattern(PatternCheck { patterns: texts(&["(a+)+b"]) });
    let blacklist = engine([("words", Severity::Block, words), ("links", Severity::Flag, links)]);
    for piece in ["a", "诈骗", "\u{301}", "c.a.s.i.n.o ", "\u{fdfa}"] {
        let text = piece.repeat((1 << 20) / piece.len());
        let mut lead = Lead { id: "L-1".into(), created_at: now(), ..Lead::default() };
        for field in LeadField::ALL {
            // Fields that hold no text refuse it.
            let _ = field.set(&mut lead, &Value::from(text.as_str()));
        }
        lead.attributes.insert("remark".into(), Value::from(text.as_str()));
        let verdict = check_at(&blacklist, &lead, &WindowState::default(), now());
        let found = verdict.hits().iter().filter(|hit| hit.rule().as_str() == "words").count();
        assert!(found <= 64, "{found}");
        assert_eq!(found > 0, piece == "诈骗" || piece.starts_with("c."), "{piece:?}");
        assert!(verdict.hits().iter().any(|hit| hit.reason().code() == "oversized"));
    }
}

#[test]
fn a_lexicon_of_words_within_words_is_no_bomb() {
    let words: Vec<String> = (1..=100).map(|length| "a".repeat(length)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    for text in ["a".repeat(4 * 1024), "a".repeat(1 << 20), "a-".repeat(1 << 19)] {
        for mode in LexiconMatch::ALL {
            let hits = compile(&words, *mode).find(&text);
            let found = *mode == LexiconMatch::Anywhere || text.contains('-');
            assert!(if found { hits.len() >= 64 } else { hits.is_empty() }, "{mode}: {}", hits.len());
        }
    }
    // A text of many pieces that fold to more is read as far as a message, and no word before the end is missed.
    let lexicon = compile(&["casino"], LexiconMatch::Words);
    let long = |pieces: usize| format!("{} casino", "\u{fdfa}x".repeat(pieces));
    assert_eq!(lexicon.find(&long(16_000)).len(), 1);
    assert_eq!(lexicon.find(&long(20_000)).len(), 0, "beyond the limit");
}

/// However many rules find however much, a verdict stays short, and what the lead weighs is told by it all the same.
#[test]
fn a_verdict_of_many_rules_is_short() {
    let rule = |id: &str, severity: &str, word: &str| serde_json::json!({"id": id, "severity": severity, "check": {"lexicon": {"words": [word]}}});
    let checked = |rules: usize, lead: &Lead| {
        let noise = (0..rules).map(|at| rule(&format!("x{at:04}"), "flag", "x"));
        let rules: Vec<serde_json::Value> = noise.chain([rule("last", "block", "casino")]).collect();
        let document = serde_json::json!({"no_usable_contact": "pass", "rules": rules});
        let blacklist = leadkit::blacklist::Blacklist::load(document).unwrap();
        check_at(&blacklist, lead, &WindowState::default(), now())
    };
    let mut lead = Lead { id: "L-1".into(), created_at: now(), ..Lead::default() };
    lead.message = Some(format!("{}casino", "x ".repeat(32_000)));
    for rules in [1, 10, 100, 1_000] {
        let verdict = checked(rules, &lead);
        assert!(verdict.hits().len() <= 260, "{rules}: {}", verdict.hits().len());
        assert!(verdict.hits().len() + verdict.more() <= 4_200, "{rules}: {}", verdict.more());
        assert!(verdict.hits().len() + verdict.more() >= rules.min(4_096), "{rules}: {}", verdict.more());
        assert_eq!(verdict.more() > 0, rules > 4, "{rules}");
        assert!(verdict.is_blocked(), "{rules}");
        assert!(verdict.hits().iter().any(|hit| hit.rule().as_str() == "last"), "{rules}");
        let last = verdict.to_string();
        let told = format!("There are {} more findings of these kinds.", verdict.more());
        assert_eq!(last.ends_with(&told), verdict.more() > 0, "{last:.200}");
    }
    // Of thousands of texts as much is found as of one; oversized fields are named as far as there is room.
    lead.message = None;
    for at in 0..2_000 {
        lead.attributes.insert(format!("a{at}"), Value::from("x ".repeat(64).as_str()));
        lead.attributes.insert(format!("b{at}"), Value::List(vec!["x".to_owned(); 257]));
    }
    let verdict = checked(1, &lead);
    let of_code = |code: &str| verdict.hits().iter().filter(|hit| hit.reason().code() == code).count();
    assert_eq!((of_code("lexicon"), of_code("oversized"), verdict.more()), (64, 64, 0));
    assert_eq!(verdict.severity(), Severity::Flag);
}

/// A short document compiles little; the pattern that is too much is named, once.
#[test]
fn patterns_are_bounded_together_by_what_is_compiled() {
    let rule = |id: &str, pattern: &str, many: usize| serde_json::json!({"id": id, "check": {"pattern": {"patterns": vec![pattern; many]}}});
    let load = |rules: &[serde_json::Value]| {
        leadkit::blacklist::Blacklist::load(serde_json::json!({ "rules": rules }))
    };
    assert!(load(&[rule("short", "[0-9]{6}x", 1_000)]).is_ok());
    let errors = load(&[rule("long", r"\w{2}", 300), rule("more", r"\w{2}", 300)]).unwrap_err();
    let told: Vec<_> =
        errors.diagnostics().iter().map(|one| (one.code.as_str(), one.path.as_str())).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "too_many_patterns");
    assert!(told[0].1.starts_with("rules[0].check.pattern.patterns["), "{told:?}");
}

/// An entry that is longer than what is read of a lead would match none.
#[test]
fn entries_are_no_longer_than_what_is_read_of_a_lead() {
    let list = |key: &str, entry: String| {
        let check = serde_json::json!({"list": {key: [entry]}});
        leadkit::blacklist::Blacklist::load(serde_json::json!({"rules": [{"id": "r", "check": check}]}))
    };
    assert!(list("companies", "星".repeat(1_300)).is_ok());
    for (key, unit) in [("companies", "a/"), ("companies", "한 "), ("phones", "+1 "), ("emails", "a@b.cn ")]
    {
        let errors = list(key, unit.repeat(2_500)).unwrap_err();
        let [error] = errors.diagnostics() else { panic!("{errors}") };
        assert_eq!(error.path, format!("rules[0].check.list.{key}[0]"));
        assert!(error.message.contains("4096 are read"), "{error}");
    }
}

/// Most hits of a list that count and are allowed are those of others: a listed number among them is found.
#[test]
fn no_flood_of_allowed_values_hides_a_listed_one() {
    let document = |rule: serde_json::Value, allow: serde_json::Value| {
        let list = serde_json::json!({"no_usable_contact": "pass", "rules": [
            {"id": "r", "severity": "block", "check": rule}],
            "overrides": [{"allow": allow, "scope": "value", "author": "w", "reason": "r"}]});
        leadkit::blacklist::Blacklist::load(list).unwrap()
    };
    let (allowed, listed) = ("13927461853", "15088672341");
    let check = serde_json::json!({"list": {"phones": [allowed, listed]}});
    let phones = |many: usize| {
        let one = vec![allowed; many].join(" / ");
        let phones: Vec<&str> = vec![&one; 2];
        super::lead(serde_json::json!({"phones": phones, "name": "Ann"}))
    };
    let blacklist = document(check, serde_json::json!({"phone": allowed}));
    for many in [1, 31, 32, 60] {
        let mut lead = phones(many);
        assert_eq!(check_at(&blacklist, &lead, &WindowState::default(), now()).severity(), Severity::Pass);
        lead.phones.push(listed.into());
        let verdict = check_at(&blacklist, &lead, &WindowState::default(), now());
        assert_eq!(verdict.severity(), Severity::Block, "{many}");
        let suppressed = verdict.hits().iter().filter(|hit| hit.suppressed_by().is_some()).count();
        assert_eq!(suppressed, (2 * many).min(64), "{many}");
    }
    // Of one text the first faults are shown, those that count before those that do not.
    let (unassigned, other) = ("14012345678", "15412345678");
    let blacklist =
        document(serde_json::json!({"phone_format": {}}), serde_json::json!({"phone": unassigned}));
    let field = format!("{} / {other}", vec![unassigned; 20].join(" / "));
    let verdict = check_at(
        &blacklist,
        &super::lead(serde_json::json!({"phones": [field]})),
        &WindowState::default(),
        now(),
    );
    assert_eq!(verdict.severity(), Severity::Block, "{verdict}");
}

#[test]
fn strange_characters_neither_break_nor_hide_a_word() {
    let lexicon = compile(&["诈骗", "scam", "الله"], LexiconMatch::Words);
    let spans = |text: &str| -> Vec<String> {
        lexicon.find(text).iter().map(|hit| text[hit.span()].to_owned()).collect()
    };
    for (text, found) in [
        ("\u{301}诈骗", vec!["诈骗"]),
        ("\u{0}诈\u{0}骗", vec!["诈\u{0}骗"]),
        ("诈骗\u{202e}", vec!["诈骗\u{202e}"]),
        ("\u{2066}\u{202e}诈骗\u{202c}\u{2069}。", vec!["\u{2066}\u{202e}诈骗\u{202c}\u{2069}"]),
        ("诈\u{e0101}骗\u{fe0f}", vec!["诈\u{e0101}骗\u{fe0f}"]),
        ("詐骗，诈騙", vec!["詐骗", "诈騙"]),
        ("ＳＣＡＭ ⓢⓒⓐⓜ 𝓼𝓬𝓪𝓶", vec!["ＳＣＡＭ", "ⓢⓒⓐⓜ", "𝓼𝓬𝓪𝓶"]),
        // One character that stands for a sentence, with the word in it: no part of a character is a place.
        ("\u{fdfa}", vec![]),
        // What looks alike in another script is another word.
        ("sсаm", vec![]),
        ("s\u{200b}c\u{ad}a\u{2060}m\u{301}!", vec!["s\u{200b}c\u{ad}a\u{2060}m\u{301}"]),
    ] {
        assert_eq!(spans(text), found, "{text:?}");
    }
}

#[test]
fn many_origins_are_kept_within_the_limit_and_the_newest_stay() {
    let burst =
        BurstCheck { by: BurstDimension::Page, count: 2, window: Span::hours(1), ..BurstCheck::default() };
    let blacklist = engine([("flood", Severity::Flag, BlacklistCheck::Burst(burst))]);
    let lead = |n: i64, at: i64| Lead {
        id: format!("L-{n}").into(),
        created_at: now() - TimeDelta::days(1) + TimeDelta::seconds(at),
        source: leadkit::model::Source { page: Some(format!("/{n}")), ..Default::default() },
        ..Lead::default()
    };
    let run = |order: &mut dyn Iterator<Item = i64>| {
        let mut windows = WindowState::with_limit(500);
        for n in order {
            let verdict = check_at(&blacklist, &lead(n, n), &windows, now());
            windows.apply(verdict.delta());
        }
        windows
    };
    // The clock going back changes nothing.
    let (forth, back) = (run(&mut (0..3_000)), run(&mut (0..3_000).rev()));
    assert_eq!((forth.len(), &forth), (500, &back));
    let mut again = lead(2_999, 2_999);
    again.id = "again".into();
    assert_eq!(check_at(&blacklist, &again, &forth, now()).severity(), Severity::Flag);
    let mut first = lead(0, 1);
    first.id = "again".into();
    assert_eq!(check_at(&blacklist, &first, &forth, now()).severity(), Severity::Pass);
}

#[test]
fn a_lead_that_is_forgotten_was_never_there() {
    let burst =
        BurstCheck { by: BurstDimension::Page, count: 2, window: Span::hours(1), ..BurstCheck::default() };
    let blacklist = engine([("flood", Severity::Flag, BlacklistCheck::Burst(burst))]);
    let lead = |id: &str| Lead {
        id: id.into(),
        created_at: now(),
        source: leadkit::model::Source { page: Some("/form".into()), ..Default::default() },
        ..Lead::default()
    };
    let mut windows = WindowState::default();
    for id in ["L-1", "L-2"] {
        windows.apply(check_at(&blacklist, &lead(id), &windows, now()).delta());
    }
    let mut without = WindowState::default();
    without.apply(check_at(&blacklist, &lead("L-2"), &without, now()).delta());
    assert_eq!(windows.forget_lead(&"L-1".into()), 1);
    assert_eq!((windows.forget_lead(&"L-1".into()), windows), (0, without));
}
