//! Which pipeline owns a customer.

use leadkit::attribution::{
    Attribution, AttributionRules, Conversion, Disregard, Entry, Journeys, Ownership, OwnershipMethod,
    OwnershipReason, OwnershipRules, Records,
};
use leadkit::calendar::UtcOffset;
use leadkit::model::{Lead, Link, LinkKind, Opportunity, RecordRef, Source, SourcePipeline};
use serde_json::json;

use super::support::{assert_credits, at, one};

fn entry(pipeline: &str, day: &str) -> Entry {
    Entry::new(pipeline, at(&format!("{day}T00:00:00Z")))
}

fn rules(method: OwnershipMethod) -> OwnershipRules {
    OwnershipRules { method, ..OwnershipRules::default() }
}

fn owner(decided: &Ownership) -> Option<&str> {
    decided.owner().map(|owner| owner.pipeline.as_str())
}

#[test]
fn entries_five_two_and_one_month_before() {
    let entries = [entry("M", "2026-01-15"), entry("S", "2026-04-15"), entry("P", "2026-05-15")];
    let when = at("2026-06-15T00:00:00Z");
    for (method, wanted, reason) in [
        (OwnershipMethod::Window, "S", OwnershipReason::FirstInWindow),
        (OwnershipMethod::FirstEntryTest, "P", OwnershipReason::LatestAfterEarlyFirst),
        (OwnershipMethod::First, "M", OwnershipReason::First),
        (OwnershipMethod::Last, "P", OwnershipReason::Last),
    ] {
        let decided = rules(method).decide(&entries, when);
        assert_eq!((owner(&decided), decided.reason()), (Some(wanted), Some(reason)));
    }
    let priority =
        OwnershipRules { priority: vec!["P".into(), "M".into()], ..rules(OwnershipMethod::Priority) };
    assert_eq!(owner(&priority.decide(&entries, when)), Some("P"));
    assert_eq!(owner(&priority.decide(&entries[..2], when)), Some("M"));
    // Both readings agree when the first entry lies in the window.
    for method in [OwnershipMethod::Window, OwnershipMethod::FirstEntryTest] {
        assert_eq!(owner(&rules(method).decide(&entries[1..], when)), Some("S"));
    }
    // None inside: the latest before.
    assert_eq!(
        owner(&rules(OwnershipMethod::Window).decide(&entries, at("2027-06-15T00:00:00Z"))),
        Some("P")
    );
}

#[test]
fn the_ends_of_the_window_are_inside() {
    let decide = |entries: &[Entry], when: &str| {
        owner(&OwnershipRules::default().decide(entries, at(when))).map(str::to_owned)
    };
    // Three months before May 31 is the last of February.
    let entries = [entry("first", "2026-02-28"), entry("second", "2026-05-31")];
    assert_eq!(decide(&entries, "2026-05-31T00:00:00Z").as_deref(), Some("first"));
    assert_eq!(decide(&entries, "2026-05-31T00:00:01Z").as_deref(), Some("second"));
    assert_eq!(decide(&entries[1..], "2026-05-30T23:59:59Z"), None, "later than the conversion");
    let leap = [entry("first", "2024-02-29"), entry("second", "2024-05-20")];
    assert_eq!(decide(&leap, "2024-05-31T00:00:00Z").as_deref(), Some("first"));
    // Equal moments: by name.
    let both = [entry("b", "2026-05-01"), entry("a", "2026-05-01")];
    assert_eq!(decide(&both, "2026-05-31T00:00:00Z").as_deref(), Some("a"));
    assert_eq!(decide(&[], "2026-05-31T00:00:00Z"), None);
    let nobody = OwnershipRules::default().decide(&[], at("2026-05-31T00:00:00Z"));
    assert_eq!(nobody.to_string(), "nobody owns it: no entry counts");
}

