//! One lead from its first form to the won deal, each step with its reasons.
//!
//! ```text
//! cargo run --release --example lifecycle
//! ```
//!
//! The rules are in this file as a host would keep them: as data. Time stands still between the steps, because the
//! library has no clock.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use leadkit::book::Book;
use leadkit::calendar::Calendars;
use leadkit::inquiry::ClosedDeals;
use leadkit::inquiry::{
    Bant, BantFact, CodeFormat, CodePart, CodeRegister, CodeRules, GradeRequest, GradeRules, Grades, Inquiry,
    LevelRules, Levels, RecordedAction, account_as_lead,
};
use leadkit::model::YesNo;
use leadkit::model::{
    Account, Acquisition, Activity, BusinessModel, BuyingRole, Contact, Currency, Effect, InquiryGrade,
    JobFunction, Lead, LeadId, Money, Order, Payment, RegistryStatus, Rep, Source, TenureEnd, Utm, Value,
};
use leadkit::pipeline::{
    Actor, Answer, MoveRequest, Office, Pipeline, PipelineRules, Role, TenureLog, Timeline, Transition,
};
use leadkit::rule::{FactContext, Facts, HostTables};
use leadkit::{Input, Intake, Roster, Rules, State};
use serde_json::json;

#[path = "support/mod.rs"]
mod support;

fn main() -> ExitCode {
    support::run(run)
}

/// A moment in March 2026, Beijing time.
fn march(day: u32, hour: u32) -> DateTime<Utc> {
    let text = format!("2026-03-{day:02}T{hour:02}:00:00+08:00");
    text.parse().unwrap_or_default()
}

fn heading(at: DateTime<Utc>, text: &str) {
    println!("\n{} — {text}", at.format("%Y-%m-%d %H:%M UTC"));
}

fn say(what: &str, text: impl std::fmt::Display) {
    let mut lines = text.to_string();
    lines.truncate(lines.trim_end().len());
    for (index, line) in lines.lines().enumerate() {
        println!("  {:12} {line}", if index == 0 { what } else { "" });
    }
}

/// What a host keeps of one lead.
struct Case {
    lead: Lead,
    activities: Vec<Activity>,
    timeline: Timeline,
    tenures: TenureLog,
    pipeline: Pipeline,
    tables: HostTables,
}

impl Case {
    /// Asks for a move, and carries it out when it is granted.
    fn go(&mut self, request: MoveRequest, now: DateTime<Utc>) -> Result<bool, Box<dyn Error>> {
        let context = FactContext { activities: &self.activities, ..FactContext::new(&self.tables, now) };
        let facts = Facts::new(&self.lead, &context);
        match self.pipeline.advance(&facts, &self.timeline, &request, now) {
            Ok(transition) => {
                self.apply(&transition)?;
                Ok(true)
            }
            Err(refusal) => {
                let from = refusal.from().unwrap_or("nowhere");
                say("refused", format!("from `{from}` to `{}`", refusal.to()));
                for reason in refusal.reasons() {
                    say("", format!("- {reason}"));
                }
                Ok(false)
            }
        }
    }

