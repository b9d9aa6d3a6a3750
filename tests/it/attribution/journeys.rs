//! From records to journeys.

use leadkit::attribution::{
    Assembled, Attribution, AttributionRules, JourneyError, Origin, Records, Repeat, UtmChannel,
};
use leadkit::model::{
    Account, Activity, Contact, ConversionRecord, Currency, EmailAddress, Lead, Link, LinkKind, Money,
    Opportunity, Order, RecordRef, SharedBy, Touch, Utm, WechatId,
};

use super::support::{at, cny, hour};

fn touch(lead: &str, channel: &str, at: i64) -> Touch {
    Touch { lead: lead.into(), channel: channel.into(), time: hour(at), ..Touch::default() }
}

fn lead(id: &str, at: i64) -> Lead {
    Lead { id: id.into(), created_at: hour(at), ..Lead::default() }
}

fn keyed(name: &str, value: &str, channel: &str, at: i64) -> Touch {
    Touch { keys: [(name.to_owned(), value.to_owned())].into(), ..touch("", channel, at) }
}

fn assemble(records: &Records<'_>) -> Assembled {
    Attribution::compile(&AttributionRules::default()).unwrap().journeys(records).unwrap()
}

/// The worked case: an account with three contacts, two leads, a lead collected under one of them, a merged lead, a click
/// before the first lead and a shared article. Each touch once, in order.
#[test]
fn the_journey_of_an_account() {
    let contact = |id: &str| Contact { id: id.into(), ..Contact::default() };
    let account = Account {
        id: "A1".into(),
        company: "Acme Ltd".into(),
        contacts: vec![contact("C1"), contact("C2"), contact("C3")],
        ..Account::default()
    };
    let first = Lead {
        click_ids: [("bd_vid".to_owned(), "click-7".to_owned())].into(),
        external_ids: [
            ("wechat_openid".to_owned(), "o6_bm".to_owned()),
            ("crm_id".to_owned(), "77".to_owned()),
        ]
        .into(),
        first_utm: Utm { source: Some("baidu".into()), ..Utm::default() },
        utm: Utm { source: Some("newsletter".into()), ..Utm::default() },
        ..lead("L1", 100)
    };
    let second = Lead { emails: vec![EmailAddress::from("Li.Lei+fair@acme-fair.com")], ..lead("L2", 200) };
    let leads = [first, second, lead("L3", 300), lead("L4", 150), lead("Z", 10)];
    let link = |from: &str, kind, to: RecordRef| Link { from: RecordRef::Lead(from.into()), kind, to };
    let links = [
        link("L2", LinkKind::BelongsTo, RecordRef::Account("A1".into())),
        link("L3", LinkKind::CollectedUnder, RecordRef::Lead("L1".into())),
        link("L4", LinkKind::MergedInto, RecordRef::Lead("L2".into())),
    ];
    let converted = ConversionRecord {
        lead: "L1".into(),
        account: "A1".into(),
        contact: Some("C1".into()),
        opportunity: Some("O1".into()),
        at: hour(400),
        by: None,
        rule: None,
    };
    let shared = Activity {
        id: "act-9".into(),
        lead: "L2".into(),
        kind: "article_click".into(),
        time: hour(220),
        channel: Some("wechat".into()),
        shared_by: Some(SharedBy::Employee),
        ..Activity::default()
    };
    let visit = |contact: &str, at: i64| Touch { contact: Some(contact.into()), ..touch("", "visit", at) };
    let touches = [
        Touch { id: Some("t1".into()), ..touch("L1", "hotline", 110) },
        keyed("bd_vid", "click-7", "baidu", 90),
        keyed("openid", "o6_bm", "wechat", 95),
        keyed("email", "li.lei@ACME-fair.com", "mail", 180),
        keyed("crm_id", "77", "never", 96),
        keyed("bd_vid", "of nobody", "never", 97),
        // Copied when L4 was merged into L2: once by content, once by id.
        touch("L4", "expo", 160),
        touch("L2", "expo", 160),
        Touch { id: Some("t2".into()), ..touch("L4", "seminar", 170) },
        Touch { id: Some("t2".into()), ..touch("L2", "seminar", 170) },
        Touch::from_activity(&shared).unwrap(),
        touch("L3", "live", 310),
        // One mass mail reaches three people at one moment: three touches.
        Touch { contact: Some("C1".into()), ..touch("", "mail", 320) },
        Touch { contact: Some("C2".into()), ..touch("", "mail", 320) },
        Touch { contact: Some("C3".into()), ..touch("", "mail", 320) },
        visit("C2", 330),
        visit("C2", 330),
        touch("Z", "other customer", 1),
        touch("unknown", "never", 2),
        touch("L1", "support", 900),
    ];
    let won = Opportunity {
        id: "O1".into(),
        account: Some("A1".into()),
        lead: Some("L1".into()),
        amount: Some(cny(500_000)),
        created_at: hour(410),
        won_at: Some(hour(500)),
        ..Opportunity::default()
    };
    let assembled = assemble(&Records {
        leads: &leads,
        accounts: &[account],
        opportunities: &[won],
        conversions: &[converted],
        links: &links,
        touches: &touches,
        ..Records::default()
    });
    assert_eq!(assembled.customers.len(), 2);
    let customer = assembled.customers.iter().find(|one| one.records.len() > 1).unwrap();
    let lines: Vec<String> = customer
        .touches
        .iter()
        .map(|one| format!("{} {}", (one.time - hour(0)).num_hours(), one.channel))
        .collect();
    assert_eq!(
        lines,
        [
            "90 baidu",
            "95 wechat",
            "100 newsletter",
            "110 hotline",
            "160 expo",
            "170 seminar",
            "180 mail",
            "220 share:employee",
            "310 live",
            "320 mail",
            "320 mail",
            "320 mail",
            "330 visit",
            "900 support",
        ]
    );
    assert_eq!(
        customer.touches[0].origin,
        Origin::Key { name: "bd_vid".into(), record: RecordRef::Lead("L1".into()) }
    );
    assert_eq!(customer.touches[2].origin, Origin::Utm("L1".into()), "the first link is the click before it");
    assert_eq!((assembled.strangers, assembled.repeats), (3, 3));
    // What follows the conversion came to nothing so far; so did the other customer.
    assert_eq!((assembled.journeys.conversions(), assembled.journeys.nulls()), (1, 2));
    let journey = assembled.journeys.iter().find(|journey| journey.conversions() == 1).unwrap();
    assert_eq!((journey.len(), journey.id(), journey.value()), (13, Some("O1"), Some(cny(500_000))));
    assert_eq!(journey.lead_created(), Some(hour(100)));
    assert_eq!(journey.opportunity_created(), Some(hour(410)));
}

