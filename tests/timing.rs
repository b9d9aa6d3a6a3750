//! Bounds of time. They hold for a release build on a machine that does nothing else, and the fastest of several runs
//! counts, so plain `cargo test` leaves them out: `cargo test --release --test timing -- --test-threads 1`.

use leadkit::names::{NameIndex, SearchOptions};

#[cfg(feature = "script")]
mod hostile;
mod large;
#[path = "it/contact/pieces.rs"]
mod pieces;

/// Of so many runs the fastest counts.
const RUNS: usize = 6;

/// 99th percentile of the CPU time of searches, in microseconds.
fn p99(index: &NameIndex<u32>, queries: &[String]) -> f64 {
    let options = SearchOptions::default();
    let mut spent: Vec<f64> = queries
        .iter()
        .map(|query| {
            let start = cpu_time::ThreadTime::now();
            let _ = index.search(query, &options);
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    spent.sort_by(f64::total_cmp);
    spent[spent.len() * 99 / 100]
}

#[test]
fn names_of_the_most_frequent_grams_are_not_much_slower() {
    let heads = ["北京", "上海", "广州", "深圳", "杭州", "成都", "武汉", "南京"];
    let tails = ["科技有限公司", "贸易有限公司", "实业有限公司", "建筑工程有限公司", "信息技术股份有限公司"];
    let brand = |i: u32| {
        let c = |n: u32| char::from_u32(0x4e00 + n % 1500).unwrap();
        [c(i.wrapping_mul(2_654_435_761) >> 7), c(i.wrapping_mul(40_503) >> 3)].iter().collect::<String>()
    };
    let name = |i: u32| format!("{}{}{}", heads[i as usize % 8], brand(i), tails[i as usize % 5]);
    let mut index: NameIndex<u32> = NameIndex::new();
    (0..40_000).for_each(|i| {
        index.insert(i, &name(i));
    });
    let normal: Vec<String> =
        (0..300).map(|i| format!("{}{}", brand(i * 97), &tails[i as usize % 5][..6])).collect();
    let nasty: Vec<String> = (0..300usize)
        .map(|i| format!("{}{}{}", heads[i % 8], tails[i % 5], heads[(i + 1) % 8]).repeat(1 + i % 4))
        .collect();
    let ratio = (0..RUNS).map(|_| p99(&index, &nasty) / p99(&index, &normal)).fold(f64::INFINITY, f64::min);
    assert!(ratio < 5.0, "{ratio}");
}

#[cfg(feature = "script")]
mod scripts {
    use std::time::Duration;

    use cpu_time::ThreadTime;

    use leadkit::model::{Activity, Lead, Points};
    use leadkit::rule::{FactContext, Facts, HostTables, ScriptKind};
    use leadkit::score::{Award, FitRule, FitRules, ScoreRules, Scorer};

    use super::RUNS;
    use super::hostile::{self, activities, alone, lead, now};

    /// To run a script.
    const MAX_TIME: Duration = Duration::from_millis(100);

    /// To read and compile a script.
    const MAX_READING: Duration = Duration::from_millis(25);

    /// To read the scripts of a rules document of any size.
    const MAX_DOCUMENT: Duration = Duration::from_secs(2);

    /// What takes too long, if it does.
    fn slow(source: &str, kind: ScriptKind) -> Option<String> {
        let mut fastest = (Duration::MAX, Duration::MAX);
        for _ in 0..RUNS {
            let run = hostile::run(source, kind);
            fastest = (fastest.0.min(run.compiling), fastest.1.min(run.running));
            if fastest.0 <= MAX_READING && fastest.1 <= MAX_TIME {
                return None;
            }
        }
        let shown: String = source.chars().take(80).collect();
        Some(format!("{fastest:?} to compile and run: {shown}"))
    }

    fn assert_soon<'s>(sources: impl IntoIterator<Item = &'s str>) {
        let _alone = alone();
        let kinds = [ScriptKind::Program, ScriptKind::Points];
        let slow: Vec<String> =
            sources.into_iter().flat_map(|source| kinds.map(|kind| slow(source, kind))).flatten().collect();
        assert!(slow.is_empty(), "{slow:#?}");
    }

    #[test]
    fn every_hostile_script_ends_soon() {
        let lists = [
            hostile::ENDLESS,
            hostile::RECURSIVE,
            hostile::GROWING,
            hostile::OVERFLOWING,
            hostile::FORBIDDEN,
            hostile::GREEDY,
            hostile::CHANGING,
            hostile::APPENDING,
            hostile::SLY,
        ];
        assert_soon(lists.into_iter().flatten().copied().chain([hostile::memory().as_str()]));
    }

    /// A document of a hundred of the scripts that take longest to read.
    #[test]
    fn no_document_takes_long_to_read() {
        let _alone = alone();
        for part in ["{1}", "1;", "if 1>0 {1}", "attr(\"x\")==attr(\"y\");", "known(title);", "v+"] {
            let program = part.repeat(16_384 / part.len());
            let rule =
                |index: usize| serde_json::json!({"id": format!("r{index}"), "points": {"program": program}});
            let rules: Vec<_> = (0..100).map(rule).collect();
            let document = serde_json::json!({"engagement": {"rules": []}, "fit": {"rules": rules}});
            let time = || {
                let document = document.clone();
                let start = ThreadTime::now();
                drop(ScoreRules::load(document));
                start.elapsed()
            };
            assert!((0..RUNS).any(|_| time() <= MAX_DOCUMENT), "more than {MAX_DOCUMENT:?}: {part}");
        }
    }

    /// However many activities a lead has, scripts take no longer than they may together.
    #[test]
    fn no_lead_keeps_scripts_busy() {
        let _alone = alone();
        let dear = ["contains(activity_content, \"zz\")"; 20].join(" || ");
        let rules: Vec<_> = (0..20)
            .map(|index| serde_json::json!({"id": format!("r{index}"), "kind": "k", "when": {"script": dear}, "points": 1}))
            .collect();
        let rules = ScoreRules::load(serde_json::json!({"engagement": {"rules": rules}})).unwrap();
        let scorer = Scorer::compile(&rules).unwrap();
        let activity = |index: usize| Activity {
            id: index.to_string().as_str().into(),
            kind: "k".to_owned(),
            time: now(),
            content: Some("z y".repeat(2_000)),
            ..Activity::default()
        };
        let activities: Vec<Activity> = (0..2_000).map(activity).collect();
        let (lead, tables) = (lead(), HostTables::default());
        let context = FactContext { activities: &activities, ..FactContext::new(&tables, now()) };
        let facts = Facts::new(&lead, &context);
        let time = || {
            let start = ThreadTime::now();
            drop(scorer.score(&facts));
            start.elapsed()
        };
        let fastest = (0..RUNS).map(|_| time()).min().unwrap();
        assert!(fastest <= MAX_TIME, "{fastest:?}");
    }

    #[test]
    fn no_source_takes_long_to_read() {
        assert_soon(hostile::tortuous().iter().map(String::as_str));
    }

    #[test]
    fn endless_sources_are_refused_at_once() {
        assert_soon(hostile::oversized().iter().map(String::as_str));
    }

    /// Conditions that follow one another are read a second time, as one batch.
    #[test]
    fn batches_are_read_as_soon_as_their_parts() {
        let _alone = alone();
        let half = |part: &str, end: &str| format!("{}{end}", part.repeat(7_900 / part.len()));
        for condition in [
            half("true&&", "true"),
            half("1 in [1] && ", "true"),
            half("title == \"x\" || ", "true"),
            format!(
                "switch employee_count {{ {} _ => true }}",
                (0..600).map(|i| format!("{i}=>true,")).collect::<String>()
            ),
            format!("len([{}1]) > 1", "1,".repeat(200)),
        ] {
            let rule = |index: usize| FitRule {
                id: format!("r{index}").as_str().into(),
                when: serde_json::from_value(serde_json::json!({ "script": condition })).unwrap(),
                points: Award::Fixed(Points::new(1)),
                ..FitRule::default()
            };
            let fit = FitRules { rules: vec![rule(0), rule(1)], groups: vec![], ..FitRules::default() };
            let rules = ScoreRules { fit, ..ScoreRules::default() };
            let time = || {
                let start = ThreadTime::now();
                drop(Scorer::compile(&rules));
                start.elapsed()
            };
            let fastest = (0..RUNS).map(|_| time()).min().unwrap();
            // Twice alone and once together.
            assert!(fastest <= 3 * MAX_TIME, "{fastest:?}: {}", &condition[..40]);
        }
    }

    #[test]
    fn no_function_takes_long_with_extreme_values() {
        let _alone = alone();
        let lead = Lead { attributes: Default::default(), ..lead() };
        let activities: Vec<Activity> = activities().into_iter().take(20).collect();
        let tables = HostTables::default();
        let context = FactContext { activities: &activities, ..FactContext::new(&tables, now()) };
        let facts = Facts::new(&lead, &context);
        for call in hostile::calls() {
            let Ok(scorer) = Scorer::compile(&hostile::rules(hostile::program(&call))) else { continue };
            let time = || {
                let start = ThreadTime::now();
                drop(scorer.score(&facts));
                start.elapsed()
            };
            let soon = (0..RUNS).any(|_| time() <= MAX_TIME);
            assert!(soon, "{call} takes more than {MAX_TIME:?}");
        }
    }
}

/// CPU time of loading a document, in seconds; the fastest of several runs.
fn loading(kind: &large::Kind, n: usize, runs: usize) -> f64 {
    let run = |_| {
        let document = (kind.document)(n);
        let start = cpu_time::ThreadTime::now();
        let _ = (kind.load)(document);
        start.elapsed().as_secs_f64()
    };
    (0..runs).map(run).fold(f64::INFINITY, f64::min)
}

/// Twice the document, twice the time: a table that outgrows the caches costs a little more.
const MAX_RATIO: f64 = 3.0;

#[test]
fn twice_the_document_takes_twice_the_time() {
    let slow: Vec<String> = large::KINDS
        .iter()
        .filter_map(|kind| {
            let ratio = || loading(kind, 8_000, 2) / loading(kind, 4_000, 2).max(1e-3);
            let best = (0..RUNS).map(|_| ratio()).find(|ratio| *ratio < MAX_RATIO);
            best.is_none().then(|| format!("{}: {:.2}", kind.name, ratio()))
        })
        .collect();
    assert!(slow.is_empty(), "{slow:#?}");
}

#[test]
fn ten_megabytes_are_loaded_within_two_seconds() {
    const MEGABYTES: f64 = 10.0;
    let given = ["in_texts", "rules", "groups", "kinds", "bad_last", "copies", "bad_ref", "bad_in_list"];
    let slow: Vec<String> = large::KINDS
        .iter()
        .filter(|kind| given.contains(&kind.name))
        .filter_map(|kind| {
            let n = (MEGABYTES * 1e6 / ((kind.document)(2_000).to_string().len() as f64 / 2_000.0)) as usize;
            let best = (0..RUNS).map(|_| loading(kind, n, 1)).find(|seconds| *seconds < 2.0);
            best.is_none().then(|| format!("{} of {n}: {:.2} s", kind.name, loading(kind, n, 1)))
        })
        .collect();
    assert!(slow.is_empty(), "{slow:#?}");
}

#[test]
fn a_table_of_unknown_columns_is_bound_in_linear_time() {
    use leadkit::model::ColumnMap;

    let bind = |n: usize| {
        let columns: Vec<String> = (0..n).map(|i| format!("column number {i}")).collect();
        let named =
            columns.iter().map(|column| (column.replace("number", "nubmer"), "city".to_owned())).collect();
        let map = ColumnMap { columns: named, ..ColumnMap::default() };
        let start = cpu_time::ThreadTime::now();
        assert!(map.importer(&columns).is_err());
        start.elapsed().as_secs_f64()
    };
    let best = (0..RUNS).map(|_| bind(4_000)).fold(f64::INFINITY, f64::min);
    assert!(best < 0.25, "{best} s");
    let ratio = (0..RUNS).map(|_| bind(8_000) / bind(4_000)).fold(f64::INFINITY, f64::min);
    assert!(ratio < MAX_RATIO, "{ratio}");
}

/// Numbers that nobody would call invented.
fn phones(from: usize, count: usize) -> Vec<leadkit::model::PhoneNumber> {
    (from..from + count).map(|i| format!("139{:08}", 27_461_853 + i * 7_919).as_str().into()).collect()
}

#[test]
fn keys_of_a_lead_and_rows_on_file_do_not_multiply() {
    use leadkit::dedup::Rows;
    use leadkit::model::{Account, Contact, Lead};
    use leadkit::{Input, Intake, Roster, Rules, State};

    let intake = Intake::compile(&Rules::default()).unwrap();
    let now: chrono::DateTime<chrono::Utc> = "2026-03-10T09:00:00Z".parse().unwrap();
    // Every row has a number of the lead's among many, and names that take long to compare.
    let rows = |count: usize| Rows {
        accounts: (0..count)
            .map(|i| Account {
                id: format!("A{i}").into(),
                company: format!("{}有限公司", "长".repeat(300)),
                contacts: (0..20)
                    .map(|c| Contact {
                        id: format!("{i}.{c}").into(),
                        phones: phones(i + c, 20),
                        ..Contact::default()
                    })
                    .collect(),
                ..Account::default()
            })
            .collect(),
        leads: (0..count)
            .map(|i| Lead {
                id: format!("R{i}").into(),
                name: Some(format!("a{}", "b".repeat(4_000 + i))),
                phones: phones(i, 64),
                external_ids: (0..64).map(|n| (format!("openid.{n}"), format!("o{}", i * n))).collect(),
                ..Lead::default()
            })
            .collect(),
        ..Rows::default()
    };
    let time = |keys: usize, count: usize| {
        let lead = Lead {
            id: "L1".into(),
            created_at: now,
            name: Some("a".into()),
            phones: phones(0, keys),
            external_ids: (0..keys).map(|n| (format!("openid.{n}"), format!("o{n}"))).collect(),
            ..Lead::default()
        };
        let input = Input { lead, rows: rows(count), ..Input::default() };
        let run = |_| {
            let start = cpu_time::ThreadTime::now();
            drop(intake.process(&input, &Roster::default(), &State::default(), now));
            start.elapsed().as_secs_f64()
        };
        (0..2).map(run).fold(f64::INFINITY, f64::min)
    };
    let ratio = (0..RUNS).map(|_| time(64, 100) / time(32, 50)).fold(f64::INFINITY, f64::min);
    assert!(ratio < MAX_RATIO, "{ratio}");
}

#[cfg(feature = "script")]
#[test]
fn kinds_that_a_script_makes_up_cost_no_more_with_every_activity() {
    use leadkit::model::{Activity, Lead};
    use leadkit::rule::{FactContext, Facts, HostTables};
    use leadkit::score::{ScoreRules, Scorer};

    let program = r#"let n = 0; for i in 0..200 { n += count("k" + text(i % 50), 30); if known(last("k" + text(i))) { n += 1; } } n"#;
    let rule = |kind: &str| serde_json::json!({"id": kind, "kind": kind, "when": {"script": "count(\"k\" + activity_kind, 30) == 0"}, "points": 1});
    let rules = ScoreRules::load(serde_json::json!({
        "fit": {"rules": [{"id": "r", "points": {"program": program}}]},
        "engagement": {"rules": [rule("k1"), rule("k2")]},
    }))
    .unwrap();
    let scorer = Scorer::compile(&rules).unwrap();
    let (lead, tables) = (Lead { id: "L1".into(), ..Lead::default() }, HostTables::default());
    let now: chrono::DateTime<chrono::Utc> = "2026-03-10T09:00:00Z".parse().unwrap();
    let time = |count: usize| {
        let activity = |i: usize| Activity {
            id: i.to_string().as_str().into(),
            kind: format!("k{}", i % 50),
            time: now - chrono::TimeDelta::minutes(i as i64 % 977),
            ..Activity::default()
        };
        let activities: Vec<Activity> = (0..count).map(activity).collect();
        let context = FactContext { activities: &activities, ..FactContext::new(&tables, now) };
        let facts = Facts::new(&lead, &context);
        let run = |_| {
            let start = cpu_time::ThreadTime::now();
            drop(scorer.score(&facts));
            start.elapsed().as_secs_f64()
        };
        (0..3).map(run).fold(f64::INFINITY, f64::min)
    };
    let ratio = (0..RUNS).map(|_| time(20_000) / time(10_000)).fold(f64::INFINITY, f64::min);
    assert!(ratio < MAX_RATIO, "{ratio}");
}

/// CPU time of one run, in seconds; the faster of two.
fn seconds(run: impl Fn()) -> f64 {
    let run = |_| {
        let start = cpu_time::ThreadTime::now();
        run();
        start.elapsed().as_secs_f64()
    };
    (0..2).map(run).fold(f64::INFINITY, f64::min)
}

/// How much longer twice as much takes; the best of several measurements.
fn growth(n: usize, time: impl Fn(usize) -> f64) -> f64 {
    (0..RUNS).map(|_| time(2 * n) / time(n).max(1e-6)).fold(f64::INFINITY, f64::min)
}

#[test]
fn twice_the_text_of_a_contact_field_takes_twice_the_time() {
    use leadkit::contact::{PhoneOptions, Wechat, read_emails, read_phones};

    let options = PhoneOptions::default();
    for piece in pieces::PIECES {
        let ratio = growth(1 << 19, |length| {
            let text = piece.repeat(length / piece.len());
            seconds(|| {
                drop((read_phones(&text, &options), read_emails(&text)));
                let _ = Wechat::parse(&text);
            })
        });
        assert!(ratio < MAX_RATIO, "{piece:?}: {ratio}");
    }
}

#[test]
fn twice_the_name_of_a_company_takes_twice_the_time() {
    use leadkit::company::{CompanyName, Gazetteer};

    let gazetteer = &Gazetteer::builtin();
    for piece in ["a/", "a|", "a;", "a\n", "한 ", "词 ", "(a)", "（甲）", "公司", "Ltd ", "北京", "a & "]
    {
        let ratio = growth(2_000, |length| {
            let name = piece.repeat(length / piece.len());
            seconds(|| (0..20).for_each(|_| drop(CompanyName::parse(&name, gazetteer))))
        });
        assert!(ratio < MAX_RATIO, "{piece:?}: {ratio}");
    }
}

#[test]
fn twice_the_text_takes_a_lexicon_twice_the_time() {
    use leadkit::blacklist::{Lexicon, LexiconCheck, LexiconMatch};

    let nested: Vec<String> = (1..=100).map(|length| "a".repeat(length)).collect();
    let usual = vec!["诈骗".to_owned(), "casino".to_owned()];
    for mode in LexiconMatch::ALL {
        for (words, piece) in
            [(&nested, "a"), (&usual, "诈骗"), (&usual, "c.a.s.i.n.o "), (&usual, "\u{301}")]
        {
            let check = LexiconCheck {
                words: words.clone(),
                mode: *mode,
                separated: true,
                repeated: true,
                ..LexiconCheck::default()
            };
            let lexicon = Lexicon::compile(&check).unwrap();
            let ratio = growth(1 << 15, |length| {
                let text = piece.repeat(length / piece.len());
                seconds(|| drop(lexicon.find(&text)))
            });
            assert!(ratio < MAX_RATIO, "{mode} {piece:?}: {ratio}");
        }
    }
}

/// One person who came often, touched as often: by one key, and as one contact.
#[test]
fn twice_the_entries_and_touches_of_a_person_take_twice_the_time() {
    use leadkit::attribution::{Attribution, AttributionRules, Records};
    use leadkit::model::{Contact, ConversionRecord, EmailAddress, Lead, Touch, Utm};

    let attribution = Attribution::compile(&AttributionRules::default()).unwrap();
    let hour = |hours: usize| chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::hours(hours as i64);
    let lead = |number: usize| Lead {
        id: format!("L{number:06}").as_str().into(),
        created_at: hour(2 * number),
        utm: Utm { source: Some("sem".into()), ..Utm::default() },
        emails: vec![EmailAddress::from("ann@acme-fair.com")],
        folded_into: (number > 0).then(|| "L000000".into()),
        ..Lead::default()
    };
    let contacts = [Contact { id: "C1".into(), account: Some("A1".into()), ..Contact::default() }];
    for by_contact in [false, true] {
        let ratio = growth(1 << 11, |n| {
            let leads: Vec<Lead> = (0..n).map(lead).collect();
            let became = |one: &Lead| ConversionRecord {
                lead: one.id.clone(),
                account: "A1".into(),
                contact: Some("C1".into()),
                opportunity: None,
                at: one.created_at,
                by: None,
                rule: None,
            };
            let conversions: Vec<_> = leads.iter().filter(|_| by_contact).map(became).collect();
            let touch = |one: &Lead| Touch {
                channel: "sem".into(),
                time: one.created_at - chrono::TimeDelta::hours(1),
                contact: by_contact.then(|| "C1".into()),
                keys: [("email".to_owned(), "ann@acme-fair.com".to_owned())].into(),
                ..Touch::default()
            };
            let touches: Vec<Touch> = leads.iter().map(touch).collect();
            let records = Records {
                leads: &leads,
                contacts: &contacts,
                conversions: &conversions,
                touches: &touches,
                ..Records::default()
            };
            seconds(|| drop(attribution.journeys(&records).unwrap()))
        });
        assert!(ratio < MAX_RATIO, "{by_contact}: {ratio}");
    }
}

/// Campaigns come from links: where rows are by channel, they cost nothing however many there are.
#[test]
fn campaigns_that_are_not_asked_for_take_no_time() {
    use leadkit::attribution::{Attribution, Conversion, Dimension, Journeys, Step};

    let rules = serde_json::json!({"models": [{"id": "m", "model": {"markov": {}}}]});
    let attribution = Attribution::load(rules).unwrap();
    let took = |campaigns: usize| {
        let mut journeys = Journeys::new();
        for index in 0..20_000 {
            let campaign = format!("k{}", index % campaigns);
            journeys.push(Step { channel: "sem", campaign: Some(&campaign), time: None }).unwrap();
            journeys.end_journey(&Conversion { nulls: 1, ..Conversion::default() }).unwrap();
        }
        let mut times =
            (0..5).map(|_| seconds(|| drop(attribution.allocate(&journeys, &[Dimension::Channel]).unwrap())));
        times.by_ref().fold(f64::INFINITY, f64::min)
    };
    let (few, many) = (took(1), took(2_000));
    assert!(many < 5.0 * few, "{many} {few}");
}
