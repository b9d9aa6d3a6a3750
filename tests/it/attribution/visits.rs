//! How leads came, kept when they came: no merge changes it.

use std::collections::{BTreeMap, BTreeSet};

use leadkit::attribution::{Assembled, Attribution, AttributionRules, Origin, Records, Visit};
use leadkit::book::Book;
use leadkit::contact::PhoneOptions;
use leadkit::merge::{MergePlan, MergeRules, Merger, SurvivorTest};
use leadkit::model::{
    Activity, Contact, ConversionRecord, Effect, EmailAddress, FoldKind, Lead, LeadId, Link, LinkKind,
    Opportunity, RecordRef, Source, Touch, Utm,
};
use proptest::prelude::*;

use super::support::hour;

fn assemble(records: &Records<'_>) -> Assembled {
    Attribution::compile(&AttributionRules::default()).unwrap().journeys(records).unwrap()
}

/// Hour and channel of each touch, customer by customer.
fn shown(assembled: &Assembled) -> Vec<Vec<String>> {
    let line = |one: &leadkit::attribution::AssembledTouch| {
        format!("{} {}", (one.time - hour(0)).num_hours(), one.channel)
    };
    assembled.customers.iter().map(|one| one.touches.iter().map(line).collect()).collect()
}

fn utm(source: &str) -> Utm {
    Utm { source: Some(source.into()), ..Utm::default() }
}

fn came(id: &str, source: &str, click: &str, at: i64) -> Lead {
    Lead {
        id: id.into(),
        created_at: hour(at),
        utm: utm(source),
        click_ids: [("gclid".to_owned(), click.to_owned())].into(),
        ..Lead::default()
    }
}

fn merged(from: &str, into: &str) -> Link {
    Link { from: RecordRef::Lead(from.into()), kind: LinkKind::MergedInto, to: RecordRef::Lead(into.into()) }
}

/// What a merge leaves of the second when the first goes into it: created when the first was, by its link.
fn after_merge() -> ([Lead; 2], Vec<Visit>, [Link; 1]) {
    let (first, second) = (came("L1", "feed", "a", 0), came("L2", "sem", "b", 100));
    let visits = vec![Visit::of(&first), Visit::of(&second)];
    let left = Lead { created_at: hour(0), utm: utm("feed"), ..second };
    ([first, left], visits, [merged("L1", "L2")])
}

#[test]
fn a_visit_says_how_a_lead_came() {
    let (leads, visits, links) = after_merge();
    let records = Records { leads: &leads, links: &links, visits: &visits, ..Records::default() };
    let assembled = assemble(&records);
    assert_eq!(shown(&assembled), [["0 feed", "100 sem"]]);
    assert_eq!(assembled.customers[0].touches[1].origin, Origin::Utm("L2".into()));
    // A click that is told late, and was no other.
    let click = |id: &str, at| Touch {
        keys: [("gclid".to_owned(), id.to_owned())].into(),
        channel: "sem".into(),
        time: hour(at),
        ..Touch::default()
    };
    for (touch, wanted) in [(click("b", 90), ["0 feed", "90 sem"]), (click("a", -5), ["-5 sem", "0 feed"])] {
        let touches = [touch];
        let found = shown(&assemble(&Records { touches: &touches, ..records }));
        assert_eq!(found[0][..2], wanted);
    }
    // A second delivery is the same visit, and of several that differ the earliest counts.
    let later = Visit { at: hour(300), ..visits[1].clone() };
    for again in [[visits[1].clone(), later.clone()], [later, visits[1].clone()]] {
        let visits = [&visits[..1], &again].concat();
        let assembled = assemble(&Records { visits: &visits, ..records });
        assert_eq!(
            (shown(&assembled), assembled.repeats),
            (vec![vec!["0 feed".into(), "100 sem".into()]], 1)
        );
    }
}