/// One moment is the last of a month in one place and the first of the next in another.
#[test]
fn months_are_those_of_a_local_time() {
    // In China: converted on May 31 at 01:00, so the window begins on February 28 at 01:00.
    let entries = [
        Entry::new("first", at("2026-02-28T01:00:00+08:00")),
        Entry::new("second", at("2026-05-15T00:30:00+08:00")),
    ];
    let when = at("2026-05-31T01:00:00+08:00");
    let china = OwnershipRules { offset: Some(UtcOffset::CHINA), ..OwnershipRules::default() };
    assert_eq!(owner(&china.decide(&entries, when)), Some("first"));
    // In UTC it is May 30, and the window begins on February 28 at 17:00.
    let utc = OwnershipRules::default();
    assert_eq!(owner(&utc.decide(&entries, when)), Some("second"));
    let expiring =
        |offset| OwnershipRules { expiry_months: Some(3), offset, ..rules(OwnershipMethod::First) };
    assert_eq!(owner(&expiring(Some(UtcOffset::CHINA)).decide(&entries, when)), Some("first"));
    assert_eq!(owner(&expiring(None).decide(&entries, when)), Some("second"));
    // The day is said as people there say it, also after it was stored.
    let decided = china.decide(&entries[1..], when);
    assert!(decided.to_string().starts_with("`second` owns it, entered 2026-05-15: "), "{decided}");
    let stored: Ownership = serde_json::from_str(&serde_json::to_string(&decided).unwrap()).unwrap();
    assert_eq!((stored.to_string(), &stored), (decided.to_string(), &decided));
    let decided = utc.decide(&entries[1..], when);
    assert!(decided.to_string().starts_with("`second` owns it, entered 2026-05-14: "), "{decided}");
    // The rules it is part of say it for the model and for the journeys, unless it says it itself.
    let mut journeys = Journeys::new();
    for entry in &entries {
        journeys.push_touch(&entry.pipeline, entry.at).unwrap();
    }
    journeys.end_journey(&Conversion { at: Some(when), ..Conversion::default() }).unwrap();
    for (of_all, own, wanted) in [
        (json!("+08:00"), json!(null), "first"),
        (json!("+00:00"), json!(null), "second"),
        (json!("+00:00"), json!("+08:00"), "first"),
        (json!("+08:00"), json!("+00:00"), "second"),
    ] {
        let attribution = Attribution::load(json!({
            "offset": of_all,
            "models": [{"id": "m", "model": {"ownership": {"offset": own.clone()}}}],
            "journeys": {"ownership": {"offset": own}},
        }))
        .unwrap();
        assert_credits(&attribution, &journeys, &[(wanted, 1.0)]);
        let leads = entries.clone().map(|entry| Lead {
            id: entry.pipeline.as_str().into(),
            created_at: entry.at,
            source: Source { pipeline: Some(SourcePipeline::from(&*entry.pipeline)), ..Source::default() },
            ..Lead::default()
        });
        let links = [Link {
            from: RecordRef::Lead("second".into()),
            kind: LinkKind::CollectedUnder,
            to: RecordRef::Lead("first".into()),
        }];
        let won = [Opportunity {
            id: "O1".into(),
            lead: Some("first".into()),
            created_at: when,
            won_at: Some(when),
            ..Opportunity::default()
        }];
        let records = Records { leads: &leads, links: &links, opportunities: &won, ..Records::default() };
        let assembled = attribution.journeys(&records).unwrap();
        assert_eq!(assembled.journeys.get(0).unwrap().pipeline(), Some(wanted));
    }
}

#[test]
fn only_the_first_record_of_a_pipeline_is_an_entry() {
    let entries = [entry("M", "2026-01-15"), entry("M", "2026-04-15"), entry("P", "2026-05-15")];
    let decided = OwnershipRules::default().decide(&entries, at("2026-06-15T00:00:00Z"));
    assert_eq!(owner(&decided), Some("P"));
    assert_eq!(decided.disregarded(), [(entries[1].clone(), Disregard::NotFirstOfPipeline)]);
}

