//! Complete rules documents that work without changes.

use std::collections::BTreeMap;

use super::{ElsewhereRule, ElsewhereTarget, LifeRules, Rules};
use crate::assign::{AssignRule, AssignRules, AssignTarget, PoolRules};
use crate::blacklist::{BlacklistCheck, BlacklistRule, BlacklistRules, BurstCheck, BurstDimension};
use crate::calendar::{Span, UtcOffset, Zone};
use crate::dedup::DedupRules;
use crate::model::{Pool, PoolId, PoolKind, PoolMode};
use crate::order;
use crate::rule::{Condition, Operator};
use crate::score::ScoreRules;

impl Rules {
    /// For sales to companies, whole: with only a roster, a plausible lead (a usable contact, a name or company, and a
    /// form or message) reaches a rep at once, or when the first of them is next at work.
    ///
    /// All reps of the roster take turns by their weights; a rep with territories takes leads of these, of unknown
    /// regions, and of regions that nobody serves. The first contact is due within a day, also with a customer: a rep who
    /// does not answer one in time loses the lead and the account. A lost lead stays in its pool for three days; a rep
    /// holds 150 open leads at most and claims 10 a day. When twenty leads come from one network within ten minutes, or
    /// ten of one company within an hour (a class that registers together), those that nobody has wait two hours for a
    /// reviewer. A lead whose name or company is `test` is voided. Change what differs for you: every part is
    /// data.
    ///
    /// Ten leads of a Monday, and three reps at work from 9 to 18: who gets which, when and why.
    ///
    /// ```
    /// use leadkit::calendar::{CalendarRules, Calendars, UtcOffset, Zone};
    /// use leadkit::model::{Lead, Rep};
    /// use leadkit::{Arrival, Intake, Roster, Rules, State};
    /// use serde_json::json;
    ///
    /// let intake = Intake::compile(&Rules::b2b())?;
    /// let hours = CalendarRules::office_hours(Zone::Fixed(UtcOffset::CHINA));
    /// let calendars = Calendars([("office".to_owned(), hours)].into_iter().collect());
    /// let reps = ["li", "wang", "zhao"].map(|id| Rep { id: id.into(), hours: Some("office".into()), ..Rep::default() });
    /// let roster = Roster::compile(&reps, &calendars)?;
    /// let came = [
    ///     ("09:00", json!({"name": "陈明", "company": "武汉博远软件有限公司", "phones": ["13812349876"], "message": "请报价"})),
    ///     ("09:10", json!({"company": "西安金石机械制造有限公司", "emails": ["liu@jinshi-jx.com"], "message": "想看演示"})),
    ///     ("09:20", json!({"name": "Zoe", "wechat": "zoe_wx_2026", "message": "你好, 想买"})),
    ///     ("09:30", json!({"name": "郭勇", "company": "杭州蓝湾软件有限公司", "phones": ["0571-86223104"], "message": "请报价"})),
    ///     ("09:40", json!({"name": "Bob", "phones": ["+1 415 555 2671"], "message": "price please"})),
    ///     ("09:50", json!({"name": "马超", "company": "深圳恒通物流有限公司", "phones": ["13501928374"], "employee_count": 2000, "message": "请回电"})),
    ///     ("10:00", json!({"name": "高军", "phones": ["13764028315"], "job_function": "manager", "message": "想换系统"})),
    ///     ("10:10", json!({"name": "何静", "emails": ["he.jing@gmail.com"], "message": "多少钱"})),
    ///     ("10:20", json!({"company": "南京安泰机械制造有限公司", "phones": ["13677215849"], "industry": ["制造业"], "message": "请报价"})),
    ///     ("20:00", json!({"name": "冯丹", "company": "重庆瑞峰物流有限公司", "phones": ["13996280417"], "message": "急"})),
    /// ];
    /// let arrivals: Vec<Arrival> = (1..).zip(came).map(|(number, (time, mut lead))| {
    ///     lead["id"] = json!(format!("L{number:02}"));
    ///     lead["created_at"] = json!(format!("2026-03-02T{time}:00+08:00"));
    ///     Arrival::new(Lead::from_json(lead).unwrap())
    /// }).collect();
    /// let decided = intake.process_batch(&arrivals, &mut intake.book(), &roster, &mut State::default()).unwrap();
    /// let said: Vec<String> = decided.iter().map(|one| {
    ///     let cell = one.outcome.score().unwrap().cell();
    ///     format!("{}, {cell}, by {}", one.outcome, one.outcome.reason())
    /// }).collect();
    /// assert_eq!(said, [
    ///     "lead L01 is assigned to li, A4, by everybody",
    ///     "lead L02 is assigned to wang, A4, by everybody",
    ///     "lead L03 is assigned to zhao, B4, by everybody",
    ///     "lead L04 is assigned to li, A4, by everybody",
    ///     "lead L05 is assigned to wang, B4, by everybody",
    ///     "lead L06 is assigned to zhao, A4, by everybody",
    ///     "lead L07 is assigned to li, A4, by everybody",
    ///     "lead L08 is assigned to wang, B4, by everybody",
    ///     "lead L09 is assigned to zhao, A4, by everybody",
    ///     "lead L10 stays without an owner (no_eligible), to be tried again at 2026-03-03T01:00:00Z, A4, by no_eligible",
    /// ]);
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    #[must_use]
    pub fn b2b() -> Rules {
        Rules {
            revision: "b2b".to_owned(),
            blacklist: blacklist(),
            elsewhere: vec![named_as_test()],
            dedup: DedupRules::b2b(),
            score: ScoreRules::b2b(),
            assign: for_everybody(150, 10),
            pools: pools(),
            life: LifeRules::b2b(),
            ..Rules::default()
        }
    }

