//! What may be allocated: nothing to check a Chinese mobile number, only what it returns to score a lead, and for a lead of
//! any size what the limits let a check read.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use chrono::{DateTime, TimeDelta, Utc};
use leadkit::blacklist::{Blacklist, WindowState};
use leadkit::contact::{Phone, PhoneOptions, PhoneSegments, check_cn_mobile};
use leadkit::dedup::{Deduplicator, Rows};
use leadkit::merge::{MergePlan, MergeRules, Merger};
use leadkit::model::{Account, Activity, Contact, Lead, LeadField, OwnerState, Value};
use leadkit::rule::{FactContext, Facts, HostTables, LeadLimits};
use leadkit::score::{ScoreRules, Scorer};

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<usize> = const { Cell::new(0) };
}

/// What a check may allocate for each byte that it reads of a field, at the worst: U+FDFA, whose three bytes fold to a
/// sentence of 33, in the company's name, which most rules read. Blocks, and bytes of them.
const BLOCKS_A_BYTE: usize = 5;
const BYTES_A_BYTE: usize = 1_300;

struct Counting;

// SAFETY: every call is handed to the system allocator as it came; the counter is a plain thread-local cell
// without a destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        BYTES.with(|bytes| bytes.set(bytes.get() + layout.size()));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(work: impl FnOnce()) -> usize {
    let before = COUNT.with(Cell::get);
    work();
    COUNT.with(Cell::get) - before
}

#[test]
fn checking_and_looking_up_a_number_costs_no_allocation() {
    let segments = PhoneSegments::from_rows([("1380013", "110000".parse().unwrap())]).unwrap();
    let options = PhoneOptions::default();
    let spellings = [
        "13800138000",
        "+86 138-0013-8000",
        "１３８００１３８０００",
        "手机：13800138000（王）",
        "400-820-8820",
        "138O0138000",
    ];
    assert!(allocations(|| drop(std::hint::black_box(String::from("counted")))) > 0);
    for raw in spellings {
        let count = allocations(|| {
            std::hint::black_box(check_cn_mobile(raw));
            let read = Phone::parse(raw, &options);
            std::hint::black_box((read.key(), read.e164(), read.national(), read.area(Some(&segments))));
        });
        assert_eq!(count, 0, "{raw}");
    }
}

/// Whoever was moved goes back once, however many there are.
#[test]
fn undoing_a_merge_of_twice_as_many_people_costs_twice_as_much() {
    let merger = Merger::compile(&MergeRules::default()).unwrap();
    let counted = |n: usize| {
        let person = |i: usize| Contact {
            id: format!("C{i}").as_str().into(),
            name: Some(format!("Person {i}")),
            emails: vec![format!("person{i}@acme.com").as_str().into()],
            ..Contact::default()
        };
        let account = |id: &str, contacts| Account {
            id: id.into(),
            company: "Acme Ltd".into(),
            contacts,
            ..Account::default()
        };
        let mut accounts = [account("A1", Vec::new()), account("A2", (0..n).map(person).collect())];
        accounts[0].closed_deal_at = Some("2026-01-01T00:00:00Z".parse().unwrap());
        let plan = MergePlan::for_accounts(&accounts, &merger, &PhoneOptions::default()).unwrap();
        let mut merged = plan.merged().clone();
        assert_eq!((merged.id.as_str(), merged.contacts.len()), ("A1", n));
        // One was edited since, so that the rest cannot simply be put back.
        merged.contacts[0].title = Some("CIO".to_owned());
        let undo = plan.undo().clone();
        allocations(|| {
            let restored = undo.restore(&merged).unwrap();
            assert_eq!(restored.others[0].contacts[0].title.as_deref(), Some("CIO"));
        })
    };
    let (once, twice) = (counted(200), counted(400));
    assert!(twice < once * 5 / 2, "{once} allocations, then {twice}");
}

/// A rule that compares a name beside the phone reads the phones of those alone who share a word of the name.
#[test]
fn a_further_comparison_costs_little_more_than_the_phone() {
    let people = (0..1_000).map(|i| Contact {
        id: format!("C{i}").as_str().into(),
        name: Some(format!("Given{i} Family{i}")),
        phones: vec![format!("139{i:08}").as_str().into()],
        emails: vec![format!("person{i}@acme.com").as_str().into()],
        ..Contact::default()
    });
    let account = Account {
        id: "A1".into(),
        company: "Acme Ltd".into(),
        contacts: people.collect(),
        ..Account::default()
    };
    let rows = Rows { accounts: vec![account], ..Rows::default() };
    let lead = Lead {
        id: "L1".into(),
        name: Some("Given7 Family7".into()),
        phones: vec!["13900000007".into()],
        ..Lead::default()
    };
    let tables = HostTables::default();
    let counted = |and: serde_json::Value| {
        let rule = serde_json::json!({"id": "r", "lead": "phone", "target": "contact.phone", "action": "convert", "and": and});
        let matching = Deduplicator::load(serde_json::json!({"rules": [rule]})).unwrap();
        let facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
        allocations(|| {
            assert_eq!(matching.resolve(&facts, &rows, &|_| OwnerState::Active).matches().len(), 1)
        })
    };
    let alone = counted(serde_json::json!([]));
    let with_name =
        counted(serde_json::json!([{"lead": "name", "target": "contact.name", "comparator": "person_name"}]));
    assert!(with_name < alone + 40 * 1_000, "{alone} allocations, {with_name} with the name");
}

