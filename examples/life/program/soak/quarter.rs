//! Who comes in, and what reps do, hour by hour.

use std::collections::VecDeque;

use chrono::{DateTime, FixedOffset, TimeDelta, Timelike, Utc};
use leadkit::model::{
    Account, CloseReason, Contact, FollowUp, FollowUpKind, Lead, LeadId, LeadStatus, OpportunityId, Rep,
    RepId, Value, YesNo,
};

use super::super::desk::Desk;
use super::super::event::{Deal, Event, Line};
use super::random::Random;
use super::{DAYS, FESTIVALS};

const SURNAMES: [&str; 20] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何",
    "郭", "马", "罗",
];
const NAMES: [&str; 20] = [
    "伟", "芳", "娜", "秀英", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明",
    "超", "秀兰", "霞",
];
const CITIES: [&str; 8] = ["北京", "上海", "深圳", "成都", "杭州", "武汉", "西安", "南京"];
/// Two of them make a brand: so many that few are alike, as among registered names.
const SYLLABLES: &str = "安邦博昌晨诚驰达德鼎东帆丰富港高格冠光广海航浩和恒宏华汇嘉建金锦景久凯康科坤蓝朗乐力利联龙隆迈美明铭\
                         纳宁诺欧鹏普启千强勤荣锐瑞润森盛世硕思泰腾天通同万旺威维伟文祥新信兴旭雅阳业亿益银英永友宇元远云泽展正志智中众卓";
const TRADES: [&str; 6] = ["科技", "软件", "物流", "医疗器械", "教育", "机械制造"];
const PRODUCTS: [&str; 4] = ["crm", "scrm", "bi", "oa"];
const SOURCES: [&str; 4] = ["web", "expo", "wechat", "referral"];
const MESSAGES: [&str; 5] = ["请报价", "想看演示", "请回电", "想换系统", "多少钱"];

/// Somebody who may write.
#[derive(Debug, Clone)]
struct Person {
    name: String,
    mobile: String,
    email: Option<String>,
    wechat: Option<String>,
    company: Option<usize>,
    city: usize,
}

/// The quarter as it goes on.
pub(super) struct Quarter {
    pub(super) random: Random,
    people: Vec<Person>,
    companies: Vec<(String, String)>,
    start: DateTime<FixedOffset>,
    /// Leads for each hour.
    plan: Vec<u32>,
    /// Who wrote already.
    known: Vec<usize>,
    written: usize,
    acts: usize,
    at: DateTime<FixedOffset>,
    /// What is still to be done in this hour: by whom.
    agenda: VecDeque<RepId>,
    /// What follows from what was done.
    then: VecDeque<Line>,
    /// Opportunities that are open, and their leads.
    deals: Vec<(OpportunityId, LeadId)>,
    joined: usize,
}

impl Quarter {
    pub(super) fn new(seed: u64, count: usize, start: DateTime<FixedOffset>) -> Quarter {
        let mut random = Random::new(seed);
        let syllables: Vec<char> = SYLLABLES.chars().collect();
        let companies: Vec<(String, String)> = (0..(count / 3).max(4))
            .map(|number| {
                let city = CITIES[number % CITIES.len()];
                let branch = if number % 11 == 10 { format!("{city}分公司") } else { String::new() };
                // A branch has the name of the company before it.
                let of = if branch.is_empty() { number } else { number - 1 };
                // Each pair once, for the number is a prime; brands of one syllable lie far apart.
                let pair = of * 7_919 % syllables.len().pow(2);
                let (one, other) = (syllables[pair / syllables.len()], syllables[pair % syllables.len()]);
                let (at, trade) = (CITIES[of % CITIES.len()], TRADES[of % TRADES.len()]);
                let name = format!("{at}{one}{other}{trade}有限公司{branch}");
                (name, format!("c{of}.com.cn"))
            })
            .collect();
        let people = (0..count.max(4)).map(|number| person(number, &companies, &mut random)).collect();
        let mut quarter = Quarter {
            random,
            people,
            companies,
            start,
            plan: vec![0; (DAYS * 24) as usize],
            known: Vec::new(),
            written: 0,
            acts: 0,
            at: start,
            agenda: VecDeque::new(),
            then: VecDeque::new(),
            deals: Vec::new(),
            joined: 0,
        };
        quarter.families();
        for _ in 0..count {
            let hour = quarter.draw_hour();
            quarter.plan[hour] += 1;
        }
        quarter
    }

