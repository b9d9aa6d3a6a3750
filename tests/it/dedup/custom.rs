//! Rules whose action a script chooses.

use leadkit::dedup::DedupRules;
use serde_json::{Value, json};

use crate::support::assert_round_trip;

fn document(script: &str, codes: &[&str]) -> Value {
    json!({"rules": [
        {"id": "partners", "lead": "company", "target": "account.company", "labels": ["by_region"],
         "action": {"custom": {"script": script, "codes": codes}}},
        {"id": "contact-phone", "lead": "phone", "target": "contact.phone", "action": "convert"},
    ]})
}

#[cfg(not(feature = "script"))]
#[test]
fn without_scripts_the_rules_say_so() {
    let errors = DedupRules::load(document("\"convert\"", &[])).unwrap_err();
    assert_eq!(errors.diagnostics().len(), 1, "{errors}");
    let found = &errors.diagnostics()[0];
    assert_eq!(
        (found.code.as_ref(), found.path.as_str()),
        ("scripts_unavailable", "rules[0].action.custom.script")
    );
}

#[test]
fn rules_with_scripts_survive_their_round_trip() {
    let rules: DedupRules = serde_json::from_value(document("\"convert\"", &["ask_partner"])).unwrap();
    assert_round_trip(&rules);
    assert_eq!(rules.rules[0].action.to_string(), "custom");
    assert_eq!(rules.rules[1].action.to_string(), "convert");
}

#[cfg(feature = "script")]
mod with_scripts {
    use super::*;
    use chrono::{DateTime, Utc};
    use leadkit::calendar::Calendars;
    use leadkit::dedup::{MatchAction, Resolution, Rows};
    use leadkit::model::{Account, Contact, Effect, Lead, LeadStatus, RecordRef, Rep};
    use leadkit::{Input, Intake, Roster, Route, Rules, State};

    use super::super::{NOW, resolve_rows};
    use crate::support::{self, at, book, snapshot};

    fn account(id: &str, owner: Option<&str>, closed_deal_at: Option<DateTime<Utc>>) -> Account {
        Account {
            closed_deal_at,
            contacts: vec![Contact { phones: vec!["13812349876".into()], ..Contact::default() }],
            ..support::account(id, "Acme Ltd", owner)
        }
    }

    fn lead() -> Lead {
        Lead {
            id: "X".into(),
            company: Some("ACME LIMITED".into()),
            employee_count: Some(600),
            phones: vec!["13812349876".into()],
            created_at: at(NOW),
            ..Lead::default()
        }
    }

    fn resolve(document: Value, accounts: Vec<Account>) -> Resolution {
        let rules = DedupRules::load(document).unwrap();
        super::super::resolve(&rules, &lead(), &book(&accounts, &[]))
    }

    #[test]
    fn a_code_marks_the_lead_and_gives_it_to_nobody() {
        let script = r#"if match_owner == "partner_desk" { "ask_partner" } else { "convert" }"#;
        let found =
            resolve(document(script, &["ask_partner"]), vec![account("A1", Some("partner_desk"), None)]);
        let wanted =
            MatchAction::Custom { record: RecordRef::Account("A1".into()), code: "ask_partner".into() };
        assert_eq!(
            (found.action(), found.action().code(), found.action().owner()),
            (&wanted, "custom", None)
        );
        assert_eq!(found.effects(), [Effect::AddTag { lead: "X".into(), tag: "ask_partner".to_owned() }]);
        assert_eq!(found.facts().kind, Some(leadkit::rule::MatchKind::Custom));
        assert_eq!(found.rule().map(|rule| rule.as_str()), Some("partners"));
        snapshot("dedup_custom_code", &found);
        assert_round_trip(&found);

        let other = resolve(document(script, &["ask_partner"]), vec![account("A1", Some("li"), None)]);
        assert_eq!(other.action().owner().map(|owner| owner.as_str()), Some("li"));
    }

    #[test]
    fn the_script_reads_the_lead_and_the_match() {
        let script = r#"
            if match_count == 2 && has(match_labels, "existing_customer") && has(match_labels, "one_to_many")
                && match_record == "A1" && employee_count > 500 && known(match_action) == false
            { "tag_only" } else { "nowhere" }"#;
        let bought = Some(at("2026-01-01T00:00:00Z"));
        let accounts = vec![account("A1", None, None), account("A2", Some("li"), bought)];
        let found = resolve(document(script, &[]), accounts);
        assert_eq!(
            found.action(),
            &MatchAction::TagOnly { record: RecordRef::Account("A1".into()), hold: false }
        );
        assert!(found.faults().is_empty());
    }

    #[test]
    fn a_fault_never_shows_what_the_lead_holds() {
        for script in ["phone[0]", "or(name, \"\")", "or(phone[0], \"x\") + \"!\""] {
            let found = resolve(document(script, &[]), vec![account("A1", Some("li"), None)]);
            assert_eq!(found.faults().len(), 1, "{script}");
            let said = format!("{found} {found:?} {}", serde_json::to_string(&found).unwrap());
            assert!(!said.contains("13812349876"), "{script}: {said}");
        }
    }