/// Without visits nobody guesses whose the link of a lead that took in another is.
#[test]
fn what_was_not_kept_is_counted_and_not_guessed() {
    let (leads, visits, links) = after_merge();
    let records = Records { leads: &leads, links: &links, ..Records::default() };
    let assembled = assemble(&records);
    assert_eq!((shown(&assembled), assembled.unkept), (vec![vec!["0 feed".to_owned()]], 1));
    assert!(
        assembled
            .to_string()
            .ends_with("1 link of a lead that took in others is left out, because its visit was not kept"),
        "{assembled}"
    );
    // Each as far as it was kept.
    let assembled = assemble(&Records { visits: &visits[1..], ..records });
    assert_eq!((shown(&assembled), assembled.unkept), (vec![vec!["0 feed".to_owned(), "100 sem".into()]], 0));
    // Links of blank ids and to itself merge nobody.
    let links = [merged("", "L2"), merged("L2", "L2"), merged("L2", " ")];
    let assembled = assemble(&Records { leads: &leads[1..], links: &links, ..Records::default() });
    assert_eq!((shown(&assembled), assembled.unkept), (vec![vec!["0 feed".to_owned()]], 0));
}

/// A link says what a visit was not told: that it is another entry of somebody, or the same submission.
#[test]
fn a_link_decides_about_a_visit_too() {
    let leads = [came("L1", "sem", "a", 0), came("L2", "mail", "b", 50), came("L3", "sem", "c", 60)];
    let visits: Vec<Visit> = leads.iter().map(Visit::of).collect();
    let link = |from: &str, kind| Link { kind, ..merged(from, "L1") };
    let links = [link("L2", LinkKind::ReentryOf), link("L3", LinkKind::ResubmissionOf)];
    let reached = Touch { lead: "L1".into(), channel: "mail".into(), time: hour(49), ..Touch::default() };
    let touches = [reached];
    let records =
        Records { leads: &leads, visits: &visits, links: &links, touches: &touches, ..Records::default() };
    assert_eq!(shown(&assemble(&records)), [["0 sem", "49 mail"]]);
}

/// The visit of a lead that the host no longer has counts where a link leads to it, else it is a stranger's.
#[test]
fn a_visit_outlives_its_lead() {
    let (leads, mut visits, links) = after_merge();
    visits.push(Visit::of(&came("gone", "live", "c", 50)));
    visits.push(Visit::of(&came("", "live", "c", 50)));
    let assembled =
        assemble(&Records { leads: &leads[1..], links: &links, visits: &visits, ..Records::default() });
    assert_eq!(shown(&assembled), [["0 feed", "100 sem"]]);
    assert_eq!((assembled.strangers, assembled.without_id), (1, 1));
}

/// A merge writes the key of a young lead into an old one; a touch with it stays with who came with it first.
#[test]
fn a_merge_takes_no_key_from_others() {
    let with = |one: Lead| Lead { emails: vec![EmailAddress::from("Buyer+a@acme-fair.com")], ..one };
    let (old, other, young) =
        (came("L1", "feed", "a", 0), with(came("L2", "sem", "b", 10)), with(came("L3", "mail", "c", 20)));
    let visits: Vec<Visit> = [&old, &other, &young].map(Visit::of).into();
    let touches = [Touch {
        keys: [("mail".to_owned(), "buyer@acme-fair.com".to_owned())].into(),
        channel: "letter".into(),
        time: hour(5),
        ..Touch::default()
    }];
    let leads = [with(old), other, young];
    let links = [merged("L3", "L1")];
    let records =
        Records { leads: &leads, visits: &visits, links: &links, touches: &touches, ..Records::default() };
    assert_eq!(shown(&assemble(&records)), [vec!["0 feed", "20 mail"], vec!["5 letter", "10 sem"]]);
    // What a merge writes over a key is not lost.
    let leads = [
        Lead { click_ids: [("gclid".to_owned(), "c".to_owned())].into(), ..leads[0].clone() },
        leads[2].clone(),
    ];
    let touches = [Touch { keys: [("gclid".to_owned(), "a".to_owned())].into(), ..touches[0].clone() }];
    let records = Records {
        leads: &leads,
        visits: &visits[..1],
        links: &links,
        touches: &touches,
        ..Records::default()
    };
    assert_eq!(shown(&assemble(&records)), [vec!["0 feed", "5 letter", "20 mail"]]);
}