/// In a session, by data rules.
#[test]
fn a_score_costs_at_most_two_allocations() {
    let scorer = Scorer::compile(&ScoreRules::default()).unwrap();
    let tables = HostTables::default();
    let now: DateTime<Utc> = "2026-03-10T09:00:00Z".parse().unwrap();
    let lead = Lead {
        id: "L1".into(),
        employee_count: Some(300),
        industry: vec!["software".into()],
        job_function: Some("manager".into()),
        ..Lead::default()
    };
    let kinds = ["form_submit", "page_visit", "consult", "watch_live", "unsubscribe", "something_else"];
    let activities: Vec<Activity> = (0..20)
        .map(|i| Activity {
            id: format!("A{i}").into(),
            kind: kinds[i % kinds.len()].to_owned(),
            // Not in order, so that they are sorted.
            time: now - TimeDelta::minutes((i * 7 % 20) as i64),
            ..Activity::default()
        })
        .collect();
    let facts = Facts::new(&lead, &FactContext { activities: &activities, ..FactContext::new(&tables, now) });
    let mut session = scorer.session();
    let mut counts = Vec::new();
    for _ in 0..3 {
        let mut lines = 0;
        counts.push(allocations(|| lines = session.score(&facts).lines().len()));
        assert!(lines > 6);
    }
    assert!(counts[1..].iter().all(|count| *count <= 2), "{counts:?}");
}

/// Rules of every kind that reads a lead.
fn every_rule() -> Blacklist {
    let rules = serde_json::json!({"rules": [
        {"id": "listed", "check": {"list": {"phones": ["13927461853"], "emails": ["a@b.cn"], "wechats": ["lei_wang88"],
            "companies": ["深圳市星河软件有限公司"], "ips": ["203.0.113.7"]}}},
        {"id": "domains", "check": {"domain": {"domains": ["rival.com"]}}},
        {"id": "prefixes", "check": {"prefix": {"phones": ["+86170"], "networks": ["203.0.113.0/24"]}}},
        {"id": "stop", "check": {"consent": {"records": [
            {"phone": "13927461853", "channels": ["all"], "basis": "objection", "since": "2026-03-01T00:00:00Z"}]}}},
        {"id": "phones", "check": {"phone_format": {}}},
        {"id": "emails", "check": {"email_format": {}}},
        {"id": "wechats", "check": {"wechat_format": {}}},
        {"id": "fake", "check": {"fake": {}}},
        {"id": "words", "check": {"lexicon": {"words": ["诈骗", "casino"], "separated": true, "repeated": true}}},
        {"id": "links", "check": {"pattern": {"patterns": ["(a+)+b", "https?://\\S+"]}}},
        {"id": "again", "check": {"resubmission": {}}},
        {"id": "page", "check": {"burst": {"by": "page", "count": 5, "window": "1h"}}},
        {"id": "text", "check": {"burst": {"by": "text", "count": 5, "window": "1h"}}},
        {"id": "company", "check": {"burst": {"by": "company", "count": 5, "window": "1h"}}},
        {"id": "title", "check": {"condition": {"field": "title", "contains": "学生"}}},
    ]});
    Blacklist::load(rules).unwrap()
}

/// A field of one megabyte costs what one of a quarter of it does, and that is little.
#[test]
fn a_check_costs_no_more_for_a_megabyte_than_the_limits_let_it_read() {
    let (blacklist, tables) = (every_rule(), HostTables::default());
    let now: DateTime<Utc> = "2026-03-10T09:00:00Z".parse().unwrap();
    let cost = |field: Option<LeadField>, piece: &str, size: usize| {
        let text = piece.repeat(size / piece.len());
        let mut lead = Lead { id: "L1".into(), created_at: now, ..Lead::default() };
        match field {
            Some(LeadField::Phones) => lead.phones.push(text.as_str().into()),
            Some(LeadField::Emails) => lead.emails.push(text.as_str().into()),
            // Fields that hold no text refuse it.
            Some(field) => drop(field.set(&mut lead, &Value::from(text.as_str()))),
            None => drop(lead.attributes.insert("remark".into(), Value::from(text.as_str()))),
        }
        let facts = Facts::new(&lead, &FactContext::new(&tables, now));
        let before = BYTES.with(Cell::get);
        let count = allocations(|| drop(blacklist.check(&facts, &WindowState::default())));
        (count, BYTES.with(Cell::get) - before)
    };
    let is_id = |field: &LeadField| {
        matches!(field, LeadField::Id | LeadField::Owner | LeadField::Pool | LeadField::SourceCampaign)
    };
    let fields = LeadField::ALL.iter().copied().filter(|field| !is_id(field)).map(Some).chain([None]);
    for field in fields {
        for piece in
            ["a", "诈骗", "\u{301}", "c.a.s.i.n.o ", "\u{fdfa}", "13927461853 / ", "a@b.cn, ", "(", "1"]
        {
            // What is built once is built by the first.
            let [_, quarter, whole] = [1 << 18, 1 << 18, 1 << 20].map(|size| cost(field, piece, size));
            assert_eq!(quarter, whole, "{field:?} {piece:?}");
            let (count, bytes) = whole;
            let long = matches!(field, Some(LeadField::Message) | None);
            let read = if long { LeadLimits::MESSAGE } else { LeadLimits::TEXT };
            let fits = count <= read * BLOCKS_A_BYTE && bytes <= read * BYTES_A_BYTE;
            assert!(fits, "{field:?} {piece:?}: {count} blocks, {bytes} bytes");
        }
    }
}
