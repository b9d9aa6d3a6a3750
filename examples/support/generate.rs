//! A seeded stream of leads as they come in at a software vendor: three in ten are junk, two in ten are known already.
//!
//! The same seed gives the same stream everywhere: whole numbers only, and a generator of its own. All people,
//! companies and numbers are invented.
#![allow(dead_code, reason = "each user takes a part")]

use chrono::{DateTime, TimeDelta, Utc};
use leadkit::Arrival;
use leadkit::model::{Account, Activity, Contact, JobFunction, Lead};

/// Leads of a hundred that are junk.
pub(crate) const JUNK: u64 = 30;
/// Leads of a hundred that are known: the same contact or company came in before or is on file.
pub(crate) const KNOWN: u64 = 20;
/// Companies of a hundred with a Chinese name.
const CHINESE: u64 = 70;
/// Monday, 9:00 in China.
const START: &str = "2026-03-02T01:00:00Z";
/// Seconds between two leads: up to this, half of it on average.
const MAX_SECONDS_BETWEEN: u64 = 60;

/// SplitMix64 (Steele, Lea and Flood, 2014).
#[derive(Debug, Clone)]
pub(crate) struct SplitMix64(u64);

impl SplitMix64 {
    pub(crate) fn new(seed: u64) -> SplitMix64 {
        SplitMix64(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is small: the bias does not matter.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    fn of_hundred(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len() as u64) as usize]
    }
}

const CITIES: [&str; 32] = [
    "上海",
    "北京",
    "深圳",
    "广州",
    "杭州",
    "苏州",
    "南京",
    "成都",
    "武汉",
    "重庆",
    "西安",
    "天津",
    "青岛",
    "宁波",
    "无锡",
    "长沙",
    "佛山",
    "东莞",
    "合肥",
    "济南",
    "福州",
    "厦门",
    "大连",
    "沈阳",
    "石家庄",
    "温州",
    "常州",
    "嘉兴",
    "泉州",
    "珠海",
    "昆明",
    "南宁",
];
/// Characters of invented brands.
const BRAND: [&str; 64] = [
    "澜", "霁", "栢", "鲸", "砚", "岚", "沄", "翎", "筱", "昱", "沐", "璟", "禾", "鹭", "鸢", "玥", "珩",
    "颐", "棠", "榆", "屿", "野", "舟", "笛", "昇", "岑", "梧", "汀", "渡", "序", "崚", "弦", "岫", "衡",
    "蔓", "栖", "筑", "谙", "麓", "桁", "曜", "砺", "溯", "澈", "蘅", "芷", "旻", "烁", "钧", "铎", "骁",
    "骐", "翊", "翀", "珈", "琰", "瑄", "璨", "朔", "朗", "煦", "煜", "恺", "懿",
];
const TRADES: [(&str, &str); 8] = [
    ("软件", "软件"),
    ("精密制造", "制造业"),
    ("供应链管理", "物流"),
    ("商贸", "零售"),
    ("医疗器械", "医疗器械"),
    ("教育科技", "教育"),
    ("餐饮管理", "餐饮"),
    ("农业", "农业"),
];
const ENGLISH_HEADS: [&str; 64] = [
    "Amber", "Ash", "Aspen", "Birch", "Bramble", "Brook", "Cedar", "Clover", "Copper", "Coral", "Crane",
    "Dapple", "Drift", "Dusk", "Elder", "Ember", "Fallow", "Fern", "Flint", "Fox", "Frost", "Garnet",
    "Gorse", "Granite", "Hazel", "Heath", "Heron", "Holly", "Indigo", "Iron", "Ivory", "Jasper", "Juniper",
    "Kestrel", "Lark", "Laurel", "Lichen", "Linden", "Maple", "Marsh", "Meadow", "Mica", "Moss", "Nettle",
    "Oak", "Ochre", "Otter", "Pebble", "Pine", "Quarry", "Raven", "Reed", "Ridge", "Rowan", "Russet",
    "Saffron", "Sage", "Slate", "Sorrel", "Sparrow", "Tansy", "Thistle", "Umber", "Willow",
];
const ENGLISH_TAILS: [&str; 64] = [
    "bank", "bay", "beck", "bell", "bend", "borough", "bourne", "bridge", "brow", "burn", "cairn", "cliff",
    "combe", "cote", "court", "croft", "cross", "dale", "dell", "den", "down", "fall", "fell", "field",
    "fold", "ford", "forge", "garth", "gate", "glen", "grange", "grove", "hall", "ham", "haven", "hay",
    "hill", "holm", "hurst", "keep", "knoll", "land", "lea", "ley", "lode", "mere", "mill", "moor", "mount",
    "nook", "peak", "point", "pool", "rise", "rock", "shaw", "shore", "stead", "stone", "vale", "view",
    "ward", "well", "wick",
];
const ENGLISH_TRADES: [(&str, &str); 8] = [
    ("Software", "Software"),
    ("Robotics", "Manufacturing"),
    ("Logistics", "Logistics"),
    ("Foods", "Food"),
    ("Medical", "Medical devices"),
    ("Textiles", "Manufacturing"),
    ("Outfitters", "Retail"),
    ("Analytics", "Software"),
];
const ENGLISH_FORMS: [&str; 4] = ["Ltd", "Inc", "GmbH", "Pty Ltd"];
const COUNTRIES: [&str; 4] = ["United Kingdom", "United States", "Germany", "Australia"];
const SURNAMES: &str = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜";
const GIVEN: &str = "听雨望舒知夏一鸣若溪亦舟朝晖见山牧野清越初霁怀瑾星阑沐阳临渊思齐";
const OWNERS: [&str; 8] =
    ["gao_ming", "lin_yan", "chen_jing", "xu_lei", "huang_bo", "liang_yu", "qian_rui", "zhao_gang"];
