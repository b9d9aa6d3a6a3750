//! What a person has refused stays refused when they come in again.

use leadkit::dedup::DedupRules;
use leadkit::model::{Effect, Lead, Value};

use super::{NOW, resolve, with_phone};
use crate::support::book;

/// What becomes of a custom attribute of a record on file when an entry of the same person says something else: the
/// value that is written, or the one that is shown to somebody.
fn becomes(rules: &DedupRules, name: &str, known: Value, found: Value) -> Option<(bool, Value)> {
    let with = |mut lead: Lead, value: Value| {
        lead.attributes.insert(name.to_owned(), value);
        lead
    };
    let record = with(with_phone("L1", "2026-04-01T02:00:00Z", "13812349876", Some("li")), known);
    let entry = with(with_phone("L2", NOW, "13812349876", None), found);
    let field = format!("attributes.{name}");
    resolve(rules, &entry, &book(&[], &[record])).effects().iter().find_map(|effect| match effect {
        Effect::UpdateField { field: one, value, .. } if *one == field => Some((true, value.clone())),
        Effect::RecordConflict { field: one, found, .. } if *one == field => Some((false, found.clone())),
        _ => None,
    })
}

#[test]
fn a_withdrawal_gets_through_and_a_new_yes_is_shown() {
    let text = |text: &str| Value::from(text);
    for rules in [DedupRules::b2b(), DedupRules::b2c()] {
        for (name, refused, allowed) in [
            ("consent", text("withdrawn"), text("yes")),
            ("do_not_contact", Value::Bool(true), Value::Bool(false)),
            ("HasOptedOutOfEmail", text("since May"), text("no")),
            ("营销同意", text("已撤回"), text("是")),
            // As Dynamics, HubSpot, Marketo and Chinese CRMs export it.
            ("donotphone", text("Do Not Allow"), text("Allow")),
            ("donotbulkemail", text("Do Not Allow"), text("Allow")),
            ("donotsendmm", text("Do Not Send"), text("Send")),
            ("subscription_status", text("unsubscribed"), text("subscribed")),
            ("hs_marketable_status", text("Non-marketing contact"), text("Marketing contact")),
            ("email_permission", text("denied"), text("granted")),
            ("gdpr_status", text("objected"), text("granted")),
            ("marketing_ok", text("no"), text("yes")),
            ("marketing_suspended", Value::Bool(true), Value::Bool(false)),
            ("blacklisted", text("yes"), text("no")),
            ("phone_allowed", text("no"), text("yes")),
            ("newsletter", text("no"), text("yes")),
            ("dnd", Value::Integer(1), Value::Integer(0)),
            ("Werbesperre", text("ja"), text("nein")),
            ("Werbeeinwilligung", text("nein"), text("ja")),
            ("营销授权", text("未授权"), text("已授权")),
            ("隐私授权", text("拒绝"), text("同意")),
            ("是否可联系", text("否"), text("是")),
            ("允许短信", text("否"), text("是")),
            ("投诉", text("是"), text("否")),
            // Whatever it is called.
            ("mailing", text("Unsubscribed"), text("weekly")),
            ("accepts_marketing", Value::Bool(false), Value::Bool(true)),
            ("acceptsMarketing", text("no"), text("yes")),
            ("sms_marketing", Value::Integer(0), Value::Integer(1)),
            ("is_subscriber", text("false"), text("true")),
            ("no_email", Value::Bool(true), Value::Bool(false)),
            ("nocall", text("1"), text("0")),
            ("email_opt", text("out"), text("in")),
            ("sms_status", text("STOP"), text("START")),
            ("接受短信", text("否"), text("是")),
            ("不要打电话", text("是"), text("否")),
            ("推送", text("关"), text("开")),
            ("DSGVO", text("nein"), text("ja")),
            ("RGPD", text("non"), text("oui")),
            ("LGPD", text("não"), text("sim")),
            ("Einverständnis", text("nein"), text("ja")),
            ("opposition", text("oui"), text("non")),
            ("备注", text("客户说请勿联系"), text("可以联系")),
            ("gdpr", text("erased"), text("active")),
        ] {
            let of = |known: &Value, found: &Value| becomes(&rules, name, known.clone(), found.clone());
            assert_eq!(of(&refused, &allowed), Some((false, allowed.clone())), "{name}");
            assert_eq!(of(&allowed, &refused), Some((true, refused.clone())), "{name}");
            assert_eq!(
                of(&Value::Null, &allowed),
                Some((true, allowed.clone())),
                "{name}: nobody was asked before"
            );
        }
        let plain = becomes(&rules, "budget", text("10"), text("20"));
        assert_eq!(plain, Some((true, text("20"))), "what protects nobody is written as before");
    }
}

/// Of a column that nobody knows by its name either answer may protect somebody: neither takes the other's place unseen.
#[test]
fn a_plain_answer_is_never_turned_round_by_an_entry() {
    for (known, found) in [("yes", "no"), ("No", "YES"), ("是", "否"), ("off", "on"), ("oui", "non")] {
        let (known, found) = (Value::from(known), Value::from(found));
        let of = |name| becomes(&DedupRules::b2c(), name, known.clone(), found.clone());
        assert_eq!(of("未成年"), Some((false, found.clone())), "{known} {found}");
        assert_eq!(of("deceased"), Some((false, found.clone())), "{known} {found}");
    }
    let (no, yes) = (Value::Bool(false), Value::Bool(true));
    assert_eq!(becomes(&DedupRules::b2c(), "minor", yes, no.clone()), Some((false, no)));
    // What is no plain answer is news, and a count goes on.
    for (known, found) in [
        (Value::from("blue"), Value::from("red")),
        (Value::Integer(0), Value::Integer(1)),
        (Value::from("yes"), Value::from("in May")),
    ] {
        let becomes = becomes(&DedupRules::b2c(), "wish", known, found.clone());
        assert_eq!(becomes, Some((true, found)));
    }
}