/// The order records and touches come in changes nothing but the order of touches of one moment.
#[test]
fn a_won_opportunity_takes_the_touches_of_collected_leads() {
    let leads = [lead("L1", 0), lead("L2", 50)];
    let links = [Link {
        from: RecordRef::Lead("L2".into()),
        kind: LinkKind::CollectedUnder,
        to: RecordRef::Lead("L1".into()),
    }];
    let won = Opportunity {
        id: "O".into(),
        lead: Some("L1".into()),
        created_at: hour(60),
        won_at: Some(hour(70)),
        ..Opportunity::default()
    };
    let mut touches = vec![touch("L1", "a", 1), touch("L2", "b", 51), touch("L1", "c", 52)];
    let channels = |touches: &[Touch], links: &[Link]| {
        let records = Records {
            leads: &leads,
            links,
            opportunities: std::slice::from_ref(&won),
            touches,
            ..Records::default()
        };
        let assembled = assemble(&records);
        let journey = assembled.journeys.iter().find(|one| one.conversions() == 1).unwrap();
        (0..journey.len()).filter_map(|touch| journey.channel(touch).map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(channels(&touches, &links), ["a", "b", "c"]);
    touches.reverse();
    assert_eq!(channels(&touches, &links), ["a", "b", "c"]);
    assert_eq!(channels(&touches, &[]), ["a", "c"], "without the link it is another customer");
}

#[test]
fn later_conversions_see_what_the_rules_say() {
    let won = |id: &str, at: i64| Opportunity {
        id: id.into(),
        lead: Some("L1".into()),
        created_at: hour(at - 1),
        won_at: Some(hour(at)),
        ..Opportunity::default()
    };
    let open = Opportunity { won_at: None, ..won("O3", 99) };
    let order = |id: &str, opportunity: Option<&str>, minor, at| Order {
        id: id.into(),
        lead: Some("L1".into()),
        opportunity: opportunity.map(Into::into),
        amount: cny(minor),
        created_at: hour(at),
        ..Order::default()
    };
    let orders = [order("1", Some("O1"), 70, 9), order("2", Some("O1"), 30, 8), order("3", None, 5, 40)];
    let touches = [touch("L1", "a", 1), touch("L1", "b", 20), touch("L1", "c", 35), touch("L1", "d", 50)];
    let journeys = |repeat| {
        let mut rules = AttributionRules::default();
        rules.journeys.repeat = repeat;
        let records = Records {
            leads: &[lead("L1", 0)],
            opportunities: &[won("O2", 30), won("O1", 10), open.clone()],
            orders: &orders,
            touches: &touches,
            ..Records::default()
        };
        let assembled = Attribution::compile(&rules).unwrap().journeys(&records).unwrap();
        assembled
            .journeys
            .iter()
            .map(|journey| {
                let channels: Vec<&str> =
                    (0..journey.len()).filter_map(|touch| journey.channel(touch)).collect();
                (journey.id().unwrap_or("-").to_owned(), channels.join(" "), journey.minor_value())
            })
            .collect::<Vec<_>>()
    };
    let row = |id: &str, path: &str, minor: i64| (id.to_owned(), path.to_owned(), minor);
    assert_eq!(
        journeys(Repeat::Cut),
        [row("O1", "a", 100), row("O2", "b", 0), row("3", "c", 5), row("-", "d", 0)]
    );
    assert_eq!(
        journeys(Repeat::FullHistory),
        [row("O1", "a", 100), row("O2", "a b", 0), row("3", "a b c", 5)],
    );
}

trait MinorValue {
    fn minor_value(&self) -> i64;
}

impl MinorValue for leadkit::attribution::Journey<'_> {
    fn minor_value(&self) -> i64 {
        self.value().map_or(0, |value| value.minor())
    }
}

#[test]
fn links_are_named_as_the_rules_say() {
    let named = |source: Option<&str>, medium: Option<&str>| Utm {
        source: source.map(str::to_owned),
        medium: medium.map(str::to_owned),
        ..Utm::default()
    };
    for (rule, first, last) in [
        (UtmChannel::Source, "google", "bing"),
        (UtmChannel::Medium, "cpc", "bing"),
        (UtmChannel::SourceMedium, "google / cpc", "bing"),
    ] {
        let one = Lead {
            first_utm: named(Some("google"), Some("cpc")),
            utm: named(Some("bing"), Some(" ")),
            ..lead("L1", 0)
        };
        let mut rules = AttributionRules::default();
        rules.journeys.utm_channel = rule;
        let records = Records { leads: &[one, lead("L2", 1)], ..Records::default() };
        let assembled = Attribution::compile(&rules).unwrap().journeys(&records).unwrap();
        let channels: Vec<&str> =
            assembled.customers[0].touches.iter().map(|one| one.channel.as_str()).collect();
        assert_eq!(channels, [first, last]);
        assert_eq!(assembled.customers.len(), 1, "a lead without touches and conversions is no journey");
    }
}

#[test]
fn circles_of_links_and_unknown_records_do_no_harm() {
    let merged = |from: &str, to: &str| Link {
        from: RecordRef::Lead(from.into()),
        kind: LinkKind::MergedInto,
        to: RecordRef::Lead(to.into()),
    };
    let links = [merged("a", "b"), merged("b", "a"), merged("b", "b"), merged("x", "y")];
    let touches = [touch("a", "sem", 1), touch("b", "sem", 1), touch("y", "feed", 2)];
    let assembled = assemble(&Records { links: &links, touches: &touches, ..Records::default() });
    assert_eq!(assembled.customers.iter().map(|one| one.touches.len()).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(assembled.repeats, 1, "merged leads are one");
    let blank = Touch { channel: " ".into(), ..touch("a", "", 3) };
    assert_eq!(assemble(&Records { links: &links, touches: &[blank], ..Records::default() }).unusable, 1);
    let _ = at("2026-01-01T00:00:00Z");
}

/// However a lead was merged on, a touch that was copied along is one.
#[test]
fn a_touch_follows_every_merge() {
    let lead = |number: usize| format!("m{number:05}");
    let merged = |from: usize, to: usize| Link {
        from: RecordRef::Lead(lead(from).as_str().into()),
        kind: LinkKind::MergedInto,
        to: RecordRef::Lead(lead(to).as_str().into()),
    };
    let assembled = |links: &[Link], leads: usize| {
        let touches: Vec<Touch> = (0..leads).map(|number| touch(&lead(number), "sem", 1)).collect();
        let assembled = assemble(&Records { links, touches: &touches, ..Records::default() });
        assert_eq!(assembled.customers.len(), 1);
        (assembled.customers[0].touches.len(), assembled.repeats)
    };
    // One after the other, forwards and backwards.
    let forwards: Vec<Link> = (1..5_000).map(|number| merged(number - 1, number)).collect();
    assert_eq!(assembled(&forwards, 5_000), (1, 4_999));
    let backwards: Vec<Link> = (1..5_000).map(|number| merged(number, number - 1)).collect();
    assert_eq!(assembled(&backwards, 5_000), (1, 4_999));
    // Into a circle, from two sides.
    let circle = [merged(0, 3), merged(3, 2), merged(2, 4), merged(4, 3), merged(1, 4)];
    assert_eq!(assembled(&circle, 5), (1, 4));
}

fn order(id: &str, opportunity: Option<&str>, amount: Money, at: i64) -> Order {
    Order {
        id: id.into(),
        lead: Some("L1".into()),
        opportunity: opportunity.map(Into::into),
        amount,
        created_at: hour(at),
        ..Order::default()
    }
}

fn opportunity(id: &str, won_at: Option<i64>) -> Opportunity {
    Opportunity {
        id: id.into(),
        lead: Some("L1".into()),
        amount: Some(cny(999)),
        created_at: hour(5),
        won_at: won_at.map(hour),
        ..Opportunity::default()
    }
}

/// An order is money: whatever its opportunity is, its amount is in exactly one conversion.
#[test]
fn every_order_is_in_a_conversion() {
    let orders = [
        order("won 1", Some("won"), cny(70), 9),
        order("won 2", Some("won"), cny(30), 12),
        order("open 2", Some("open"), cny(4), 22),
        order("open 1", Some("open"), cny(3), 20),
        order("lost 1", Some("lost"), cny(5), 31),
        order("unknown 1", Some("gone"), cny(11), 40),
        order("unknown 2", Some("gone"), cny(13), 42),
        order("alone", None, cny(17), 50),
        Order { lead: None, ..order("adrift", Some("elsewhere"), cny(19), 60) },
        Order { lead: None, ..order("nobody", None, cny(23), 61) },
        Order { lead: Some(" ".into()), ..order("blank", None, cny(29), 62) },
    ];
    let lost = Opportunity { lost_at: Some(hour(30)), ..opportunity("lost", None) };
    let opportunities =
        [opportunity("won", Some(10)), opportunity("open", None), lost, opportunity("quiet", None)];
    let touches = [touch("L1", "a", 1), touch("L1", "b", 15), touch("L1", "c", 41), touch("L1", "d", 70)];
    let mut records = Records {
        leads: &[lead("L1", 0)],
        opportunities: &opportunities,
        orders: &orders,
        touches: &touches,
        ..Records::default()
    };
    let rows = |assembled: &Assembled| -> Vec<String> {
        let journeys = assembled.journeys.iter();
        let row = |journey: leadkit::attribution::Journey<'_>| {
            let path: Vec<&str> = (0..journey.len()).filter_map(|touch| journey.channel(touch)).collect();
            let at = journey.ended_at().map_or(0, |at| (at - hour(0)).num_hours());
            format!("{} {at} {} [{}]", journey.id().unwrap_or("-"), journey.minor_value(), path.join(" "))
        };
        journeys.map(row).collect()
    };
    let assembled = assemble(&records);
    assert_eq!(
        rows(&assembled),
        [
            "won 10 100 [a]",
            "open 20 7 [b]",
            "lost 31 5 []",
            "unknown 1 40 11 []",
            "unknown 2 42 13 [c]",
            "alone 50 17 []",
            "- 0 0 [d]",
            "adrift 60 19 []",
            "nobody 61 23 []",
            "blank 62 29 []",
        ]
    );
    let total: i64 = orders.iter().map(|order| order.amount.minor()).sum();
    assert_eq!(assembled.journeys.value(), Some(cny(total)));
    assert_eq!(
        (assembled.ordered_not_won, assembled.unknown_opportunities, assembled.orders_of_nobody),
        (2, 3, 2)
    );
    assert_eq!(
        assembled.to_string(),
        "2 customers with 9 conversions and 1 journey without; 2 opportunities are not won but have orders, and count \
         from the first of them; 3 orders of unknown opportunities count by themselves; 2 orders name no customer and \
         stay unattributed"
    );
    // The order they come in changes nothing.
    let reversed: Vec<Order> = orders.iter().rev().cloned().collect();
    records.orders = &reversed;
    assert_eq!(rows(&assemble(&records)), rows(&assembled));
}

/// Orders of one opportunity that cannot be added are an error that names it, never another amount.
#[test]
fn orders_that_cannot_be_added_are_an_error() {
    let dollars = |minor| Money::new(minor, Currency::USD);
    let failure = |orders: &[Order], won_at: Option<i64>| {
        let opportunities = [opportunity("O1", Some(2)), opportunity("O2", won_at)];
        let records =
            Records { leads: &[lead("L1", 0)], opportunities: &opportunities, orders, ..Records::default() };
        Attribution::compile(&AttributionRules::default()).unwrap().journeys(&records)
    };
    for won_at in [Some(10), None] {
        let mixed = [order("1", Some("O2"), cny(70), 9), order("2", Some("O2"), dollars(30), 9)];
        let error = failure(&mixed, won_at).unwrap_err();
        let (expected, found) = (Currency::CNY, Currency::USD);
        let conversion = Some("O2".to_owned());
        assert_eq!(error, JourneyError::Currency { journey: 1, conversion, expected, found });
        assert!(
            error
                .to_string()
                .starts_with("journey 1 (conversion `O2`) has an amount in USD after amounts in CNY")
        );
        let large = [order("1", Some("O2"), cny(i64::MAX), 9), order("2", Some("O2"), cny(1), 9)];
        let conversion = Some("O2".to_owned());
        let error = failure(&large, won_at).unwrap_err();
        assert_eq!(error, JourneyError::AmountOverflow { journey: 1, conversion });
        assert!(error.to_string().contains("up to journey 1 (conversion `O2`) exceed"), "{error}");
    }
    // Nothing in another currency is nothing.
    let with_zero = [order("1", Some("O2"), dollars(0), 9), order("2", Some("O2"), cny(30), 9)];
    assert_eq!(failure(&with_zero, Some(10)).unwrap().journeys.value(), Some(cny(999 + 30)));
    // Two opportunities in two currencies.
    let error = failure(&[order("1", Some("O2"), dollars(30), 9)], Some(10)).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("journey 1 (conversion `O2`) has an amount in USD after amounts in CNY")
    );
}

