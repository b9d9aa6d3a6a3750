//! A worked day of each preset: who gets which lead, and why.

use leadkit::assign::{AssignRules, Ledger, Roster};
use leadkit::calendar::{CalendarRules, Calendars, UtcOffset, Zone};
use leadkit::model::{Lead, Rep};
use serde_json::{Value as Json, json};

use super::desk::Desk;
use crate::support::assert_round_trip;

/// A Monday in China, all reps at work from 9 to 18.
fn day(rules: &AssignRules, team: Json, leads: &[(&str, Json)]) -> Vec<String> {
    assert_round_trip(rules);
    assert_eq!(AssignRules::load(serde_json::to_value(rules).unwrap()).unwrap(), *rules);
    assert!(rules.lint().is_empty(), "{:?}", rules.lint());
    let mut team = Rep::load_all(team).unwrap();
    team.iter_mut().for_each(|rep| rep.hours = Some("office".into()));
    let office = CalendarRules::office_hours(Zone::Fixed(UtcOffset::CHINA));
    let calendars: Calendars = [("office", office)].into_iter().collect();
    let mut desk = Desk::new(rules, &[]);
    desk.roster = Roster::compile(&team, &calendars).unwrap();
    desk.ledger = Ledger::new("leads".into());
    leads
        .iter()
        .zip(1..)
        .map(|((time, lead), number)| {
            let mut lead = lead.clone();
            lead["id"] = json!(format!("L{number}"));
            lead["created_at"] = json!(format!("2026-03-02T{time}:00+08:00"));
            let lead = Lead::from_json(lead).unwrap();
            let decided = desk.take(&lead, lead.created_at);
            let said = decided.to_string();
            said.split("; ").next().unwrap().replace(" from pool leads", "")
        })
        .collect()
}

#[test]
fn b2b_by_size_then_industry_or_product_then_region_else_to_anybody() {
    let team = json!([
        {"id": "key", "level": "key_account"},
        {"id": "south", "territories": ["CN-GD", "CN-FJ"], "skills": ["制造业"]},
        {"id": "north", "territories": ["CN-BJ"], "skills": ["软件", "CRM"]},
        {"id": "all"},
    ]);
    let said = day(
        &AssignRules::b2b(),
        team,
        &[
            ("09:00", json!({"company": "Huge Group", "employee_count": 20_000, "region": "CN-GD"})),
            (
                "09:10",
                json!({"company": "Mill", "employee_count": 50, "region": "CN-GD", "industry": ["制造业"]}),
            ),
            ("09:20", json!({"company": "Code", "region": "CN-BJ", "industry": ["软件"]})),
            ("09:30", json!({"company": "Shop", "region": "CN-GD"})),
            ("09:40", json!({"company": "Shop two", "region": "CN-GD"})),
            ("09:50", json!({"company": "Port", "region": "CN-GD"})),
            ("10:00", json!({"company": "Bank", "industry": ["金融"], "region": "CN-BJ"})),
            ("10:10", json!({"name": "Zoe"})),
            ("10:20", json!({"name": "Amy", "products": ["crm"], "region": "CN-BJ"})),
            ("10:30", json!({"name": "Bob", "region": "CN-XZ"})),
            ("20:00", json!({"name": "Late"})),
        ],
    );
    assert_eq!(
        said,
        [
            "lead L1 goes to key by rule size",
            "lead L2 goes to south by rule industry",
            "lead L3 goes to north by rule industry",
            "lead L4 goes to all by rule region",
            "lead L5 goes to key by rule region",
            "lead L6 goes to south by rule region",
            "lead L7 goes to all by rule anybody in the second pass",
            "lead L8 goes to key by rule anybody in the second pass",
            "lead L9 goes to north by rule product",
            "lead L10 goes to all by rule region",
            "lead L11 stays: nobody is eligible before 2026-03-03T01:00:00Z",
        ]
    );
}

#[test]
fn b2c_by_region_within_hours_and_daily_caps() {
    let team = json!([
        {"id": "li", "territories": ["CN-GD"], "daily_cap": 2},
        {"id": "wang", "territories": ["CN-GD"]},
        {"id": "zhao", "territories": ["CN-BJ"], "holding": 50, "holding_cap": 51},
    ]);
    let said = day(
        &AssignRules::b2c(),
        team,
        &[
            ("09:00", json!({"name": "a", "region": "CN-GD"})),
            ("09:10", json!({"name": "b", "region": "CN-GD"})),
            ("09:20", json!({"name": "c", "region": "CN-GD"})),
            ("09:30", json!({"name": "d", "region": "CN-GD"})),
            ("09:40", json!({"name": "e", "region": "CN-GD"})),
            ("09:50", json!({"name": "f", "region": "CN-BJ"})),
            ("10:00", json!({"name": "g", "region": "CN-BJ"})),
            ("10:10", json!({"name": "h"})),
            ("12:30", json!({"name": "i", "region": "CN-GD"})),
        ],
    );
    assert_eq!(
        said,
        [
            "lead L1 goes to li by rule region",
            "lead L2 goes to wang by rule region",
            "lead L3 goes to li by rule region",
            "lead L4 goes to wang by rule region",
            "lead L5 goes to wang by rule region",
            "lead L6 goes to zhao by rule region",
            "lead L7 stays: everybody at work is at a cap",
            "lead L8 goes to wang by rule anybody in the second pass",
            "lead L9 goes to wang by rule region",
        ]
    );
}

#[test]
fn events_to_whom_they_met_then_to_regional_marketing_then_to_sdr() {
    let team = json!([
        {"id": "ann"},
        {"id": "gone", "active": false},
        {"id": "reg1", "team": "regional_marketing"},
        {"id": "reg2", "team": "regional_marketing", "daily_cap": 1},
        {"id": "sdr1", "team": "sdr"},
        {"id": "sdr2", "team": "sdr"},
    ]);
    // The best first.
    let said = day(
        &AssignRules::events(),
        team,
        &[
            ("09:00", json!({"name": "a", "attributes": {"met_by": "ann"}})),
            ("09:00", json!({"name": "b", "attributes": {"met_by": "gone"}})),
            ("09:00", json!({"name": "c", "attributes": {"met_by": "gone", "named_account": true}})),
            ("09:00", json!({"name": "d", "source": {"class": "named_account"}})),
            ("09:00", json!({"name": "e", "attributes": {"strong_industry": true}})),
            ("09:00", json!({"name": "f"})),
            ("09:00", json!({"name": "g"})),
        ],
    );
    assert_eq!(
        said,
        [
            "lead L1 goes to ann by rule met_on_site",
            "lead L2 goes to sdr1 by rule not_there in the second pass",
            "lead L3 goes to reg1 by rule not_there in the second pass",
            "lead L4 goes to reg2 by rule regional",
            "lead L5 goes to reg1 by rule regional",
            "lead L6 goes to sdr2 by rule rest",
            "lead L7 goes to sdr1 by rule rest",
        ]
    );
}