/// A touch of a contact shows how the lead came that the contact was made of, or that has the contact's address.
#[test]
fn a_touch_of_a_contact_shows_its_lead() {
    let mails = |mail: &str| vec![EmailAddress::from(mail)];
    let ask = |contact: Contact, lead: LeadId| {
        let contact = Contact { id: "C1".into(), account: Some("A1".into()), ..contact };
        let touch = Touch {
            lead,
            contact: Some("C1".into()),
            channel: "sem".into(),
            time: hour(5),
            ..Touch::default()
        };
        let one = Lead {
            emails: mails("ann@acme-fair.com"),
            account: Some("A1".into()),
            ..came("L1", "sem", "a", 10)
        };
        let records =
            Records { leads: &[one], contacts: &[contact], touches: &[touch], ..Records::default() };
        shown(&assemble(&records)).concat()
    };
    assert_eq!(ask(Contact::default(), "".into()), ["5 sem", "10 sem"], "somebody else of the company");
    assert_eq!(ask(Contact { lead: Some("L1".into()), ..Contact::default() }, "".into()), ["5 sem"]);
    assert_eq!(
        ask(Contact { emails: mails("Ann+x@acme-fair.com"), ..Contact::default() }, "".into()),
        ["5 sem"]
    );
    assert_eq!(ask(Contact::default(), "L1".into()), ["5 sem"]);
}

/// A customer who converts again and again is one contact.
#[test]
fn each_touch_of_one_contact_shows_the_next_of_many_entries() {
    let leads: Vec<Lead> = (0..2_000)
        .map(|number| came(&format!("L{number:05}"), "sem", &number.to_string(), 2 * number))
        .collect();
    let converted = leads.iter().map(|one| ConversionRecord {
        lead: one.id.clone(),
        account: "A1".into(),
        contact: Some("C1".into()),
        opportunity: None,
        at: one.created_at,
        by: None,
        rule: None,
    });
    let converted: Vec<ConversionRecord> = converted.collect();
    let touches = leads.iter().map(|one| Touch {
        contact: Some("C1".into()),
        channel: "sem".into(),
        time: one.created_at - chrono::TimeDelta::hours(1),
        ..Touch::default()
    });
    let touches: Vec<Touch> = touches.collect();
    let contacts = [Contact { id: "C1".into(), account: Some("A1".into()), ..Contact::default() }];
    let records = Records {
        leads: &leads,
        conversions: &converted,
        contacts: &contacts,
        touches: &touches,
        ..Records::default()
    };
    let found = shown(&assemble(&records));
    assert_eq!((found.len(), found[0].len()), (1, 2_000), "each touch shows the next entry");
}

/// Which pipeline a lead came in by, and when, is of the visit too.
#[test]
fn a_merge_changes_no_ownership() {
    let by = |one: Lead, pipeline: &str| Lead {
        source: Source { pipeline: Some(pipeline.into()), ..Source::default() },
        ..one
    };
    let (first, second) = (by(came("L1", "feed", "a", 0), "sdr"), by(came("L2", "sem", "b", 2_000), "sales"));
    let visits = [Visit::of(&first), Visit::of(&second)];
    let left = by(Lead { created_at: hour(0), ..second }, "sdr");
    let won = Opportunity {
        id: "O1".into(),
        lead: Some("L2".into()),
        created_at: hour(3_000),
        won_at: Some(hour(3_001)),
        ..Opportunity::default()
    };
    let records = Records {
        leads: &[first, left],
        visits: &visits,
        links: &[merged("L1", "L2")],
        opportunities: &[won],
        ..Records::default()
    };
    let assembled = assemble(&records);
    let journey = assembled.journeys.iter().next().unwrap();
    assert_eq!((journey.pipeline(), journey.lead_created()), (Some("sales"), Some(hour(2_000))));
}