const SOURCES: [&str; 6] = ["pc_form", "mobile_site", "wechat_account", "douyin", "zhihu", "mini_program"];
const KINDS: [&str; 8] = [
    "form_submit",
    "consult",
    "offline_event",
    "follow",
    "watch_live",
    "open_mail",
    "page_visit",
    "article_click",
];

/// The stream, and the accounts that are on file when it begins.
#[derive(Debug, Clone)]
pub(crate) struct Generator {
    seed: u64,
    accounts: u64,
}

/// A company with what a lead of it would say.
struct Company {
    name: String,
    city: Option<&'static str>,
    country: Option<&'static str>,
    industry: &'static str,
}

impl Generator {
    /// A stream that knows so many accounts, at most 4 million.
    pub(crate) fn new(seed: u64, accounts: usize) -> Generator {
        Generator { seed, accounts: accounts as u64 }
    }

    /// The accounts, by number.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = Account> + '_ {
        (0..self.accounts).map(|number| self.account(number))
    }

    fn account(&self, number: u64) -> Account {
        let mut rng = SplitMix64::new(self.seed ^ number.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let company = company(&mut rng, number);
        let contact = Contact {
            id: format!("C-{number}").into(),
            name: Some(person(&mut rng)),
            phones: vec![phone(1_000_000 + number).into()],
            ..Contact::default()
        };
        Account {
            id: format!("A-{number}").into(),
            company: company.name,
            created_at: start() - TimeDelta::days(1 + rng.below(900) as i64),
            owner: rng.of_hundred(90).then(|| rng.pick(&OWNERS).into()),
            closed_deal_at: rng.of_hundred(20).then(|| start() - TimeDelta::days(30)),
            contacts: vec![contact],
            ..Account::default()
        }
    }

    /// The first so many leads of the stream, as they come in.
    pub(crate) fn arrivals(&self, count: usize) -> Vec<Arrival> {
        let mut rng = SplitMix64::new(self.seed);
        let mut at = start();
        let mut arrivals: Vec<Arrival> = Vec::with_capacity(count);
        for number in 0..count as u64 {
            at += TimeDelta::seconds(rng.below(MAX_SECONDS_BETWEEN + 1) as i64);
            let mut lead = self.fresh(&mut rng, number, at);
            match rng.below(100) {
                roll if roll < JUNK => spoil(&mut rng, &mut lead),
                roll if roll < JUNK + KNOWN => self.make_known(&mut rng, &mut lead, &arrivals),
                _ => {}
            }
            let activities = activities(&mut rng, &lead);
            arrivals.push(Arrival { activities, at, ..Arrival::new(lead) });
        }
        arrivals
    }

    /// A lead that nothing is wrong with and that nobody knows.
    fn fresh(&self, rng: &mut SplitMix64, number: u64, at: DateTime<Utc>) -> Lead {
        let company = company(rng, self.accounts + number);
        let job = match rng.below(4) {
            0 => JobFunction::Manager,
            1 => JobFunction::Business,
            2 => JobFunction::It,
            _ => JobFunction::Finance,
        };
        let mut lead = Lead {
            id: format!("G-{number:07}").into(),
            created_at: at,
            name: Some(person(rng)),
            job_function: Some(job),
            company: Some(company.name),
            country: company.country.map(str::to_owned),
            city: company.city.map(str::to_owned),
            industry: vec![company.industry.to_owned()],
            employee_count: rng.of_hundred(80).then(|| 1 << rng.below(13)),
            ip: Some([10, rng.below(256) as u8, rng.below(256) as u8, rng.below(256) as u8].into()),
            ..Lead::default()
        };
        lead.source.primary = Some(rng.pick(&SOURCES).to_owned());
        if rng.of_hundred(90) {
            lead.phones.push(spelt(rng, &phone(20_000_000 + number)).into());
        }
        if lead.phones.is_empty() || rng.of_hundred(40) {
            lead.emails.push(format!("lead{number}@c{}.example.com", number % 5_000).into());
        }
        if rng.of_hundred(10) {
            lead.wechat = Some(format!("wx_lead_{number}").into());
        }
        if rng.of_hundred(30) {
            lead.message = Some(format!("想了解一下 CRM 的价格和试用，我们有 {} 个销售", rng.below(200)));
        }
        lead
    }

    fn make_known(&self, rng: &mut SplitMix64, lead: &mut Lead, before: &[Arrival]) {
        let earlier = |back: u64| before.len().checked_sub(1 + back as usize).and_then(|at| before.get(at));
        match rng.below(4) {
            // The same form once more, within the hour.
            0 => {
                if let Some(Arrival { lead: known, .. }) = earlier(rng.below(60)) {
                    (lead.phones, lead.emails) = (known.phones.clone(), known.emails.clone());
                    (lead.name, lead.company) = (known.name.clone(), known.company.clone());
                }
            }
            // Somebody of long ago.
            1 => {
                if let Some(Arrival { lead: known, .. }) = earlier(rng.below(before.len() as u64)) {
                    lead.phones = known.phones.clone();
                }
            }
            // Somebody else of a company on file.
            2 if self.accounts > 0 => {
                let account = self.account(rng.below(self.accounts));
                lead.company = Some(respelt(rng, account.company));
            }
            _ if self.accounts > 0 => {
                let account = self.account(rng.below(self.accounts));
                lead.phones = account.contacts.into_iter().flat_map(|contact| contact.phones).collect();
            }
            _ => {
                if let Some(Arrival { lead: known, .. }) = earlier(rng.below(before.len() as u64)) {
                    lead.company = known.company.clone();
                }
            }
        }
    }
}