    /// Some people share a mobile number with somebody else.
    fn families(&mut self) {
        for _ in 0..self.people.len() / 50 {
            let (one, other) = (self.random.below(self.people.len()), self.random.below(self.people.len()));
            self.people[other].mobile = self.people[one].mobile.clone();
        }
    }

    /// People write by day, and less during the festivals.
    fn draw_hour(&mut self) -> usize {
        loop {
            let hour = self.random.below((DAYS * 24) as usize);
            let day = hour / 24;
            let by_day = (8..23).contains(&(hour % 24));
            let festival = FESTIVALS.iter().any(|days| days.contains(&(day as i64)));
            let share = match (by_day, festival) {
                (true, false) => 100,
                (true, true) => 30,
                (false, _) => 8,
            };
            if self.random.hits(share) {
                return hour;
            }
        }
    }

    pub(super) fn line(&mut self, key: &'static str, event: Event) -> Line {
        self.acts += 1;
        Line { number: self.acts, at: self.at, key, event, digest: None }
    }

    /// Customers who are on file before.
    pub(super) fn accounts(&mut self) -> Vec<Line> {
        let mut lines = Vec::new();
        for number in (0..self.companies.len()).step_by(25) {
            let (company, domain) = self.companies[number].clone();
            let id = format!("A{number}");
            let contact = Contact {
                id: format!("{id}-1").as_str().into(),
                account: Some(id.as_str().into()),
                name: Some(format!("{}总", SURNAMES[number % SURNAMES.len()])),
                phones: vec![mobile(900_000 + number).as_str().into()],
                ..Contact::default()
            };
            let account = Account {
                id: id.as_str().into(),
                company,
                domain: Some(domain),
                created_at: (self.start - TimeDelta::days(200)).to_utc(),
                owner: (number % 50 == 0).then(|| "rep01".into()),
                contacts: vec![contact],
                ..Account::default()
            };
            lines.push(self.line("account", Event::Account(Box::new(account))));
        }
        lines
    }

    /// What comes in from outside in an hour.
    pub(super) fn hour(&mut self, at: DateTime<FixedOffset>, hour: i64, desk: &Desk) -> Vec<Line> {
        let count = self.plan[hour as usize];
        let mut lines = Vec::new();
        for number in 0..count {
            self.at = at + TimeDelta::seconds(i64::from(number) * 3_600 / i64::from(count) + 7);
            lines.push(self.submission());
        }
        self.at = at + TimeDelta::seconds(3_599);
        if at.hour() == 9 {
            lines.extend(self.people_come_and_go(desk));
        }
        let works = (9..18).contains(&at.hour());
        self.agenda.clear();
        for rep in desk.reps.values().filter(|rep| works && desk.is_at_work(rep, at.to_utc())) {
            // Some do little: their leads go to others.
            if !is_idle(&rep.id) || self.random.hits(3) {
                self.agenda.extend(std::iter::repeat_n(rep.id.clone(), 6));
            }
        }
        lines
    }

    fn submission(&mut self) -> Line {
        let again = !self.known.is_empty() && self.random.hits(22);
        let who = if again {
            self.known[self.random.below(self.known.len())]
        } else {
            self.random.below(self.people.len())
        };
        self.known.push(who);
        let lead = self.form(who, "L");
        self.line("submit", Event::Submit { lead: Box::new(lead), activities: Vec::new() })
    }

    /// A row of the system before, of anybody.
    pub(super) fn row(&mut self) -> Lead {
        let who = self.random.below(self.people.len());
        let row = self.form(who, "M");
        Lead { created_at: row.created_at - TimeDelta::days(400), ..row }
    }

    /// How many people there are.
    pub(super) fn many(&self) -> usize {
        self.people.len()
    }

    /// How many lines there were.
    pub(super) fn acts(&self) -> usize {
        self.acts
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.at.to_utc()
    }