#[test]
fn a_visit_is_stored_as_it_is_and_shows_no_key() {
    let lead = Lead {
        emails: vec![EmailAddress::from("Ann+x@quellmark.de")],
        wechat: Some("Ann_Quell88".into()),
        external_ids: [("wechat_openid".to_owned(), "o6_bmjrPTlm6".to_owned())].into(),
        ..came("L1", "sem", "click-77-of-ann", 5)
    };
    let effects = [Effect::Fold { entry: "L1".into(), subject: "L0".into(), kind: FoldKind::SameRecord }];
    let mut visit = Visit::of(&lead);
    visit.decided(&[Effect::Fold { entry: "L1".into(), subject: "L7".into(), kind: FoldKind::Joined }]);
    assert_eq!(visit.entry_of, None, "as by a merge");
    visit.decided(&effects);
    assert!(visit.is_resent);
    let text = serde_json::to_string(&visit).unwrap();
    assert_eq!(serde_json::from_str::<Visit>(&text).unwrap(), visit);
    let names: Vec<&str> = visit.keys.keys().map(String::as_str).collect();
    assert_eq!(names, ["email", "gclid", "openid", "wechat"]);
    let debug = format!("{visit:?}");
    for secret in ["ann@quellmark.de", "ann_quell88", "o6_bmjrPTlm6", "click-77-of-ann"] {
        assert!(!debug.to_lowercase().contains(&secret.to_lowercase()), "{debug}");
    }
    // Keys that were stored find touches as those of the lead do.
    let leads = [Lead { id: "L1".into(), created_at: hour(5), ..Lead::default() }];
    for (name, value) in [
        ("mail", "ANN@quellmark.de"),
        ("wechat", "ann_QUELL88"),
        ("openid", "o6_bmjrPTlm6"),
        ("gclid", "click-77-of-ann"),
    ] {
        let touch = Touch {
            keys: [(name.to_owned(), value.to_owned())].into(),
            channel: "x".into(),
            ..Touch::default()
        };
        let visits = std::slice::from_ref(&visit);
        let records = Records { leads: &leads, visits, touches: &[touch], ..Records::default() };
        assert_eq!(assemble(&records).strangers, 0, "{name}");
    }
}

#[test]
fn a_correction_is_taken_over_and_a_merge_is_not() {
    let before = came("L1", "sem", "a", 0);
    let mut visit = Visit::of(&before);
    let after = Lead { first_utm: utm("live"), ..came("L1", "sem", "b", 0) };
    visit.corrected(&before, &after);
    assert_eq!(visit, Visit::of(&after));
    // The record shows the link of another lead, which is corrected there.
    let merged = Lead { utm: utm("feed"), ..after.clone() };
    visit.corrected(&merged, &Lead { utm: utm("mail"), ..merged.clone() });
    assert_eq!(visit, Visit::of(&after));
}

/// One who comes.
#[derive(Debug, Clone)]
struct Comer {
    first: Option<usize>,
    last: Option<(usize, bool)>,
    /// Whether a click was recorded, by which channel.
    click: Option<usize>,
    /// Of which lead it is another entry, when that is on file.
    entry_of: Option<usize>,
}

const CHANNELS: [&str; 3] = ["sem", "feed", "mail"];

fn comers() -> impl Strategy<Value = Vec<Comer>> {
    let channel = || prop::option::of(0..CHANNELS.len());
    let last = prop::option::weighted(0.8, (0..CHANNELS.len(), any::<bool>()));
    let one = (prop::option::weighted(0.3, 0..CHANNELS.len()), last, channel(), prop::option::of(0..7usize))
        .prop_map(|(first, last, click, entry_of)| Comer { first, last, click, entry_of });
    prop::collection::vec(one, 2..7)
}

fn id(number: usize) -> LeadId {
    format!("L{number}").as_str().into()
}

fn at(number: usize) -> i64 {
    10 * (number as i64 + 1)
}

fn lead_of(number: usize, one: &Comer) -> Lead {
    let campaign = one.last.and_then(|(_, is_named)| is_named.then(|| "spring".to_owned()));
    Lead {
        id: id(number),
        created_at: hour(at(number)),
        name: Some(format!("n{number}")),
        first_utm: one.first.map(|channel| utm(CHANNELS[channel])).unwrap_or_default(),
        utm: one.last.map(|(channel, _)| Utm { campaign, ..utm(CHANNELS[channel]) }).unwrap_or_default(),
        click_ids: [("gclid".to_owned(), format!("g{number}"))].into(),
        ..Lead::default()
    }
}

/// What a host has at the end.
struct World {
    book: Book,
    visits: Vec<Visit>,
    touches: Vec<Touch>,
    /// Whose each lead is.
    root: Vec<usize>,
}