    fn apply(&mut self, transition: &Transition) -> Result<(), Box<dyn Error>> {
        self.timeline.apply(transition)?;
        say("granted", transition);
        for gate in transition.gates() {
            say("", format!("- {gate}").replace("; ", "\n    "));
        }
        for effect in transition.effects() {
            say("effect", effect);
            match effect {
                Effect::UpdateField { value: Value::Text(stage), .. } => {
                    self.lead.stage = Some(stage.clone())
                }
                Effect::SetStatus { status, .. } => self.lead.status = *status,
                _ => {}
            }
        }
        Ok(())
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let form = Actor::system("web form");
    let sdr = Actor::new("chen", Role::Sdr);
    let sales = Actor::new("li", Role::Sales);

    // 1. A form comes in. The main job filters, matches, scores and assigns it.
    let now = march(2, 10);
    heading(now, "the first form");
    let lead = Lead {
        id: "L-1".into(),
        created_at: now,
        name: Some("王芳".into()),
        title: Some("销售总监".into()),
        job_function: Some(JobFunction::Manager),
        company: Some("深圳市星河精密制造有限公司".into()),
        phones: vec!["138 1234 1234".into()],
        employee_count: Some(800),
        source: Source { primary: Some("pc_form".into()), ..Source::default() },
        utm: Utm { source: Some("baidu".into()), keyword: Some("crm 制造业".into()), ..Utm::default() },
        ..Lead::default()
    };
    let visit = |kind: &str, day, hour| Activity {
        id: format!("{kind}-{day}-{hour}").into(),
        lead: "L-1".into(),
        kind: kind.into(),
        time: march(day, hour),
        ..Activity::default()
    };
    let activities = vec![visit("page_visit", 2, 9), visit("form_submit", 2, 10), visit("consult", 2, 10)];
    let rules = Rules::load(json!({
        "assign": { "pools": { "leads": { "zone": { "fixed": "+08:00" }, "rules": [
            { "id": "south", "when": { "field": "region", "in": ["CN-GD"] }, "then": { "reps": ["chen"] } }
        ] } } }
    }))?;
    let intake = Intake::compile(&rules)?;
    let reps = ["chen", "li"].map(|id| Rep { id: id.into(), ..Rep::default() });
    let roster = Roster::compile(&reps, &Calendars::default())?;
    let (book, mut state) = (Book::new(), State::default());
    let rows = book.rows(&intake.probe(&lead));
    let input = Input { lead: lead.clone(), activities: activities.clone(), rows, ..Input::default() };
    let outcome = intake.process(&input, &roster, &state, now);
    state.apply(outcome.delta())?;
    say("intake", outcome.explain());

    // 2. It enters the pipeline; the SDR who got it holds it.
    let approved = PipelineRules::proof_of_concept()
        .approved(Office::Operations, "zhao", march(1, 9))
        .approved(Office::Hr, "qian", march(1, 10));
    let mut case = Case {
        lead,
        activities,
        timeline: Timeline::new("L-1"),
        tenures: TenureLog::new("L-1"),
        pipeline: Pipeline::compile(&approved)?,
        tables: HostTables::default(),
    };
    case.go(MoveRequest::new("lead", form), now)?;
    let owner = outcome.route().owner().ok_or("the lead has no owner")?;
    case.tenures.open(owner.clone(), Acquisition::AutoAssigned, now)?;

    // 3. The SDR calls. Finance has not approved the gate, the register was not looked up, a question is open.
    let now = march(3, 11);
    heading(now, "the first call");
    let answer = |id: &str, value, by: &Actor, at| Answer::new(id, value, by.clone(), at);
    let first = [
        answer("mql.fits", YesNo::Yes, &sdr, now).with_note("120 people in sales and service"),
        answer("mql.need", YesNo::Yes, &sdr, now),
        answer("mql.willing", YesNo::Unknown, &sdr, now).with_note("asks for material first"),
    ];
    case.go(MoveRequest::new("mql", sdr.clone()).answered(first.clone()), now)?;
    case.pipeline = Pipeline::compile(&approved.approved(Office::Finance, "sun", march(3, 12)))?;
    let now = march(3, 14);
    heading(now, "finance has approved the gates; the same request");
    case.go(MoveRequest::new("mql", sdr.clone()).answered(first.clone()), now)?;

    let now = march(4, 15);
    heading(now, "the second call");
    case.lead.registry_status = Some(RegistryStatus::Active);
    case.lead.business_model = Some(BusinessModel::Direct);
    case.lead.industry = vec!["制造业".into()];
    let willing = answer("mql.willing", YesNo::Yes, &sdr, now).with_note("demo agreed");
    case.go(MoveRequest::new("mql", sdr.clone()).answered(first).answered([willing]), now)?;

    // 4. Sales takes over, and finds that it is too early: a result, not a refusal.
    let now = march(5, 9);
    heading(now, "handed over to sales");
    case.tenures.hand_over("li", now)?;
    say("tenure", "chen hands the lead over to li");
    case.go(
        MoveRequest::new("nurture", sales.clone()).with_reason("budget is decided at the end of the month"),
        now,
    )?;
    case.tenures.close(TenureEnd::Returned, None, now)?;
    case.tenures.open("chen", Acquisition::AssignedByAdmin, now)?;

    let now = march(20, 10);
    heading(now, "the lead comes back");
    case.activities.push(visit("offline_event", 18, 14));
    let again = ["mql.fits", "mql.need", "mql.willing"].map(|id| answer(id, YesNo::Yes, &sdr, now));
    case.go(MoveRequest::new("mql", sdr.clone()).answered(again), now)?;

    let now = march(20, 16);
    heading(now, "sales judges what the SDR passed on; an SDR may not");
    let sql =
        |by: &Actor| ["sql.fits", "sql.intends", "sql.willing"].map(|id| answer(id, YesNo::Yes, by, now));
    case.go(MoveRequest::new("sql", sdr.clone()).answered(sql(&sdr)), now)?;
    case.tenures.hand_over("li", now)?;
    case.go(MoveRequest::new("sql", sales.clone()).answered(sql(&sales)), now)?;

    // 5. The account, the inquiry and its grade.
    let now = march(23, 10);
    heading(now, "the opportunity");
    case.go(MoveRequest::new("opportunity", sales.clone()), now)?;
    let columns = [
        ("target_industry", Value::Bool(true)),
        ("registry_status", Value::from("active")),
        ("profile_confirmed", Value::Bool(true)),
        ("it_known", Value::Bool(true)),
        ("digital_suppliers", Value::Integer(2)),
        ("visited_deciders", Value::Bool(true)),
        ("budget", Value::Bool(true)),
        ("deciders", Value::from("unsure")),
    ];
    let account = Account {
        id: "A-1".into(),
        company: "深圳市星河精密制造有限公司".into(),
        contacts: vec![Contact { buying_role: Some(BuyingRole::Kp), ..Contact::default() }],
        attributes: columns.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        ..Account::default()
    };
    let view = account_as_lead(&account);
    let facts = Facts::new(&view, &FactContext::new(&case.tables, now));
    say("maturity", Levels::compile(&LevelRules::maturity())?.assess(&facts));
    say("tier", Levels::compile(&LevelRules::tiers())?.assess(&facts));
    let context = FactContext { activities: &case.activities, ..FactContext::new(&case.tables, now) };
    let user = Levels::compile(&LevelRules::user_states())?.assess(&Facts::new(&case.lead, &context));
    say("user state", user);
    let bant = Bant {
        budget: BantFact::new(YesNo::Yes, "in the plan of 2026"),
        authority: BantFact::new(YesNo::Yes, "reports to the owner"),
        need: BantFact::new(YesNo::Yes, "three systems to be joined"),
        timeline: BantFact::default(),
    };
    say("BANT", &bant);

    let parts = [
        (CodePart::Class, "E"),
        (CodePart::Region, "HN"),
        (CodePart::Province, "GD"),
        (CodePart::Customer, "XH"),
        (CodePart::Department, "IND"),
        (CodePart::Product, "CRM"),
        (CodePart::Year, "2026"),
        (CodePart::Month, "3"),
    ];
    let parts: BTreeMap<CodePart, String> =
        parts.into_iter().map(|(part, value)| (part, value.to_owned())).collect();
    let mut register = CodeRegister::default();
    let code = register.issue(&CodeFormat::compile(&CodeRules::default())?, parts)?;
    say("inquiry", &code);

    let grades = Grades::compile(&GradeRules::default())?;
    let graded = grades.grade(&facts);
    say("grade", &graded);
    let amount = Money::parse("480,000.00", Currency::CNY)?;
    let inquiry =
        |grade| Inquiry { id: code.as_str().into(), grade, amount: Some(amount), quantity: Some(120) };
    say("forecast", grades.forecast(&[inquiry(graded.grade().unwrap_or(InquiryGrade::E))])?);

    // 6. The trial, and what it does to the grade.
    let now = march(25, 9);
    heading(now, "the trial");
    case.go(MoveRequest::new("poc", sales.clone()), now)?;
    let mut request = GradeRequest::new(InquiryGrade::B, InquiryGrade::A);
    if let Err(refusal) = grades.change(&request, now) {
        say("refused", refusal);
    }
    request.actions.push(RecordedAction {
        what: "the board saw the trial on its own data".into(),
        by: "li".into(),
        at: march(25, 8),
    });
    say("granted", grades.change(&request, now)?);
    say("forecast", grades.forecast(&[inquiry(InquiryGrade::A)])?);

    // 7. Won, and closed once something is paid.
    let now = march(31, 17);
    heading(now, "the deal");
    case.go(MoveRequest::new("won", sales).with_reason("contract signed"), now)?;
    case.tenures.close(TenureEnd::Converted, None, now)?;
    say("granted", grades.change(&GradeRequest::new(InquiryGrade::A, InquiryGrade::S), now)?);
    let order = Order { id: "O-1".into(), amount, created_at: now, ..Order::default() };
    let deals = ClosedDeals::default();
    say("closed deal", if deals.is_closed(&order, &[], now)? { "yes" } else { "not yet: nothing is paid" });
    let payment =
        Payment { order: Some("O-1".into()), amount: amount.checked_ratio(3, 10)?, ..Payment::default() };
    if deals.is_closed(&order, &[payment], now)? {
        say("closed deal", "yes: a first payment has come in");
    }

    // Nothing was dropped on the way.
    heading(now, "the whole way");
    say("timeline", &case.timeline);
    for first in case.timeline.first_entries() {
        say("first entry", format!("{:12} {}", first.stage, first.entered.at));
    }
    for tenure in case.tenures.tenures() {
        let end = tenure.end.map_or("lasts".to_owned(), |end| end.to_string());
        say("tenure", format!("{} ({}): {end}", tenure.owner, tenure.acquisition));
    }
    let lead: &LeadId = case.timeline.lead();
    say("status", format!("lead {lead}: {}", case.lead.status));
    Ok(())
}