fn start() -> DateTime<Utc> {
    START.parse().unwrap()
}

/// Different numbers below a million give different names.
fn company(rng: &mut SplitMix64, number: u64) -> Company {
    // An odd factor is a permutation of the numbers below 2^18.
    let mixed = number.wrapping_mul(0x2_f0b5) % (1 << 18);
    let part = |shift: u32| (mixed >> shift) as usize % 64;
    let round = (number >> 18) as usize;
    if number.wrapping_mul(0x9e37_79b9) % 100 < CHINESE {
        let (trade, industry) = TRADES[mixed as usize / 64 % 8];
        let city = CITIES[(mixed as usize + round) % 32];
        let form = if rng.of_hundred(85) { "有限公司" } else { "股份有限公司" };
        let name = format!("{city}{}{}{}{trade}{form}", BRAND[part(0)], BRAND[part(6)], BRAND[part(12)]);
        return Company { name, city: rng.of_hundred(80).then_some(city), country: None, industry };
    }
    let (trade, industry) = ENGLISH_TRADES[mixed as usize / 64 % 8];
    let country = COUNTRIES[(mixed as usize + round) % 4];
    let form = ENGLISH_FORMS[round % 4];
    let name = format!(
        "{}{} {} {trade} {form}",
        ENGLISH_HEADS[part(0)],
        ENGLISH_TAILS[part(6)],
        ENGLISH_HEADS[part(12)]
    );
    Company { name, city: None, country: Some(country), industry }
}