/// Leads come, the second entries are folded, and then one after the other is merged; `newest` says who is left.
fn live(comers: &[Comer], named: &[(usize, i64, usize)], merges: &[(usize, usize, bool)]) -> World {
    let mut world = World {
        book: Book::new(),
        visits: Vec::new(),
        touches: Vec::new(),
        root: (0..comers.len()).collect(),
    };
    for (number, one) in comers.iter().enumerate() {
        let lead = lead_of(number, one);
        let subject = one.entry_of.filter(|of| *of < number).map(|of| world.root[of]);
        let effects: Vec<Effect> = subject
            .map(|subject| {
                let (from, to) = (RecordRef::Lead(id(number)), RecordRef::Lead(id(subject)));
                let fold = Effect::Fold { entry: id(number), subject: id(subject), kind: FoldKind::Reentry };
                [fold, Effect::Link(Link { from, kind: LinkKind::ReentryOf, to })]
            })
            .into_iter()
            .flatten()
            .collect();
        world.book.insert_lead(lead.clone());
        world.book.apply_effects(&format!("came {number}"), &effects, hour(at(number)));
        let mut visit = Visit::of(&lead);
        visit.decided(&effects);
        world.visits.push(visit);
        world.root[number] = subject.unwrap_or(number);
        world.touches.extend(one.click.map(|channel| Touch {
            id: Some(format!("c{number}").as_str().into()),
            keys: lead.click_ids.clone(),
            channel: CHANNELS[channel].into(),
            time: hour(at(number) - 2),
            ..Touch::default()
        }));
    }
    for (place, (lead, time, channel)) in named.iter().enumerate() {
        let activity = Activity {
            id: format!("a{place}").as_str().into(),
            lead: id(lead % comers.len()),
            kind: "visit".into(),
            time: hour(*time),
            channel: Some(CHANNELS[*channel].into()),
            ..Activity::default()
        };
        world.touches.extend(Touch::from_activity(&activity));
    }
    for (place, (a, b, newest)) in merges.iter().enumerate() {
        let (a, b) = (world.root[a % comers.len()], world.root[b % comers.len()]);
        if a == b {
            continue;
        }
        let leads = [a, b].map(|number| world.book.lead(&id(number)).unwrap().clone());
        let survivor = vec![if *newest { SurvivorTest::Newest } else { SurvivorTest::Oldest }];
        let merger = Merger::compile(&MergeRules { survivor, ..MergeRules::default() }).unwrap();
        let plan = MergePlan::for_leads(&leads, &merger, &PhoneOptions::default()).unwrap();
        world.book.apply_effects(&format!("merge {place}"), plan.effects(), hour(200 + place as i64));
        let left = if plan.merged().id == id(a) { a } else { b };
        world.root.iter_mut().filter(|root| **root == a || **root == b).for_each(|root| *root = left);
    }
    world
}

impl World {
    fn assembled(&self, turn: usize) -> Assembled {
        let mut leads: Vec<Lead> = self.book.leads().cloned().collect();
        let mut links: Vec<Link> = self.book.desk().links.iter().cloned().collect();
        let (mut visits, mut touches) = (self.visits.clone(), self.touches.clone());
        let turned = turn % leads.len();
        leads.rotate_left(turned);
        visits.rotate_left(turned);
        if turn % 2 == 1 {
            links.reverse();
            touches.reverse();
            visits.reverse();
        }
        assemble(&Records {
            leads: &leads,
            links: &links,
            visits: &visits,
            touches: &touches,
            ..Records::default()
        })
    }
}

type Row = (i64, String, Option<String>);

