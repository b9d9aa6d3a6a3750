//! Where a lead is, as forms and state picklists write it, and who serves there.

use leadkit::assign::{AssignTarget, PoolRules, Roster};
use leadkit::calendar::Calendars;
use leadkit::model::{Lead, Rep};
use leadkit::rule::{FactContext, Facts, HostTables};

use super::desk::{Desk, lead, monday, rep, rule, with_pool};

const STATES: &str = "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND \
    OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY";

fn somewhere(country: &str, province: &str, city: &str) -> Lead {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Lead { country: text(country), province: text(province), city: text(city), ..lead("L") }
}

fn serving(id: &str, territory: &str) -> Rep {
    Rep { territories: [territory.parse().unwrap()].into(), ..rep(id) }
}

fn region_of(lead: &Lead) -> String {
    let tables = HostTables::default();
    let facts = Facts::new(lead, &FactContext::new(&tables, monday()));
    facts.region().map_or("-".to_owned(), |region| region.to_string())
}

#[test]
fn a_state_by_its_letters_lies_in_the_country_that_is_stated() {
    let pool = PoolRules { rules: vec![rule("all", AssignTarget::Everybody)], ..PoolRules::default() };
    // Whoever serves the country whose letters are those of a state is on the team.
    let countries = [
        "US", "CA", "DE", "IN", "IL", "AL", "CO", "GA", "LA", "MA", "MD", "ME", "MN", "MO", "MT", "NE", "PA",
        "SC",
    ];
    let mut team: Vec<Rep> = countries.iter().map(|country| serving(country, country)).collect();
    team.extend(["US-CA", "US-TX"].map(|state| Rep { weight: 9, ..serving(state, state) }));
    let desk = Desk::new(&with_pool(&[("g", 1)], pool), &team);
    for state in STATES.split_ascii_whitespace() {
        for country in ["US", "USA", "United States", "美国"] {
            let lead = somewhere(country, state, "");
            assert_eq!(region_of(&lead), format!("US-{state}"), "{country} {state}");
            let given = desk.ask(&lead, None, monday(), &Default::default());
            let owner = given.owner().map(|rep| rep.as_str());
            assert!(owner.is_some_and(|owner| owner.starts_with("US")), "{country} {state}: {given}");
        }
    }
}

#[test]
fn a_place_is_read_within_the_country_that_is_stated_and_letters_alone_are_no_country() {
    for (country, province, city, expected) in [
        ("中国", "GD", "", "CN-GD"),
        ("CN", "SH", "", "CN-SH"),
        ("中国", "", "NA", "CN"),
        ("China", "Guangdong", "Shenzhen", "CN-GD-440300"),
        ("Canada", "ON", "", "CA-ON"),
        ("Australia", "SA", "", "AU-SA"),
        ("Germany", "BY", "", "DE-BY"),
        ("India", "KA", "", "IN-KA"),
        ("Brazil", "SC", "", "BR-SC"),
        ("Italy", "MI", "", "IT-MI"),
        ("US", "California", "San Francisco", "US-CA"),
        // A state is what is meant, or nothing: no other country.
        ("US", "ZZ", "", "US"),
        ("US", "广东", "", "US"),
        ("US", "TX", "Shenzhen", "US-TX"),
        ("香港", "", "Kowloon", "CN-HK"),
        ("HK", "", "香港", "CN-HK"),
        // Without a country two letters say nothing.
        ("", "CA", "", "-"),
        ("", "", "NO", "-"),
        ("", "", "深圳", "CN-GD-440300"),
        ("", "粤", "", "CN-GD"),
        ("", "440300", "", "CN-GD-440300"),
        ("", "us-ca", "", "US-CA"),
        ("CA", "", "", "CA"),
        ("ZZ", "", "", "-"),
    ] {
        assert_eq!(region_of(&somewhere(country, province, city)), expected, "{country}/{province}/{city}");
    }
    let company = Lead { company: Some("深圳恒通科技有限公司".into()), ..somewhere("", "", "no") };
    assert_eq!(region_of(&company), "CN-GD-440300");
    let abroad = Lead { company: Some("深圳恒通科技有限公司".into()), ..somewhere("US", "TX", "") };
    assert_eq!(region_of(&abroad), "US-TX");
}

#[test]
fn a_territory_in_which_no_lead_can_be_is_an_error_with_the_one_that_is_meant() {
    for (territory, help) in [
        ("NY", "write `US-NY` for the state"),
        ("EU", "list its countries"),
        ("ZZ", "write a country of ISO 3166-1 as `CN`, or a part of one as `CN-GD` or `US-CA`"),
        ("US-XX", "write a country of ISO 3166-1 as `CN`, or a part of one as `CN-GD` or `US-CA`"),
    ] {
        let errors = Roster::compile(&[serving("li", territory)], &Calendars::default()).unwrap_err();
        let found = &errors.diagnostics()[0];
        assert_eq!((found.code.as_ref(), found.path.as_str()), ("unknown_region", "reps[0].territories[0]"));
        assert_eq!(found.message, format!("there is no region `{territory}`"));
        assert_eq!(found.help.as_deref(), Some(help));
    }
    for territory in ["GB", "UK", "US", "US-NY", "US-DC", "CN-GD", "DE-BY", "XK", "HK"] {
        assert!(Roster::compile(&[serving("li", territory)], &Calendars::default()).is_ok(), "{territory}");
    }
    let pool = |region: &str| serde_json::json!([{"id": "p", "region": region}]);
    let errors = leadkit::model::Pool::load_all(pool("EU")).unwrap_err();
    assert_eq!(errors.diagnostics()[0].path, "pools[0].region");
    let rules = serde_json::json!({"pools": pool("EU")});
    assert_eq!(leadkit::Intake::load(rules).unwrap_err().diagnostics()[0].path, "pools[0].region");
    assert!(leadkit::model::Pool::load_all(pool("GB")).is_ok());
}