    /// What somebody writes.
    fn form(&mut self, who: usize, prefix: &str) -> Lead {
        self.written += 1;
        let person = self.people[who].clone();
        let landline = self.random.hits(8);
        let mut lead = Lead {
            id: format!("{prefix}{:06}", self.written).as_str().into(),
            created_at: self.at.to_utc(),
            name: Some(person.name.clone()).filter(|_| !self.random.hits(3)),
            city: Some(CITIES[person.city].to_owned()).filter(|_| self.random.hits(60)),
            message: Some(self.random.pick(&MESSAGES).to_owned()).filter(|_| self.random.hits(80)),
            products: vec![self.random.pick(&PRODUCTS).to_owned()],
            ..Lead::default()
        };
        if let Some(company) = person.company {
            lead.company = Some(self.companies[company].0.clone());
            lead.employee_count = Some((company % 13 * 40) as u32).filter(|_| self.random.hits(40));
        }
        match self.random.below(20) {
            0 => lead.wechat = person.wechat.as_deref().map(Into::into),
            1 | 2 => lead.emails.extend(person.email.as_deref().map(Into::into)),
            // Nobody can be reached by it.
            3 => lead.phones = vec!["13800138000".into()],
            _ => {
                let written =
                    if self.random.hits(30) { spaced(&person.mobile) } else { person.mobile.clone() };
                lead.phones = vec![written.as_str().into()];
                lead.emails.extend(person.email.as_deref().filter(|_| self.random.hits(30)).map(Into::into));
            }
        }
        if landline && let Some(company) = person.company {
            lead.phones.push(format!("010-6264{:04}", company % 10_000).as_str().into());
        }
        if lead.phones.is_empty() && lead.emails.is_empty() && lead.wechat.is_none() {
            lead.phones = vec![person.mobile.as_str().into()];
        }
        lead.attributes.insert("consent".to_owned(), Value::from("yes"));
        lead.source.primary = Some(SOURCES[self.written % SOURCES.len()].to_owned());
        lead
    }

    /// Leave, resignations and new reps.
    fn people_come_and_go(&mut self, desk: &Desk) -> Vec<Line> {
        let mut lines = Vec::new();
        let here: Vec<RepId> =
            desk.reps.values().filter(|rep| rep.active).map(|rep| rep.id.clone()).collect();
        let some = |random: &mut Random| here[random.below(here.len())].clone();
        if self.random.hits(14) {
            let (rep, days) = (some(&mut self.random), 1 + self.random.below(9) as i64);
            let until = self.at + TimeDelta::days(days);
            lines.push(self.line("absent", Event::Absent { rep, until }));
        }
        let day = (self.at - self.start).num_days();
        if (day == 30 || day == 60) && here.len() > 3 {
            let (leaver, heir) = (some(&mut self.random), some(&mut self.random));
            if leaver != heir && day == 60 {
                lines.push(self.line("hand_over", Event::HandOver { rep: leaver.clone(), to: heir }));
            }
            lines.push(self.line("leave", Event::Leave { rep: leaver }));
            self.joined += 1;
            let rep = Rep {
                id: format!("new{}", self.joined).as_str().into(),
                team: Some("east".into()),
                manager: Some("head_east".into()),
                hours: Some("office".into()),
                ..Rep::default()
            };
            lines.push(self.line("join", Event::Join(Box::new(rep))));
        }
        for _ in 0..self.deals.len().div_ceil(20) {
            let (id, lead) = self.deals.swap_remove(self.random.below(self.deals.len()));
            let status = if self.random.hits(40) { Deal::Won } else { Deal::Lost };
            lines.push(self.line("opportunity", Event::Opportunity { id, lead, status }));
        }
        if self.random.hits(30) {
            let is_blocked = |lead: &&Lead| lead.close_reason == Some(CloseReason::Blocked);
            let blocked: Vec<LeadId> =
                desk.book.leads().filter(is_blocked).map(|lead| lead.id.clone()).collect();
            if !blocked.is_empty() {
                let lead = blocked[self.random.below(blocked.len())].clone();
                lines.push(self.line("release", Event::Release { lead }));
            }
        }
        if self.random.hits(40)
            && let Some(lead) = desk
                .book
                .leads()
                .find(|lead| lead.owner.is_none() && lead.pool.is_some() && lead.is_on_file())
        {
            let (lead, rep) = (lead.id.clone(), some(&mut self.random));
            lines.push(self.line("claim", Event::Claim { lead, rep }));
        }
        lines.extend(self.in_the_office(day, desk, &here));
        lines
    }

    /// What the next rep does now: they speak to a lead they have not spoken to, else to one again.
    pub(super) fn next_act(&mut self, desk: &Desk) -> Option<Line> {
        if let Some(line) = self.then.pop_front() {
            return Some(line);
        }
        loop {
            let rep = self.agenda.pop_front()?;
            let leads = desk.leads_of_rep(&rep);
            let status = |lead: &&LeadId| desk.book.lead(lead).map(|lead| lead.status);
            let waits =
                |lead: &&LeadId| matches!(status(lead), Some(LeadStatus::Pending | LeadStatus::Converted));
            let untouched = leads.iter().find(waits).cloned();
            let again = if self.random.hits(30) && !leads.is_empty() {
                Some(leads[self.random.below(leads.len())].clone())
            } else {
                None
            };
            let Some(lead) = untouched.or(again) else { continue };
            return Some(self.speak(rep, lead));
        }
    }