/// The arrivals as somebody writes them down who stands at the door, with the touches that were recorded.
fn by_hand(comers: &[Comer], world: &World) -> Vec<Vec<Row>> {
    let hours = |one: &Touch| (one.time - hour(0)).num_hours();
    let mut customers: BTreeMap<usize, Vec<Row>> = BTreeMap::new();
    for one in &world.touches {
        let number: usize = match one.keys.get("gclid") {
            Some(click) => click[1..].parse().unwrap(),
            None => one.lead.as_str()[1..].parse().unwrap(),
        };
        let row = (hours(one), one.channel.clone(), None);
        customers.entry(world.root[number]).or_default().push(row);
    }
    // Who was the same person at the door.
    let mut person: Vec<usize> = (0..comers.len()).collect();
    for (number, visit) in world.visits.iter().enumerate() {
        if let Some(subject) = &visit.entry_of {
            person[number] = person[subject.as_str()[1..].parse::<usize>().unwrap()];
        }
    }
    let mut told: BTreeSet<(usize, usize, Option<String>)> = BTreeSet::new();
    for (number, one) in comers.iter().enumerate() {
        let mut ways: Vec<(usize, Option<String>, bool)> = Vec::new();
        let last = one.last.map(|(channel, named)| (channel, named.then(|| "spring".to_owned())));
        if let Some(first) = one.first.filter(|first| last != Some((*first, None))) {
            ways.push((first, None, true));
        }
        ways.extend(last.clone().map(|(channel, campaign)| (channel, campaign, false)));
        for (channel, campaign, is_first) in ways {
            if is_first && told.contains(&(person[number], channel, None)) {
                continue;
            }
            let clicked = one.click == Some(channel);
            let shown = world.touches.iter().any(|touch| {
                let Some(named) = touch.lead.as_str().get(1..).and_then(|id| id.parse::<usize>().ok()) else {
                    return false;
                };
                let time = hours(touch);
                let next = if time <= at(named) {
                    Some(named)
                } else {
                    (0..comers.len()).find(|other| person[*other] == person[named] && at(*other) >= time)
                };
                touch.channel == CHANNELS[channel] && next == Some(number)
            });
            if !clicked && !shown {
                let row = (at(number), CHANNELS[channel].to_owned(), campaign);
                customers.entry(world.root[number]).or_default().push(row);
            }
        }
        told.extend(one.first.map(|first| (person[number], first, None)));
        told.extend(last.map(|(channel, campaign)| (person[number], channel, campaign)));
    }
    let mut customers: Vec<Vec<Row>> = customers.into_values().collect();
    customers.iter_mut().for_each(|rows| rows.sort());
    customers.sort();
    customers
}

fn rows(assembled: &Assembled) -> Vec<Vec<Row>> {
    let row = |one: &leadkit::attribution::AssembledTouch| {
        ((one.time - hour(0)).num_hours(), one.channel.clone(), one.campaign.clone())
    };
    let mut customers: Vec<Vec<Row>> =
        assembled.customers.iter().map(|one| one.touches.iter().map(row).collect()).collect();
    customers.iter_mut().for_each(|rows| rows.sort());
    customers.sort();
    customers
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Whoever is merged with whom, in whatever order, and in whatever order the records come: each arrival is there once,
    /// in its time, as it was written down at the door.
    #[test]
    fn no_merge_moves_loses_or_doubles_a_touch(
        comers in comers(),
        named in prop::collection::vec((0..7usize, 1..75i64, 0..CHANNELS.len()), 0..4),
        merges in prop::collection::vec((0..7usize, 0..7usize, any::<bool>()), 0..6),
        turn in 0..8usize,
    ) {
        // Touches at the moment of an arrival are told from it by nobody.
        let named: Vec<_> = named.into_iter().map(|(lead, time, channel)| (lead, time - i64::from(time % 10 == 0), channel)).collect();
        let world = live(&comers, &named, &merges);
        let wanted = by_hand(&comers, &world);
        prop_assert_eq!(rows(&world.assembled(0)), wanted.clone());
        prop_assert_eq!(rows(&world.assembled(turn)), wanted.clone());
        // The same merges the other way round: others are left, and nothing else is different.
        let turned: Vec<_> = merges.iter().rev().map(|(a, b, newest)| (*b, *a, !newest)).collect();
        prop_assert_eq!(rows(&live(&comers, &named, &turned).assembled(turn)), wanted.clone());
        // Nobody merged: the same touches, of more customers.
        let apart: usize = rows(&live(&comers, &named, &[]).assembled(0)).iter().map(Vec::len).sum();
        prop_assert_eq!(apart, wanted.iter().map(Vec::len).sum::<usize>());
    }
}