    #[test]
    fn what_a_script_may_not_choose_is_a_fault_and_the_next_rule_is_asked() {
        for script in [
            "\n  \"ask_partnr\"",
            "\"collect\"",
            "match_count",
            "match_action",
            "if employee_count > 5 { \"convrt\" } else { \"convert\" }",
            "\"x\".sub_string(9, 1)[0]",
        ] {
            let document = document(script, &["ask_partner"]);
            // Not everything that fails when it runs can be read.
            let Ok(_) = DedupRules::load(document.clone()) else { continue };
            let found = resolve(document, vec![account("A1", Some("li"), None)]);
            assert_eq!(found.faults().len(), 1, "{script}");
            assert_eq!(found.rule().map(|rule| rule.as_str()), Some("contact-phone"), "{script}");
            assert_eq!(found.action().owner().map(|owner| owner.as_str()), Some("li"));
            // The match itself is told all the same.
            assert_eq!(found.matches()[0].rule.as_str(), "partners");
        }
        let faults = ["\n  \"ask_partnr\"", "\"collect\"", "match_count"].map(|script| {
            resolve(document(script, &["ask_partner"]), vec![account("A1", Some("li"), None)]).to_string()
        });
        snapshot("dedup_custom_faults", faults.join("\n\n"));
    }

    #[test]
    fn leads_are_collected_under_living_ones_whoever_says_so() {
        let document = json!({"rules": [{"id": "phone", "lead": "phone", "target": "lead.phone",
            "action": {"custom": {"script": "\"collect\""}}}]});
        let rules = DedupRules::load(document).unwrap();
        let known = |id: &str, day: u8, status| Lead {
            id: id.into(),
            created_at: at(&format!("2026-01-0{day}T00:00:00Z")),
            status,
            ..lead()
        };
        let ask = |leads: Vec<Lead>| {
            resolve_rows(&rules, &lead(), &Rows { leads, ..Rows::default() }).action().clone()
        };
        let (invalid, living) = (known("L1", 1, LeadStatus::Invalid), known("L2", 2, LeadStatus::Pending));
        let collected = MatchAction::Collected { source: "L2".into(), owner: None };
        assert_eq!(ask(vec![invalid.clone(), living]), collected);
        // A lead that had ended begins anew.
        assert_eq!(ask(vec![invalid]), MatchAction::Collected { source: "L1".into(), owner: None });
    }

    #[test]
    fn mistakes_are_told_at_once_with_place_and_cure() {
        let rule = |script: &str, codes: &[&str]| {
            json!({"id": script, "lead": "phone", "target": "lead.phone",
                "action": {"custom": {"script": script, "codes": codes}}})
        };
        let document = json!({"rules": [
            rule("match_ownr == \"li\"", &[]),
            rule("if x", &["", "convert", "custom", "fine"]),
            rule("", &[]),
            rule("score_fit > 5", &[]),
            json!({"id": "a", "lead": "phone", "target": "lead.phone", "action": {"custom": {"codes": []}}}),
            json!({"id": "b", "lead": "phone", "target": "lead.phone", "action": {"custom": {"script": "\"collect\"", "code": "x"}}}),
            json!({"id": "c", "lead": "phone", "target": "lead.phone", "action": "colect"}),
        ]});
        snapshot("dedup_custom_mistakes", DedupRules::load(document).unwrap_err());
    }

    #[test]
    fn the_main_job_goes_on_with_a_marked_lead() {
        let rules = Rules::load(json!({
            "dedup": document("\"ask_partner\"", &["ask_partner"]),
            "score": {"fit": {"rules": [{"id": "everybody", "points": 80}]}},
            "assign": {"pools": {"leads": {"rules": [
                {"id": "marked", "when": {"field": "match.action", "eq": "custom"}, "then": {"reps": ["wang"]}},
            ]}}},
        }))
        .unwrap();
        let intake = Intake::compile(&rules).unwrap();
        let reps = ["li", "wang"].map(|id| Rep { id: id.into(), ..Rep::default() });
        let roster = Roster::compile(&reps, &Calendars::default()).unwrap();
        let mut book = intake.book();
        book.insert_account(account("A1", Some("li"), None));
        let rows = book.rows(&intake.probe(&lead()));
        let outcome = intake.process(
            &Input { lead: lead(), rows, ..Input::default() },
            &roster,
            &State::default(),
            at(NOW),
        );
        assert_eq!(outcome.route(), &Route::Assigned { owner: "wang".into() });
        assert!(
            outcome.effects().iter().all(|effect| !matches!(effect, Effect::Link(_) | Effect::Convert(_)))
        );
        snapshot("dedup_custom_outcome", outcome.explain());
    }
}