fn person(rng: &mut SplitMix64) -> String {
    let pick = |rng: &mut SplitMix64, from: &str| {
        let count = from.chars().count() as u64;
        from.chars().nth(rng.below(count) as usize).unwrap()
    };
    let mut name = String::from(pick(rng, SURNAMES));
    for _ in 0..=rng.below(2) {
        name.push(pick(rng, GIVEN));
    }
    name
}

/// A mobile number for every number below 100 million.
fn phone(number: u64) -> String {
    format!("199{:08}", number.wrapping_mul(0x5_6e61) % 100_000_000)
}

/// One of the ways to write a mobile number.
fn spelt(rng: &mut SplitMix64, digits: &str) -> String {
    let (head, rest) = digits.split_at(3);
    let (middle, tail) = rest.split_at(4);
    match rng.below(6) {
        0 => format!("{head} {middle} {tail}"),
        1 => format!("+86 {head}-{middle}-{tail}"),
        2 => format!("0086{digits}"),
        _ => digits.to_owned(),
    }
}

/// One of the ways to write a company's name.
fn respelt(rng: &mut SplitMix64, name: String) -> String {
    match rng.below(4) {
        0 => name.replace("有限公司", "有限责任公司").replace("股份有限责任公司", "股份有限公司"),
        1 => name.to_uppercase(),
        2 => format!(" {name} "),
        _ => name,
    }
}

/// Makes junk of a lead.
fn spoil(rng: &mut SplitMix64, lead: &mut Lead) {
    let text = |text: &str| Some(text.to_owned());
    match rng.below(8) {
        0 => lead.phones = vec!["13800138000".into()],
        1 => lead.phones = vec![format!("138{}", rng.pick(&["88888888", "00000000", "12345678"])).into()],
        2 => (lead.phones, lead.emails) = (vec!["12345".into()], Vec::new()),
        3 => (lead.phones, lead.emails) = (Vec::new(), vec!["nobody@@nowhere".into()]),
        4 => (lead.phones, lead.emails, lead.wechat) = (Vec::new(), Vec::new(), None),
        5 => (lead.name, lead.company) = (text("测试"), text("测试公司")),
        6 => (lead.name, lead.company) = (text("asdfgh"), text("qweqwe")),
        _ => lead.name = text(rng.pick(&["无", "test", "没有", "123"])),
    }
}

fn activities(rng: &mut SplitMix64, lead: &Lead) -> Vec<Activity> {
    (0..rng.below(6))
        .map(|number| Activity {
            id: format!("{}/{number}", lead.id).into(),
            lead: lead.id.clone(),
            kind: rng.pick(&KINDS).to_owned(),
            time: lead.created_at - TimeDelta::minutes(rng.below(20_000) as i64),
            ..Activity::default()
        })
        .collect()
}