/// A lead of a few keys, people and companies: everything may meet everything.
fn any_lead(number: usize) -> impl Strategy<Value = (Lead, Option<Visit>, Vec<Link>)> {
    let few = || prop::option::of(0..3usize);
    (few(), few(), (few(), few(), few()), 0..60i64, 0..8usize, few()).prop_map(
        move |(first, last, (mail, open, click), time, kind, other)| {
            let other = other.unwrap_or(0);
            let record = Lead {
                id: if kind == 7 && number == 4 { " ".into() } else { id(number) },
                created_at: hour(time),
                first_utm: first.map(|channel| utm(CHANNELS[channel])).unwrap_or_default(),
                utm: last.map(|channel| utm(CHANNELS[channel])).unwrap_or_default(),
                emails: mail
                    .map(|mail| format!("p{mail}@quellmark.de").as_str().into())
                    .into_iter()
                    .collect(),
                external_ids: open
                    .map(|open| ("openid".to_owned(), format!("o{open}")))
                    .into_iter()
                    .collect(),
                click_ids: click.map(|click| ("gclid".to_owned(), format!("g{click}"))).into_iter().collect(),
                account: (kind == 1).then(|| "A1".into()),
                folded_into: (kind == 2).then(|| id(other)),
                collected_under: (kind == 3).then(|| id(other)),
                ..Lead::default()
            };
            let link =
                |kind| Link { from: RecordRef::Lead(id(number)), kind, to: RecordRef::Lead(id(other)) };
            let links = match kind {
                4 => vec![link(LinkKind::MergedInto)],
                5 => vec![link(LinkKind::ReentryOf)],
                6 => vec![link(LinkKind::ResubmissionOf)],
                _ => Vec::new(),
            };
            let visit = (time % 2 == 0)
                .then(|| Visit { entry_of: (kind == 5).then(|| id(other)), ..Visit::of(&record) });
            (record, visit, links)
        },
    )
}

fn any_touch() -> impl Strategy<Value = Touch> {
    let few = || prop::option::of(0..3usize);
    (few(), few(), few(), few(), few(), (few(), 0..60i64, 0..CHANNELS.len())).prop_map(
        |(lead, contact, mail, open, click, (copy, time, channel))| {
            let key = |name: &str, value: Option<usize>, of: &str| {
                value.map(|value| (name.to_owned(), format!("{of}{value}")))
            };
            let mail = mail.map(|mail| ("email".to_owned(), format!("P{mail}+x@quellmark.de")));
            let keys = mail.into_iter().chain(key("openid", open, "o")).chain(key("gclid", click, "g"));
            Touch {
                id: copy.filter(|copy| copy + channel > 0).map(|copy| format!("t{copy}").as_str().into()),
                activity: copy.filter(|_| time % 3 == 0).map(|_| format!("a{channel}").as_str().into()),
                lead: lead.map(id).unwrap_or_default(),
                contact: contact.map(|contact| format!("C{contact}").as_str().into()),
                keys: keys.collect(),
                channel: CHANNELS[channel].into(),
                campaign: (time % 5 == 0).then(|| "spring".into()),
                time: hour(time),
                ..Touch::default()
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// Records of any kind, in any order: the same journeys, and the same counts.
    #[test]
    fn the_order_of_records_changes_nothing(
        leads in (any_lead(0), any_lead(1), any_lead(2), any_lead(3), any_lead(4)),
        touches in prop::collection::vec(any_touch(), 0..8),
        turn in 1..8usize,
    ) {
        let leads = [leads.0, leads.1, leads.2, leads.3, leads.4];
        let mut visits: Vec<Visit> = leads.iter().filter_map(|(_, visit, _)| visit.clone()).collect();
        let mut links: Vec<Link> = leads.iter().flat_map(|(.., links)| links.clone()).collect();
        let mut leads: Vec<Lead> = leads.into_iter().map(|(lead, ..)| lead).collect();
        let mut touches = touches;
        let mut contacts: Vec<Contact> = (0..3)
            .map(|number| Contact {
                id: format!("C{number}").as_str().into(),
                lead: (number == 0).then(|| id(2)),
                account: (number == 1).then(|| "A1".into()),
                emails: vec![format!("p{number}@quellmark.de").as_str().into()],
                ..Contact::default()
            })
            .collect();
        let ask = |leads: &[Lead], visits: &[Visit], links: &[Link], touches: &[Touch], contacts: &[Contact]| {
            let found = assemble(&Records { leads, visits, links, touches, contacts, ..Records::default() });
            (rows(&found), found.to_string())
        };
        let wanted = ask(&leads, &visits, &links, &touches, &contacts);
        let all: usize = wanted.0.iter().map(Vec::len).sum();
        prop_assert!(all <= touches.len() + 2 * leads.len());
        leads.rotate_left(turn % 5);
        contacts.rotate_left(turn % 3);
        visits.reverse();
        links.reverse();
        if turn % 2 == 0 {
            touches.reverse();
        } else {
            touches.sort_by(|a, b| (a.time, &a.lead).cmp(&(b.time, &b.lead)));
        }
        prop_assert_eq!(ask(&leads, &visits, &links, &touches, &contacts), wanted);
    }
}
