//! An account that several reps hold, one per product: each keeps their own.

use leadkit::Rules;
use leadkit::model::LeadField;

use super::{program, run_with};

fn by_product() -> String {
    let mut rules = Rules::b2b();
    rules.dedup.scope = vec![leadkit::dedup::LeadKey::Field(LeadField::Products)];
    serde_json::to_string(&rules).unwrap()
}

#[test]
fn each_rep_keeps_their_product_of_a_divided_account() {
    let scenario = r#"{"at":"2026-03-02T08:00:00+08:00","account":{"id":"A1","company":"Acme Trading Ltd","owners":{"crm":"li","erp":"wang"}}}
{"at":"2026-03-02T09:00:00+08:00","submit":{"id":"L1","name":"Ann","company":"Acme Trading Ltd","phones":["13812349876"],"products":["CRM"],"message":"quote"}}
{"at":"2026-03-02T09:30:00+08:00","submit":{"id":"L2","name":"Bo","company":"Acme Trading Ltd","phones":["13927461853"],"products":["erp"],"message":"quote"}}
{"at":"2026-03-02T09:40:00+08:00","follow_up":{"lead":"L1","owner":"li","kind":"call"}}
{"at":"2026-03-02T09:50:00+08:00","follow_up":{"lead":"L2","owner":"wang","kind":"call"}}
{"at":"2026-03-02T10:00:00+08:00","submit":{"id":"L3","name":"Cleo","company":"Acme Trading Ltd","phones":["13862704917"],"products":["payroll"],"message":"quote"}}
{"at":"2026-03-03T09:00:00+08:00","submit":{"id":"L4","name":"Ann","company":"Acme Trading Ltd","phones":["13812349876"],"message":"call me"}}
{"at":"2026-03-03T09:10:00+08:00","follow_up":{"lead":"L4","owner":"li","kind":"call"}}
{"at":"2026-04-20T09:00:00+08:00","tick":true}
"#;
    let (out, notes, verdict) =
        run_with(scenario.as_bytes(), &by_product(), "s.jsonl --rules p.json").unwrap();
    assert_eq!((notes.as_str(), verdict), ("", program::Verdict::Lawful), "{out}");
    let submitted: Vec<&str> = out.lines().filter(|line| line.contains("\tsubmit\t")).collect();
    let wanted = expect_test::expect![[r#"
        2026-03-02T09:00:00+08:00	submit	L1	converted	li	-	converted	account-company
        2026-03-02T09:30:00+08:00	submit	L2	converted	wang	-	converted	account-company
        2026-03-02T10:00:00+08:00	submit	L3	assigned	li	-	pending	everybody
        2026-03-03T09:00:00+08:00	submit	L4	to_owner	li	-	pending	account-company"#]];
    wanted.assert_eq(&submitted.join("\n"));
}

/// Who asks for two products of which each has its own rep is of one of the two; the other keeps what is his.
#[test]
fn a_lead_of_two_reps_products_has_one_of_them() {
    let submit = |minute: u32, id: &str, products: &str, owner: &str| {
        format!(
            r#"{{"at":"2026-03-02T09:{minute:02}:00+08:00","submit":{{"id":"{id}","name":"Pat Lee","phones":["13812349876"],"products":[{products}],"message":"quote {id}"{owner}}}}}
"#
        )
    };
    let scenario = [
        submit(0, "L0", r#""crm""#, r#","owner":"li""#),
        submit(5, "L1", r#""erp""#, r#","owner":"wang""#),
        submit(10, "L2", r#""crm","erp""#, ""),
        r#"{"at":"2026-03-02T15:00:00+08:00","tick":true}
{"at":"2026-03-02T15:05:00+08:00","close":{"lead":"L0","reason":"no_intent"}}
{"at":"2026-03-02T15:10:00+08:00","tick":true}
"#
        .to_owned(),
    ]
    .concat();
    let (out, notes, verdict) =
        run_with(scenario.as_bytes(), &by_product(), "s.jsonl --rules p.json").unwrap();
    assert_eq!((notes.as_str(), verdict), ("", program::Verdict::Lawful), "{out}");
    assert!(out.lines().any(|line| line.starts_with("L2\tli\t")), "{out}");
}

/// Who belongs to an account that two reps share, and names neither's part, waits once: a second form joins the first.
#[test]
fn a_second_form_joins_the_first_that_waits() {
    let scenario = r#"{"at":"2026-03-02T08:00:00+08:00","account":{"id":"A3","company":"Toral Trading Ltd","owners":{"crm":"li","erp":"wang"}}}
{"at":"2026-03-02T09:07:00+08:00","submit":{"id":"L8","name":"Fay Moe","company":"Toral Trading Ltd","phones":["13927461808"],"message":"hi"}}
{"at":"2026-03-02T09:15:00+08:00","submit":{"id":"L16","name":"Fay Moe","company":"Toral Trading Ltd","phones":["13927461808"],"message":"price please"}}
"#;
    let b2b = serde_json::to_string(&Rules::b2b()).unwrap();
    for rules in [b2b, by_product()] {
        let (out, notes, verdict) = run_with(scenario.as_bytes(), &rules, "s.jsonl --rules p.json").unwrap();
        assert_eq!((notes.as_str(), verdict), ("", program::Verdict::Lawful), "{out}");
        let second = out.lines().find(|line| line.contains("\tsubmit\tL16\t")).unwrap();
        assert!(second.contains("folded"), "{second}");
    }
}