    fn speak(&mut self, rep: RepId, lead: LeadId) -> Line {
        let id = format!("F{}", self.acts);
        let mut follow_up =
            FollowUp::new(id.as_str(), lead.clone(), rep, self.at.to_utc(), FollowUpKind::Call);
        // Some say when they will call again.
        let again = (self.at + TimeDelta::days(1 + self.random.below(6) as i64)).date_naive();
        follow_up.next_date = self.random.hits(25).then_some(again);
        let call = self.line("follow_up", Event::FollowUp(Box::new(follow_up)));
        let then = match self.random.below(100) {
            0..20 => Some(("close", Event::Close { lead, reason: CloseReason::NoIntent })),
            20..27 => Some(("close", Event::Close { lead, reason: CloseReason::Unreachable })),
            27..32 => Some(("return", Event::Return { lead })),
            32..44 => {
                let account = format!("N{}", self.acts).as_str().into();
                // Some sign for a quarter or two.
                if self.random.hits(50) {
                    let ends = self.at + TimeDelta::days(40 + self.random.below(120) as i64);
                    let signed = self.line("contract", Event::Contract { lead: lead.clone(), ends });
                    self.then.push_back(signed);
                }
                Some(("convert", Event::Convert { lead, account }))
            }
            47..65 => {
                let verified = self.verify(lead.clone());
                self.then.push_back(verified);
                Some(("advance", self.qualify(lead)))
            }
            65..69 => Some(("pause", Event::Pause { lead, reason: "the customer asks for time".to_owned() })),
            69..73 => Some(("resume", Event::Resume { lead })),
            44..47 => {
                let id: OpportunityId = format!("O{}", self.acts).as_str().into();
                self.deals.push((id.clone(), lead.clone()));
                Some(("opportunity", Event::Opportunity { id, lead, status: Deal::Open }))
            }
            _ => None,
        };
        if let Some((key, event)) = then {
            let line = self.line(key, event);
            self.then.push_back(line);
        }
        call
    }
}

impl Quarter {
    /// What a call finds out of a lead.
    fn verify(&mut self, lead: LeadId) -> Line {
        let found = [("title", "总经理"), ("business_model", "direct"), ("registry_status", "active")];
        let values = found.map(|(field, value)| (field.to_owned(), Value::from(value))).into();
        self.line("update", Event::Update { lead, values })
    }

    /// What a call says of a lead: most of the time it fits, and often it is ready for sales.
    fn qualify(&mut self, lead: LeadId) -> Event {
        let to = if self.random.hits(60) { "mql" } else { "sql" };
        let said = if to == "mql" && self.random.hits(12) { YesNo::No } else { YesNo::Yes };
        let asked = match to {
            "mql" => ["mql.fits", "mql.need", "mql.willing"],
            _ => ["sql.fits", "sql.intends", "sql.willing"],
        };
        let answers = asked.map(|criterion| (criterion.to_owned(), said)).into();
        Event::Advance { lead, to: to.to_owned(), answers }
    }
}

/// One in ten.
fn is_idle(rep: &RepId) -> bool {
    rep.as_str().ends_with('3')
}

fn person(number: usize, companies: &[(String, String)], random: &mut Random) -> Person {
    let name = format!("{}{}", random.pick(&SURNAMES), random.pick(&NAMES));
    let company = random.hits(70).then(|| random.below(companies.len()));
    let email = match company {
        Some(company) if random.hits(60) => Some(format!("u{number}@{}", companies[company].1)),
        _ => random.hits(30).then(|| format!("user{number}x@gmail.com")),
    };
    Person {
        name,
        mobile: mobile(number),
        email,
        wechat: Some(format!("wx_person_{number}")),
        company,
        city: random.below(CITIES.len()),
    }
}

/// A mobile number that looks like nobody's invention.
fn mobile(number: usize) -> String {
    let mixed = (number as u64 + 17).wrapping_mul(0x9e37_79b9_7f4a_7c15) % 100_000_000;
    let prefix = ["138", "139", "150", "186", "177"][number % 5];
    let digits = format!("{mixed:08}");
    format!("{prefix}{digits}")
}

fn spaced(mobile: &str) -> String {
    format!("+86 {} {} {}", &mobile[..3], &mobile[3..7], &mobile[7..])
}