#[test]
fn entries_are_locked_and_expire() {
    let entries = [
        entry("M", "2026-01-10"),
        entry("S", "2026-02-10"),
        entry("P", "2026-05-15"),
        entry("S", "2026-06-01"),
    ];
    let when = at("2026-06-15T00:00:00Z");
    let locked = OwnershipRules { lock_days: Some(90), ..rules(OwnershipMethod::Last) };
    let decided = locked.decide(&entries, when);
    // M is locked to April 10, so S does not count; P is locked from May 15 on.
    assert_eq!(owner(&decided), Some("P"));
    let why: Vec<Disregard> = decided.disregarded().iter().map(|(_, why)| *why).collect();
    assert_eq!(why, [Disregard::Locked, Disregard::Locked]);
    let expiring = OwnershipRules { expiry_months: Some(2), ..rules(OwnershipMethod::First) };
    assert_eq!(owner(&expiring.decide(&entries, when)), Some("P"));
    let text = serde_json::to_string(&decided).unwrap();
    assert_eq!(serde_json::from_str::<Ownership>(&text).unwrap(), decided);
}

/// Collected leads of one company: their pipelines' first records are the entries.
#[test]
fn both_readings_on_collected_leads_of_one_company() {
    let lead = |id: &str, pipeline: &str, day: &str| Lead {
        id: id.into(),
        company: Some("Acme Ltd".into()),
        created_at: at(&format!("{day}T08:00:00Z")),
        source: Source { pipeline: Some(SourcePipeline::from(pipeline)), ..Source::default() },
        ..Lead::default()
    };
    let leads = [
        lead("L1", "marketing", "2026-01-15"),
        lead("L2", "sales", "2026-04-15"),
        lead("L3", "partner", "2026-05-15"),
        lead("L4", "sales", "2026-05-20"),
        lead("X", "executive", "2026-04-01"),
    ];
    let under = |from: &str, kind| Link {
        from: RecordRef::Lead(from.into()),
        kind,
        to: RecordRef::Lead("L1".into()),
    };
    let links = [
        under("L2", LinkKind::CollectedUnder),
        under("L3", LinkKind::CollectedUnder),
        under("L4", LinkKind::MergedInto),
    ];
    let won = Opportunity {
        id: "O1".into(),
        lead: Some("L1".into()),
        created_at: at("2026-06-15T08:00:00Z"),
        won_at: Some(at("2026-08-01T00:00:00Z")),
        ..Opportunity::default()
    };
    let records = Records { leads: &leads, links: &links, opportunities: &[won], ..Records::default() };
    for (method, wanted) in [(OwnershipMethod::Window, "sales"), (OwnershipMethod::FirstEntryTest, "partner")]
    {
        let mut rules = AttributionRules::default();
        rules.journeys.ownership = OwnershipRules { method, ..OwnershipRules::default() };
        let assembled = Attribution::compile(&rules).unwrap().journeys(&records).unwrap();
        assert_eq!(assembled.journeys.get(0).unwrap().pipeline(), Some(wanted));
    }
}

/// As a model, channels are pipelines.
#[test]
fn all_goes_to_the_owner() {
    let mut journeys = Journeys::new();
    for (pipeline, day) in
        [("M", "2026-01-15"), ("S", "2026-04-15"), ("P", "2026-05-15"), ("S", "2026-06-01")]
    {
        journeys.push_touch(pipeline, at(&format!("{day}T00:00:00Z"))).unwrap();
    }
    journeys
        .end_journey(&Conversion {
            at: Some(at("2026-09-01T00:00:00Z")),
            opportunity_created: Some(at("2026-06-15T00:00:00Z")),
            ..Conversion::default()
        })
        .unwrap();
    assert_credits(&one(json!({"ownership": {}})), &journeys, &[("S", 1.0)]);
    assert_credits(&one(json!({"ownership": {"method": "first_entry_test"}})), &journeys, &[("P", 1.0)]);
    assert_credits(&one(json!({"ownership": {"method": "first"}})), &journeys, &[("M", 1.0)]);
}