    /// For sales to consumers, whole: as [`b2b`](Rules::b2b), but people are matched and scored, not companies; the
    /// first contact is due within an hour, day and night (see
    /// [`LifeRules::first_contact_hours`](super::LifeRules::first_contact_hours)), and a lost lead goes to the next in
    /// rotation at once; a rep holds 50 open leads at most and claims 20 a day.
    ///
    /// Ten leads of a Monday, and three reps at work from 9 to 18: who gets which, when and why.
    ///
    /// ```
    /// use leadkit::calendar::{CalendarRules, Calendars, UtcOffset, Zone};
    /// use leadkit::model::{Lead, Rep};
    /// use leadkit::{Arrival, Intake, Roster, Rules, State};
    /// use serde_json::json;
    ///
    /// let intake = Intake::compile(&Rules::b2c())?;
    /// let hours = CalendarRules::office_hours(Zone::Fixed(UtcOffset::CHINA));
    /// let calendars = Calendars([("office".to_owned(), hours)].into_iter().collect());
    /// let reps = ["li", "wang", "zhao"].map(|id| Rep { id: id.into(), hours: Some("office".into()), ..Rep::default() });
    /// let roster = Roster::compile(&reps, &calendars)?;
    /// let came = [
    ///     ("09:00", json!({"name": "陈明", "phones": ["13812349876"], "message": "请报价"})),
    ///     ("09:10", json!({"name": "刘洋", "emails": ["liu.yang@gmail.com"], "message": "想看演示"})),
    ///     ("09:20", json!({"name": "Zoe", "wechat": "zoe_wx_2026", "message": "你好, 想买"})),
    ///     ("09:30", json!({"name": "郭勇", "phones": ["0571-86223104"], "message": "请报价"})),
    ///     ("09:40", json!({"name": "Bob", "phones": ["+1 415 555 2671"], "message": "price please"})),
    ///     ("09:50", json!({"name": "马超", "phones": ["13501928374"], "products": ["piano"], "city": "深圳", "message": "请回电"})),
    ///     ("10:00", json!({"name": "高军", "phones": ["13764028315"], "attributes": {"past_orders": 2}, "message": "再买"})),
    ///     ("10:10", json!({"name": "何静", "emails": ["he.jing@qq.com"], "message": "多少钱"})),
    ///     ("10:20", json!({"name": "沈阳", "phones": ["13677215849"], "products": ["violin"], "message": "试听"})),
    ///     ("20:00", json!({"name": "冯丹", "phones": ["13996280417"], "message": "急"})),
    /// ];
    /// let arrivals: Vec<Arrival> = (1..).zip(came).map(|(number, (time, mut lead))| {
    ///     lead["id"] = json!(format!("L{number:02}"));
    ///     lead["created_at"] = json!(format!("2026-03-02T{time}:00+08:00"));
    ///     Arrival::new(Lead::from_json(lead).unwrap())
    /// }).collect();
    /// let decided = intake.process_batch(&arrivals, &mut intake.book(), &roster, &mut State::default()).unwrap();
    /// let said: Vec<String> = decided.iter().map(|one| {
    ///     let cell = one.outcome.score().unwrap().cell();
    ///     format!("{}, {cell}, by {}", one.outcome, one.outcome.reason())
    /// }).collect();
    /// assert_eq!(said, [
    ///     "lead L01 is assigned to li, B4, by everybody",
    ///     "lead L02 is assigned to wang, B4, by everybody",
    ///     "lead L03 is assigned to zhao, B4, by everybody",
    ///     "lead L04 is assigned to li, B4, by everybody",
    ///     "lead L05 is assigned to wang, B4, by everybody",
    ///     "lead L06 is assigned to zhao, A4, by everybody",
    ///     "lead L07 is assigned to li, A4, by everybody",
    ///     "lead L08 is assigned to wang, B4, by everybody",
    ///     "lead L09 is assigned to zhao, B4, by everybody",
    ///     "lead L10 stays without an owner (no_eligible), to be tried again at 2026-03-03T01:00:00Z, B4, by no_eligible",
    /// ]);
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    #[must_use]
    pub fn b2c() -> Rules {
        Rules {
            revision: "b2c".to_owned(),
            dedup: DedupRules::b2c(),
            score: ScoreRules::b2c(),
            assign: for_everybody(50, 20),
            life: LifeRules::b2c(),
            ..Rules::b2b()
        }
    }
}