/// Addresses and WeChat ids of contacts find anonymous touches as those of leads do; a lead's come first.
#[test]
fn keys_of_contacts_find_anonymous_touches() {
    let wechat = |id: &str| Some(WechatId::from(id));
    let mails = |mail: &str| vec![EmailAddress::from(mail)];
    let account = Account {
        id: "A1".into(),
        contacts: vec![
            Contact { id: "C2".into(), wechat: wechat("Li_Lei88"), ..Contact::default() },
            Contact { id: "C1".into(), emails: mails("buyer+fair@acme-fair.com"), ..Contact::default() },
        ],
        ..Account::default()
    };
    let standing = Contact {
        id: "C3".into(),
        lead: Some("L2".into()),
        emails: mails("desk@acme-fair.com"),
        wechat: wechat("li_lei88"),
        ..Contact::default()
    };
    let leads = [
        Lead { emails: mails("desk@acme-fair.com"), ..lead("L1", 9) },
        lead("L2", 3),
        Lead { wechat: wechat("hanmeimei"), ..lead("L3", 4) },
    ];
    let touches = [
        keyed("email", "Buyer@acme-fair.com", "mail", 1),
        keyed("mail", "desk@ACME-fair.com", "mail", 2),
        keyed("wechat", "LI_LEI88", "wechat", 5),
        keyed("wechat_id", "HanMeimei", "wechat", 6),
        keyed("wechat", "nobody_99", "wechat", 7),
        keyed("email", "nobody@acme-fair.com", "mail", 8),
    ];
    let assembled = assemble(&Records {
        leads: &leads,
        accounts: &[account],
        contacts: &[standing],
        touches: &touches,
        ..Records::default()
    });
    let origins: Vec<String> = assembled
        .customers
        .iter()
        .flat_map(|customer| &customer.touches)
        .map(|touch| match &touch.origin {
            Origin::Key { name, record } => format!("{} by {name}: {record}", touch.channel),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        origins,
        [
            "mail by mail: lead L1",
            "wechat by wechat_id: lead L3",
            "mail by email: contact C1",
            "wechat by wechat: contact C2",
        ]
    );
    assert_eq!(assembled.strangers, 2);
}

/// A lead says itself where it went; a link that says that two are not the same joins nobody.
#[test]
fn who_is_one_customer() {
    let folded = Lead { folded_into: Some("L1".into()), ..lead("L2", 20) };
    let collected = Lead { collected_under: Some("L1".into()), ..lead("L3", 30) };
    let filed = Lead { account: Some("A1".into()), ..lead("L1", 10) };
    let leads = [filed, folded, collected, lead("L4", 40)];
    let related = Link {
        from: RecordRef::Lead("L4".into()),
        kind: LinkKind::RelatedTo,
        to: RecordRef::Lead("L1".into()),
    };
    let touches = [touch("L2", "expo", 21), touch("L3", "mail", 31), touch("L4", "sem", 41)];
    let assembled =
        assemble(&Records { leads: &leads, links: &[related], touches: &touches, ..Records::default() });
    let records: Vec<String> = assembled
        .customers
        .iter()
        .map(|one| one.records.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        .collect();
    assert_eq!(records, ["lead L1, lead L2, lead L3, account A1", "lead L4"]);
}

/// One stranger's link, such as `?utm_source=(null)`, stops nobody's attribution.
#[test]
fn channels_that_are_none_are_left_out_and_counted() {
    let bad = Lead { utm: Utm { source: Some("(null)".into()), ..Utm::default() }, ..lead("L1", 10) };
    let good = Lead { utm: Utm { source: Some(" sem ".into()), ..Utm::default() }, ..lead("L2", 10) };
    let touches = [
        touch("L1", " ", 11),
        touch("L1", "(start)", 12),
        touch("L1", " baidu ", 13),
        touch("L1", "baidu", 14),
    ];
    let assembled = assemble(&Records { leads: &[bad, good], touches: &touches, ..Records::default() });
    assert_eq!(assembled.unusable, 3);
    let channels: Vec<&str> = assembled
        .customers
        .iter()
        .flat_map(|one| one.touches.iter().map(|one| one.channel.as_str()))
        .collect();
    assert_eq!(channels, ["baidu", "baidu", "sem"]);
    assert!(assembled.to_string().contains("3 touches have a blank or reserved channel"), "{assembled}");
}

#[test]
fn a_record_that_is_there_twice_counts_once() {
    let one = Lead { utm: Utm { source: Some("sem".into()), ..Utm::default() }, ..lead("L1", 10) };
    let won = Opportunity {
        id: "O1".into(),
        lead: Some("L1".into()),
        amount: Some(cny(1_000)),
        created_at: hour(20),
        won_at: Some(hour(30)),
        ..Opportunity::default()
    };
    let order = Order {
        id: "R1".into(),
        lead: Some("L1".into()),
        opportunity: Some("O1".into()),
        amount: cny(700),
        created_at: hour(30),
        ..Order::default()
    };
    for orders in [&[][..], &[order.clone(), order][..]] {
        let assembled = assemble(&Records {
            leads: &[one.clone(), one.clone()],
            opportunities: &[won.clone(), won.clone()],
            orders,
            ..Records::default()
        });
        assert_eq!(assembled.repeated_records, 2 + orders.len() / 2);
        assert_eq!((assembled.journeys.conversions(), assembled.customers[0].touches.len()), (1, 1));
        let credits = Attribution::load(serde_json::json!({"models": [{"id": "last", "model": "last"}]}))
            .unwrap()
            .allocate(&assembled.journeys, &[leadkit::attribution::Dimension::Channel])
            .unwrap();
        let wanted = if orders.is_empty() { 1_000 } else { 700 };
        assert!(format!("{credits:?}").contains(&format!("{wanted}")), "{credits:?}");
    }
}

/// Two sales of one moment have the same touches: neither came before the other.
#[test]
fn conversions_of_one_moment_have_the_same_touches() {
    let won = |id: &str, at: i64| Opportunity {
        id: id.into(),
        lead: Some("L1".into()),
        amount: Some(cny(100)),
        created_at: hour(2),
        won_at: Some(hour(at)),
        ..Opportunity::default()
    };
    let (leads, touches) = ([lead("L1", 1)], [touch("L1", "sem", 1), touch("L1", "mail", 40)]);
    let all = [won("O2", 30), won("O1", 30), won("O3", 50), won("O4", 60)];
    let records = Records { leads: &leads, touches: &touches, opportunities: &all, ..Records::default() };
    let assembled = assemble(&records);
    let found: Vec<String> = assembled
        .journeys
        .iter()
        .map(|one| format!("{} {}", one.id().unwrap(), one.channel(0).unwrap_or("-")))
        .collect();
    // The fourth follows the third without a touch of its own.
    assert_eq!(found, ["O1 sem", "O2 sem", "O3 mail", "O4 -"]);
    assert_eq!(assembled.customers[0].touches.len(), 2);
    let rules = serde_json::json!({
        "models": [{"id": "last", "model": "last"}], "journeys": {"repeat": "full_history"},
    });
    let full = Attribution::load(rules).unwrap().journeys(&records).unwrap();
    assert_eq!(full.journeys.iter().map(|one| one.len()).collect::<Vec<_>>(), [1, 1, 2, 2]);
}

/// An old click of another campaign does not hide the link of a lead; one of its own campaign does, and what led to a lead
/// comes before what it did at that moment.
#[test]
fn a_link_is_shown_by_a_click_of_its_campaign() {
    let utm = Utm { source: Some("sem".into()), campaign: Some("c2".into()), ..Utm::default() };
    let one = Lead { utm, click_ids: [("gclid".to_owned(), "x".to_owned())].into(), ..lead("L1", 100) };
    let click = |campaign: Option<&str>| Touch {
        campaign: campaign.map(Into::into),
        ..keyed("gclid", "x", "sem", 1)
    };
    let form = touch("L1", "form", 100);
    for (campaign, wanted) in [
        (Some("c1"), vec!["sem c1", "sem c2", "form "]),
        (Some("c2"), vec!["sem c2", "form "]),
        (None, vec!["sem ", "form "]),
    ] {
        let touches = [form.clone(), click(campaign)];
        let assembled =
            assemble(&Records { leads: std::slice::from_ref(&one), touches: &touches, ..Records::default() });
        let shown: Vec<String> = assembled.customers[0]
            .touches
            .iter()
            .map(|one| format!("{} {}", one.channel, one.campaign.as_deref().unwrap_or_default()))
            .collect();
        assert_eq!(shown, wanted);
    }
}

/// The touches of the first customer: hours, channel, campaign.
fn shown(records: &Records<'_>) -> Vec<String> {
    let assembled = assemble(records);
    let hours = |touch: &leadkit::attribution::AssembledTouch| (touch.time - hour(0)).num_hours();
    let campaign = |touch: &leadkit::attribution::AssembledTouch| match &touch.campaign {
        Some(campaign) => format!(" {campaign}"),
        None => String::new(),
    };
    let touches = assembled.customers.iter().flat_map(|one| &one.touches);
    touches.map(|touch| format!("{} {}{}", hours(touch), touch.channel, campaign(touch))).collect()
}

fn by_link(id: &str, source: &str, click: Option<&str>, at: i64) -> Lead {
    Lead {
        utm: Utm { source: Some(source.into()), ..Utm::default() },
        click_ids: click.iter().map(|id| ("gclid".to_owned(), (*id).to_owned())).collect(),
        ..lead(id, at)
    }
}

fn link(from: &str, kind: LinkKind, to: &str) -> Link {
    Link { from: RecordRef::Lead(from.into()), kind, to: RecordRef::Lead(to.into()) }
}

/// Who comes again brings a link of its own: one visit, whether the click was recorded or not, and whichever lead has its key.
#[test]
fn an_entry_that_was_folded_brings_one_visit() {
    let first = by_link("L1", "sem", Some("a"), 0);
    let clicks = [keyed("gclid", "a", "sem", -1), keyed("gclid", "b", "sem", 99)];
    let again = |click| Lead { folded_into: Some("L1".into()), ..by_link("L2", "sem", click, 100) };
    let ask = |first: &Lead, again: Lead, touches: &[Touch], links: &[Link]| {
        shown(&Records { leads: &[first.clone(), again], touches, links, ..Records::default() })
    };
    assert_eq!(ask(&first, again(Some("b")), &clicks, &[]), ["-1 sem", "99 sem"]);
    assert_eq!(
        ask(&first, again(Some("b")), &clicks[..1], &[]),
        ["-1 sem", "100 sem"],
        "the second click is missing"
    );
    assert_eq!(ask(&first, again(Some("b")), &clicks[1..], &[]), ["0 sem", "99 sem"], "the first one is");
    assert_eq!(ask(&first, again(None), &[], &[]), ["0 sem", "100 sem"], "both are");
    // Folding gave the click to the lead that was there before.
    let filled =
        Lead { click_ids: [("gclid".to_owned(), "b".to_owned())].into(), ..by_link("L1", "sem", None, 0) };
    assert_eq!(
        ask(&filled, again(Some("b")), &clicks, &[]),
        ["0 sem", "99 sem"],
        "a click of nobody is left out"
    );
    assert_eq!(ask(&filled, again(None), &clicks[1..], &[]), ["0 sem", "99 sem"]);
    // One click, two forms.
    assert_eq!(ask(&first, again(Some("a")), &clicks[..1], &[]), ["-1 sem"]);
    assert_eq!(ask(&first, again(Some("a")), &[], &[]), ["0 sem"]);
    // The same submission, sent once more.
    let resent = [link("L2", LinkKind::ResubmissionOf, "L1")];
    let second = by_link("L2", "sem", None, 20);
    assert_eq!(ask(&first, second.clone(), &clicks[..1], &resent), ["-1 sem"]);
    assert_eq!(ask(&first, second.clone(), &[], &resent), ["0 sem"]);
    // By another link it is another visit, and so is another form, however soon.
    assert_eq!(ask(&first, by_link("L2", "feed", None, 20), &[], &resent), ["0 sem", "20 feed"]);
    let soon = Lead { folded_into: Some("L1".into()), ..by_link("L2", "sem", None, 1) };
    assert_eq!(ask(&first, soon, &[], &[]), ["0 sem", "1 sem"]);
    // A click that another customer has too is shown there only.
    let touches = &clicks[..1];
    assert_eq!(ask(&first, by_link("L2", "sem", Some("a"), 20), touches, &[]), ["-1 sem", "20 sem"]);
    // Another person of the company is nobody's second visit.
    let collected = Lead { collected_under: Some("L1".into()), ..by_link("L2", "sem", None, 0) };
    assert_eq!(ask(&first, collected, &[], &[]), ["0 sem", "0 sem"]);
}

#[test]
fn campaigns_and_ids_are_taken_without_spaces() {
    let campaign = |name: &str, at| Touch { campaign: Some(name.into()), ..touch("L1", "sem", at) };
    let touches = [campaign(" spring ", 1), campaign("spring", 1), campaign(" ", 2), touch("L1", "sem", 2)];
    let utm = Utm { source: Some("sem".into()), campaign: Some("  ".into()), ..Utm::default() };
    let leads = [Lead { utm, ..lead("L1", 0) }];
    let records = Records { leads: &leads, touches: &touches, ..Records::default() };
    assert_eq!(shown(&records), ["0 sem", "1 sem spring", "2 sem"]);
    let mut journeys = leadkit::attribution::Journeys::new();
    for campaign in [Some(" spring"), Some("spring "), Some(" \u{3000}"), None] {
        journeys.push(leadkit::attribution::Step { channel: "sem", campaign, time: None }).unwrap();
    }
    journeys.end_journey(&leadkit::attribution::Conversion::default()).unwrap();
    let journey = journeys.iter().next().unwrap();
    let campaigns: Vec<Option<&str>> = (0..4).map(|touch| journey.campaign(touch)).collect();
    assert_eq!(campaigns, [Some("spring"), Some("spring"), None, None]);
}

/// An activity and a touch may have one id, and so may touches of two customers.
#[test]
fn ids_are_of_their_kind() {
    let activity = Activity {
        id: "7".into(),
        lead: "L1".into(),
        kind: "view".into(),
        time: hour(3),
        channel: Some("live".into()),
        ..Activity::default()
    };
    let leads = [lead("L1", 0), lead("L2", 0)];
    let with_id = |lead: &str, at| Touch { id: Some("7".into()), ..touch(lead, "mail", at) };
    let touches = [
        Touch::from_activity(&activity).unwrap(),
        Touch { time: hour(4), ..Touch::from_activity(&activity).unwrap() },
        with_id("L1", 4),
        with_id("L2", 5),
    ];
    let records = Records { leads: &leads, touches: &touches, ..Records::default() };
    assert_eq!(shown(&records), ["3 live", "4 mail", "5 mail"], "of two customers each has its own");
    assert_eq!(assemble(&records).repeats, 1);
    let nobody = Touch { shared_by: Some(SharedBy::Other(" ".into())), ..touch("L1", "wechat", 6) };
    assert_eq!(shown(&Records { leads: &leads, touches: &[nobody], ..Records::default() }), ["6 wechat"]);
}

/// A blank id joins nobody, owns no key, and loses no conversion.
#[test]
fn blank_ids_are_of_nobody() {
    let of = |id: &str, source: &str| Lead {
        account: Some("".into()),
        folded_into: Some(" ".into()),
        ..by_link(id, source, None, 1)
    };
    let won = |id: &str, lead: &str| Opportunity {
        id: id.into(),
        lead: Some(lead.into()),
        account: Some("".into()),
        created_at: hour(2),
        won_at: Some(hour(3)),
        ..Opportunity::default()
    };
    let holder =
        |id: &str| Account { id: id.into(), contacts: vec![Contact::default()], ..Account::default() };
    let assembled = assemble(&Records {
        leads: &[of("L1", "a"), of("L2", "b")],
        accounts: &[holder("A1"), holder("A2")],
        opportunities: &[won("", "L1"), won("", "L2")],
        ..Records::default()
    });
    let shown: Vec<(usize, &str)> =
        assembled.customers.iter().map(|one| (one.touches.len(), one.touches[0].channel.as_str())).collect();
    assert_eq!(shown, [(1, "a"), (1, "b")]);
    assert_eq!((assembled.journeys.conversions(), assembled.journeys.nulls()), (2, 0));
}

/// An activity is one touch, whatever ids its copies have; of copies that differ the earliest counts, wherever it stands.
#[test]
fn copies_are_one_and_the_earliest_counts() {
    let of = |id: Option<&str>, activity: Option<&str>, channel: &str, at| Touch {
        id: id.map(Into::into),
        activity: activity.map(Into::into),
        ..touch("L1", channel, at)
    };
    let ask = |touches: &[Touch]| {
        shown(&Records { leads: &[by_link("L1", "sem", None, 10)], touches, ..Records::default() })
    };
    let copies = [
        of(Some("t1"), Some("a1"), "live", 1),
        of(None, Some("a1"), "live", 1),
        of(Some("t2"), Some("a1"), "live", 1),
    ];
    assert_eq!(ask(&copies), ["1 live", "10 sem"]);
    for mut touches in [
        vec![of(Some("t1"), None, "feed", 5), of(Some("t1"), None, "sem", 6)],
        vec![of(Some("t1"), None, "feed", 5), of(Some("t1"), None, "sem", 99)],
    ] {
        assert_eq!(ask(&touches), ["5 feed", "10 sem"]);
        touches.reverse();
        assert_eq!(ask(&touches), ["5 feed", "10 sem"]);
    }
}

/// A key of a lead comes before one of a contact, and that of the older lead first, whatever the keys are called.
#[test]
fn a_leads_key_comes_before_a_contacts() {
    let mails = |mail: &str| vec![EmailAddress::from(mail)];
    let contact = Contact { id: "C1".into(), emails: mails("buyer@acme-fair.com"), ..Contact::default() };
    let older = Lead { external_ids: [("openid".to_owned(), "o1".to_owned())].into(), ..lead("L1", 1) };
    let newer = Lead { emails: mails("desk@acme-fair.com"), ..lead("L0", 2) };
    let both = |keys: [(&str, &str); 2]| Touch {
        keys: keys.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        ..touch("", "mail", 5)
    };
    let touches = [
        both([("email", "buyer@acme-fair.com"), ("openid", "o1")]),
        Touch { time: hour(6), ..both([("email", "desk@acme-fair.com"), ("openid", "o1")]) },
    ];
    let assembled = assemble(&Records {
        leads: &[older, newer],
        contacts: &[contact],
        touches: &touches,
        ..Records::default()
    });
    let owner = Origin::Key { name: "openid".into(), record: RecordRef::Lead("L1".into()) };
    let found: Vec<&Origin> =
        assembled.customers.iter().flat_map(|one| &one.touches).map(|one| &one.origin).collect();
    assert_eq!(found, [&owner, &owner]);
}

/// Work grows with the touches, not with their square, however many share an address.
#[test]
fn many_who_share_a_key_are_no_square() {
    let mails = vec![EmailAddress::from("info@acme-fair.com")];
    let leads: Vec<Lead> = (0..3_000)
        .map(|number| Lead {
            account: Some("A1".into()),
            emails: mails.clone(),
            utm: Utm { source: Some("sem".into()), ..Utm::default() },
            ..lead(&format!("L{number:05}"), 5_000)
        })
        .collect();
    let touches: Vec<Touch> = (0..3_000).map(|at| keyed("email", "info@acme-fair.com", "sem", at)).collect();
    let assembled = assemble(&Records { leads: &leads, touches: &touches, ..Records::default() });
    assert_eq!(assembled.customers[0].touches.len(), 3_000, "each link is shown by one of them");
}

/// A first link is told with every visit, and is one touch.
#[test]
fn a_first_link_is_one_touch_however_often_it_is_told() {
    let came = |id: &str, last: &str, at| Lead {
        first_utm: Utm { source: Some("feed".into()), ..Utm::default() },
        folded_into: (id != "L1").then(|| "L1".into()),
        ..by_link(id, last, None, at)
    };
    let leads = [came("L1", "sem", 0), came("L2", "mail", 10), came("L3", "feed", 20)];
    assert_eq!(
        shown(&Records { leads: &leads, ..Records::default() }),
        ["0 feed", "0 sem", "10 mail", "20 feed"],
        "by that link again"
    );
    // The only link of one visit is the first of the next.
    let only = Lead { first_utm: Utm::default(), ..came("L1", "feed", 0) };
    let leads = [only, came("L2", "mail", 10)];
    assert_eq!(shown(&Records { leads: &leads, ..Records::default() }), ["0 feed", "10 mail"]);
}

/// A blank id of an opportunity is that of no order, and a lead without an id is counted.
#[test]
fn blank_ids_join_no_money_and_are_counted() {
    let won = |lead: &str| Opportunity { id: "".into(), lead: Some(lead.into()), ..opportunity("", Some(9)) };
    let mut opportunities = [won("L1"), won("L2")];
    let paid = Order { lead: Some("L2".into()), ..order("R1", Some(" "), cny(700), 9) };
    let blank = Order { lead: Some("L2".into()), ..order("R2", Some(""), cny(70), 9) };
    let leads =
        [by_link("L1", "sem", None, 1), by_link("L2", "feed", None, 1), by_link(" ", "live", None, 2)];
    for _ in 0..2 {
        let assembled = assemble(&Records {
            leads: &leads,
            opportunities: &opportunities,
            orders: &[paid.clone(), blank.clone()],
            ..Records::default()
        });
        let worth: Vec<(Option<&str>, i64)> =
            assembled.journeys.iter().map(|journey| (journey.channel(0), journey.minor_value())).collect();
        assert_eq!(worth, [(Some("sem"), 999), (Some("feed"), 999), (Some("feed"), 700), (Some("feed"), 70)]);
        assert_eq!((assembled.without_id, assembled.unknown_opportunities), (1, 0));
        assert!(assembled.to_string().ends_with("1 lead has no id and is left out"), "{assembled}");
        opportunities.reverse();
    }
}

/// Copies that are joined only through others are one, in whatever order they come.
#[test]
fn copies_join_through_one_another() {
    let of = |id: Option<&str>, activity: Option<&str>, at| Touch {
        id: id.map(Into::into),
        activity: activity.map(Into::into),
        ..touch("L1", "live", at)
    };
    let copies = [of(Some("t1"), None, 7), of(None, Some("a1"), 5), of(Some("t1"), Some("a1"), 6)];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let touches = order.map(|place: usize| copies[place].clone());
        let records = Records { leads: &[lead("L1", 0)], touches: &touches, ..Records::default() };
        assert_eq!(
            (shown(&records), assemble(&records).repeats),
            (vec!["5 live".to_owned()], 2),
            "{order:?}"
        );
    }
    // At one moment the channel decides, and never the order.
    let same = |channel: &str| Touch { id: Some("t".into()), ..touch("L1", channel, 5) };
    for touches in [[same("a"), same("b")], [same("b"), same("a")]] {
        let records = Records { leads: &[lead("L1", 0)], touches: &touches, ..Records::default() };
        assert_eq!(shown(&records), ["5 a"]);
    }
}

/// A touch with a key shows the next entry of each person who came with it, whoever else has the key and is older.
#[test]
fn a_key_shows_the_entries_of_all_who_came_with_it() {
    let open = |one: Lead| Lead { external_ids: [("openid".to_owned(), "o1".to_owned())].into(), ..one };
    let older = open(Lead { collected_under: Some("L0".into()), ..lead("L1", 35) });
    let leads = [open(lead("L0", 100)), by_link("L2", "sem", None, 100), older];
    let links = [link("L2", LinkKind::ReentryOf, "L0")];
    let ask = |leads: &[Lead], at| {
        let touches = [keyed("openid", "o1", "sem", at)];
        shown(&Records { leads, links: &links, touches: &touches, ..Records::default() })
    };
    assert_eq!(ask(&leads, 55), ["55 sem"]);
    assert_eq!(ask(&leads[..2], 55), ["55 sem"]);
    assert_eq!(ask(&leads, 30), ["30 sem", "100 sem"], "L1 came with the key after it");
    // Two who came with one key by one channel, apart: the touch is the visit of the first.
    let both = [open(by_link("L1", "sem", None, 10)), open(by_link("L2", "sem", None, 20))];
    let both = both.map(|one| Lead { account: Some("A1".into()), ..one });
    let touches = [keyed("openid", "o1", "sem", 5)];
    let records = Records { leads: &both, touches: &touches, ..Records::default() };
    assert_eq!(shown(&records), ["5 sem", "20 sem"]);
}

#[test]
fn each_touch_with_a_key_shows_one_of_many_entries() {
    let leads: Vec<Lead> = (0..2_000i64)
        .map(|number| Lead {
            folded_into: (number > 0).then(|| "L00000".into()),
            emails: vec![EmailAddress::from("ann@acme-fair.com")],
            ..by_link(&format!("L{number:05}"), "sem", Some(&format!("g{number}")), 2 * number)
        })
        .collect();
    let touches: Vec<Touch> =
        (0..2_000i64).map(|number| keyed("email", "ann@acme-fair.com", "sem", 2 * number - 1)).collect();
    let assembled = assemble(&Records { leads: &leads, touches: &touches, ..Records::default() });
    assert_eq!(assembled.customers[0].touches.len(), 2_000, "each link is shown by one of them");
}