/// The blacklist a team starts with, and bursts: of twenty leads from one network within ten minutes, and of ten of one
/// company within an hour, a person reviews those without an owner. A script is quick; a class that a teacher tells to
/// register comes in one after the other, and all of them name their school.
fn blacklist() -> BlacklistRules {
    let mut blacklist = BlacklistRules::default();
    let class = BurstCheck {
        by: BurstDimension::Company,
        count: 10,
        window: Span::hours(1),
        ..BurstCheck::default()
    };
    for (id, check) in [("burst", BurstCheck::default()), ("class", class)] {
        let rule = BlacklistRule::new(id, BlacklistCheck::Burst(check));
        blacklist.rules.push(BlacklistRule { category: "repeat".to_owned(), ..rule });
    }
    blacklist
}

/// Voids a form whose person or company name says that it is a test. The host adds rules for the team's own domains,
/// numbers and addresses.
fn named_as_test() -> ElsewhereRule {
    let is_test = |field| Condition::compare(field, Operator::Matches, "(?i)^\\s*(test|测试)\\s*$").ok();
    let when = Condition::any(["name", "company"].into_iter().filter_map(is_test));
    ElsewhereRule { id: "test".into(), when, then: ElsewhereTarget::Void }
}

/// Turns among all reps. A rep with territories takes a lead whose region nobody knows or serves as well: else it would reach
/// nobody.
fn for_everybody(holding_cap: u32, daily_claim_cap: u32) -> AssignRules {
    let all = AssignRule { id: "everybody".into(), then: AssignTarget::Everybody, ..AssignRule::default() };
    let leads = PoolRules {
        zone: Zone::Fixed(UtcOffset::CHINA),
        serve_unknown_region: true,
        serve_unserved_region: true,
        holding_cap: Some(holding_cap),
        daily_claim_cap: Some(daily_claim_cap),
        rules: vec![all],
        ..PoolRules::default()
    };
    let pools: BTreeMap<PoolId, PoolRules> = order::map([(PoolId::from("leads"), leads)]);
    AssignRules { pools, ..AssignRules::default() }
}

/// The pools a team has before it has pools of regions. Leads of all of them are assigned by the rules of the first.
fn pools() -> Vec<Pool> {
    let pool = |id: &str, kind, mode| Pool {
        id: id.into(),
        kind,
        mode,
        assigns_from: Some("leads".into()),
        ..Pool::default()
    };
    vec![
        pool("leads", PoolKind::Lead, PoolMode::Both),
        pool("nurture", PoolKind::Nurture, PoolMode::Both),
        pool("public_active", PoolKind::PublicActive, PoolMode::Both),
        pool("public_general", PoolKind::PublicGeneral, PoolMode::Both),
        pool("invalid", PoolKind::Invalid, PoolMode::AssignOnly),
    ]
}
