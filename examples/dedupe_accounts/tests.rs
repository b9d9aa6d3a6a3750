use std::fs;

use leadkit::contact::{are_two_people, read_phones};
use leadkit::merge::MergeLog;
use leadkit::model::Contact;

use super::undo::UndoFile;
use super::*;

fn read(table: &str) -> Table {
    Table::of(Path::new("t.csv"), table.as_bytes().to_vec(), &ColumnNames::new())
        .unwrap_or_else(|error| panic!("{error}"))
}

fn groups(table: &Table) -> Vec<Group> {
    let merger = Merger::compile(&MergeRules::default()).unwrap();
    let (clusters, _) = clusters(&table.accounts, &Gazetteer::builtin());
    clusters.clusters.iter().map(|one| Group::of(one, &table.accounts, &merger).unwrap()).collect()
}

fn plans(table: &Table) -> Vec<MergePlan<Account>> {
    groups(table).into_iter().map(|group| group.plan).collect()
}

/// Whether a contact is still somebody of that name, reached by everything that reached them before.
fn is_still(one: &Contact, after: &[Contact]) -> bool {
    let options = PhoneOptions::default();
    let reach = |one: &Contact| -> BTreeSet<String> {
        let phones = one.phones.iter().flat_map(|phone| read_phones(phone.as_str(), &options));
        let phones = phones.filter_map(|phone| phone.value.key().map(str::to_owned));
        let mails = one.emails.iter().map(|mail| mail.as_str().to_lowercase());
        phones.chain(mails).chain(one.wechat.iter().map(|id| id.as_str().to_lowercase())).collect()
    };
    let name = |one: &Contact| one.name.clone().unwrap_or_default();
    after.iter().any(|other| {
        !are_two_people(&name(one), &name(other))
            && name(one).is_empty() >= name(other).is_empty()
            && reach(one).is_subset(&reach(other))
    })
}

#[test]
fn merging_an_export_loses_nobody_and_no_refusal_and_its_undo_gives_the_bytes_back() {
    for (export, map, refusal, expected) in [
        ("export_hubspot.csv", "export_hubspot_columns.json", "do_not_contact", (14, 13)),
        ("export_fenxiang.csv", "export_fenxiang_columns.json", "勿扰", (13, 10)),
    ] {
        let names: ColumnNames = read_json(&bundled(map)).unwrap();
        let before = Table::read(&bundled(export), &names).unwrap();
        let mut table = Table::read(&bundled(export), &names).unwrap();
        let groups = groups(&table);
        let ambiguous = groups.iter().filter(|group| group.is_ambiguous()).count();
        assert_eq!((groups.len(), ambiguous), expected, "{export}");
        let plans: Vec<_> = groups.into_iter().map(|group| group.plan).collect();
        let undo = UndoFile::merge(&mut table, &plans, MergeLog::default()).unwrap();
        let text = table.text().unwrap();
        let after = Table::of(Path::new(export), text.clone().into_bytes(), &names).unwrap();
        let into = |id: &str| {
            let merged = plans.iter().find(|plan| plan.records().iter().any(|one| one.id() == id));
            let id = merged.map_or(id, |plan| plan.merged().id.as_str());
            after.accounts.iter().find(|account| account.id.as_str() == id).unwrap()
        };
        let refuses = |account: &Account| {
            let answer = account.attributes.get(refusal).map(ToString::to_string).unwrap_or_default();
            matches!(answer.as_str(), "Yes" | "yes" | "是")
        };
        for account in &before.accounts {
            let merged = into(account.id.as_str());
            for contact in &account.contacts {
                assert!(is_still(contact, &merged.contacts), "{contact:?} is not on {}", merged.id);
            }
            assert!(refuses(merged) || !refuses(account), "{}", account.id);
        }
        let mut again = after;
        let undo: UndoFile = serde_json::from_str(&serde_json::to_string(&undo).unwrap()).unwrap();
        let mut log = undo.log.clone();
        assert_eq!(undo.take_back(&mut again, &mut log).unwrap(), Vec::<String>::new());
        assert_eq!(again.text().unwrap().into_bytes(), fs::read(bundled(export)).unwrap(), "{export}");
    }
}

#[test]
fn a_title_stands_behind_the_name_and_two_people_stay_two() {
    let header = "id,company,created_at,aliases,contacts\n";
    let mut table = read(&format!(
        "{header}a,Acme Ltd,2026-01-01,,Dana Reed / CIO / 13812349876\n\
         b,Acme Ltd,2026-01-02,,Tom Fields / CIO / 13812349876\n"
    ));
    let before = table.text().unwrap();
    let wanted = plans(&table);
    let undo = UndoFile::merge(&mut table, &wanted, MergeLog::default()).unwrap();
    let text = table.text().unwrap();
    let both = "#a.1 / Dana Reed / CIO / 13812349876; #b.1 / Tom Fields / CIO / 13812349876";
    assert!(text.contains(both), "{text}");
    let mut again = read(&text);
    undo.take_back(&mut again, &mut undo.log.clone()).unwrap();
    assert_eq!(again.text().unwrap(), before);
}

#[test]
fn what_comes_back_stands_in_the_columns_and_lines_that_the_table_has_now() {
    let mut table = read("id,company,created_at,owner\n1,Acme Ltd,2024-01-01,li\n2,Acme Ltd,2024-01-02,\n");
    let wanted = plans(&table);
    let undo = UndoFile::merge(&mut table, &wanted, MergeLog::default()).unwrap();
    let back = |now: &str| {
        let mut again = read(now);
        undo.take_back(&mut again, &mut undo.log.clone()).unwrap();
        again.text().unwrap()
    };
    assert_eq!(
        back("Region code,owner,id,company,created_at\r\nEMEA,li,1,Acme Ltd,2024-01-01T00:00:00Z\r\n"),
        "Region code,owner,id,company,created_at\r\nEMEA,li,1,Acme Ltd,2024-01-01T00:00:00Z\r\n\
         ,,2,Acme Ltd,2024-01-02\r\n"
    );
    // A column that nobody needs may go.
    assert_eq!(
        back("created_at,id,company\n2024-01-01,1,Acme Ltd\n"),
        "created_at,id,company\n2024-01-01T00:00:00Z,1,Acme Ltd\n2024-01-02,2,Acme Ltd\n"
    );
    let header = "id,company,created_at,note\n";
    let mut table = read(&format!("{header}1,Acme Ltd,2024-01-01,\n2,Acme Ltd,2024-01-02,\"a, b\"\n"));
    let wanted = plans(&table);
    let undo = UndoFile::merge(&mut table, &wanted, MergeLog::default()).unwrap();
    let mut again = read("id,company,created_at\n1,Acme Ltd,2024-01-01\n");
    undo.take_back(&mut again, &mut undo.log.clone()).unwrap();
    let refused = again.text().unwrap_err();
    assert_eq!(refused, "account 2: the table has no column `note` to write to: add it");
}

#[test]
fn a_group_that_the_table_cannot_hold_names_the_cause_and_stops_no_other() {
    let table = read(
        "id,company,created_at,domain,contacts\n\
         a,Acme Ltd,2026-01-01,acme.com,\nb,Acme Ltd,2026-01-02,acme.de,\n\
         c 1,Bolt Ltd,2026-01-01,,Ann Poe / ann.poe@bolt.com\nc_1,Bolt Ltd,2026-01-02,,Bo Ray / bo.ray@bolt.com\n",
    );
    let held = |group: &Group| table.can_hold(group.plan.merged());
    let held: Vec<_> = groups(&table).iter().map(held).collect();
    let cause = "account a: the table has no column `aliases` to write to: add it".to_owned();
    assert_eq!(held, [Err(cause), Ok(())]);
    // What an id of the host's cannot be is said with the cell.
    let mut account = table.accounts[0].clone();
    account.contacts.push(Contact { id: "x y".into(), account: Some("a".into()), ..Contact::default() });
    assert_eq!(
        table.can_hold(&account).unwrap_err(),
        "account a: column `contacts`: `#x y` would be read as something else: change it"
    );
}

#[test]
fn a_place_is_nobodys_id() {
    // The first row was merged before; another export has a row 2 again.
    let table = read(
        "id,company,created_at,contacts\n\
         1,Acme Ltd,2026-01-01,#1.1 / Ann Lee / ann.lee@acme.com; #2.1 / Bob Ray / bob.ray@acme.com\n\
         2,Acme Ltd,2026-03-01,13927461853 / info@acme.com\n",
    );
    let plan = plans(&table).remove(0);
    let people = &plan.merged().contacts;
    assert_eq!(people.len(), 3);
    assert!(!plan.is_ambiguous(), "{plan}");
    // Everybody of a merged row keeps the id, whoever is put in front.
    let mut table = table;
    let undo = UndoFile::merge(&mut table, &[plan], MergeLog::default()).unwrap();
    let text = table.text().unwrap().replace("#1.1", "Cy Nun / cy.nun@acme.com; #1.1");
    let mut again = read(&text);
    undo.take_back(&mut again, &mut undo.log.clone()).unwrap();
    let back = again.text().unwrap();
    let (first, second) = back.trim_end().rsplit_once('\n').unwrap();
    assert!(second.ends_with("2,Acme Ltd,2026-03-01,13927461853 / info@acme.com"), "{second}");
    for name in ["Cy Nun", "Ann Lee", "Bob Ray"] {
        assert!(first.contains(name), "{first}");
    }
}

#[test]
fn what_may_protect_and_two_people_of_one_id_are_not_merged_by_a_general_yes() {
    let group = |table: &str| groups(&read(table)).remove(0);
    let ask = |group: &Group, answers: &str| {
        let mut screen = Vec::new();
        let wanted = group.ask(&mut answers.as_bytes(), &mut screen).unwrap();
        (wanted, String::from_utf8(screen).unwrap())
    };
    let opposed = group(
        "id,company,created_at,aliases,No Marketing\na,Acme Ltd,2026-01-01,,No\nb,Acme Ltd,2026-01-02,,Yes\n",
    );
    assert!(opposed.plan.needs_own_answer());
    assert!(!ask(&opposed, "y\n").0, "the column has an answer, the merge has none");
    let (wanted, shown) = ask(&opposed, "y\ny\n");
    assert!(wanted && shown.contains("is what is kept of `attributes.No Marketing` right? [y/n]"), "{shown}");
    let shared = group(
        "id,company,created_at,aliases,contacts\n\
         a,Acme Ltd,2026-01-01,,#c1 张伟 / 13812349876\nb,Acme Ltd,2026-01-02,,#c1 李娜 / 13927461853\n",
    );
    assert!(shared.plan.needs_own_answer());
    let (wanted, shown) = ask(&shared, "y\ny\n");
    assert!(!wanted && shown.contains("contact c1 is two people: give one of them another id"), "{shown}");
}

#[test]
fn a_number_behind_an_id_is_no_name() {
    let mut table = read(
        "id,company,created_at,aliases,contacts\n\
         a,Acme Ltd,2026-01-01,,#c6 13812349876; #c7 Pat Lee / pat@acme.com\n\
         b,Acme Ltd,2026-01-02,,#c6 Dana Reed / 13812349876\n",
    );
    let before = table.text().unwrap();
    let wanted = plans(&table);
    let undo = UndoFile::merge(&mut table, &wanted, MergeLog::default()).unwrap();
    let text = table.text().unwrap();
    assert!(text.contains("#c6 / Dana Reed / 13812349876; #c7 / Pat Lee / pat@acme.com"), "{text}");
    let mut again = read(&text);
    undo.take_back(&mut again, &mut undo.log.clone()).unwrap();
    assert_eq!(again.text().unwrap(), before);
}

/// In every way of answering: what is known to protect stays, what may protect is asked about, and no difference is merged
/// unasked unless somebody has said so.
#[test]
fn a_protection_is_lost_by_no_way_of_answering() {
    for (column, free, protecting, is_known) in [
        ("do_not_contact", "no", "yes", true),
        ("勿扰", "否", "是", true),
        ("marketing consent", "yes", "no", true),
        ("Newsletter", "2026-01-01 given", "2026-03-02 withdrawn", true),
        ("No Marketing", "No", "Yes", false),
        ("打电话", "可以", "不可以", false),
    ] {
        let orders = [
            vec![free, protecting],
            vec![protecting, free],
            vec![free, protecting, ""],
            vec!["", free, protecting],
        ];
        for answers in orders {
            let row = |(number, answer): (usize, &&str)| {
                format!("a{number},Acme Ltd,2026-01-0{},,{answer}\n", number + 1)
            };
            let rows: String = answers.iter().enumerate().map(row).collect();
            let group = groups(&read(&format!("id,company,created_at,aliases,{column}\n{rows}"))).remove(0);
            let kept = group.plan.merged().attributes.get(column).map(ToString::to_string);
            let is_kept = kept.as_deref() == Some(protecting);
            assert!(is_kept || !is_known, "{column} {answers:?}: {kept:?}");
            for (way, said, is_wanted) in [
                (Way::Wait, "", false),
                (Way::TakeAll, "", is_known),
                (Way::Ask, "", false),
                (Way::Ask, "n\n", false),
                (Way::Ask, "y\n", is_known),
                (Way::Ask, "y\nn\n", is_known),
                (Way::Ask, "y\ny\n", true),
            ] {
                let mut screen = Vec::new();
                let found = group.is_wanted(way, &mut said.as_bytes(), &mut screen).unwrap();
                assert_eq!(found, is_wanted, "{column} {answers:?} {way:?} {said:?}");
                let shown = String::from_utf8(screen).unwrap();
                let is_shown = [free, protecting].iter().all(|one| shown.contains(&format!("`{one}`")));
                assert!(is_shown || !matches!(way, Way::Ask), "{shown}");
            }
        }
    }
}

#[test]
fn an_earlier_merge_of_an_account_is_not_taken_back_under_a_later_one() {
    let mut table =
        read("id,company,created_at,aliases,tier\na,Acme Ltd,2026-01-01,,\nb,Acme Ltd,2026-01-02,,bronze\n");
    let wanted = plans(&table);
    let first = UndoFile::merge(&mut table, &wanted, MergeLog::default()).unwrap();
    let text = format!("{}c,Acme Ltd,2026-01-03,,gold\n", table.text().unwrap());
    let mut table = read(&text);
    let wanted = plans(&table);
    let second = UndoFile::merge(&mut table, &wanted, first.log.clone()).unwrap();
    let mut log = second.log.clone();
    let merged = table.text().unwrap();
    let refused = first.take_back(&mut table, &mut log).unwrap_err().to_string();
    assert_eq!(refused, "account a has been merged again since: undo that merge first");
    assert_eq!(table.text().unwrap(), merged);
    second.take_back(&mut table, &mut log).unwrap();
    assert_eq!(table.text().unwrap(), text);
    first.take_back(&mut table, &mut log).unwrap();
    assert!(table.text().unwrap().contains("a,Acme Ltd,2026-01-01,,\n"), "the tier is blank again");
    let again = first.take_back(&mut table, &mut log).unwrap_err().to_string();
    assert_eq!(again, "the merge into account a was taken back already");
}

#[test]
fn whoever_is_asked_sees_the_values_and_no_answer_is_a_no() {
    let table = read(
        "id,company,created_at,aliases,do_not_contact\n\
         a,Acme Ltd,2026-01-01,,no\nb,Acme Ltd,2026-01-02,,yes\n",
    );
    let group = groups(&table).remove(0);
    let ask = |answers: &str| {
        let mut screen = Vec::new();
        let wanted = group.ask(&mut answers.as_bytes(), &mut screen).unwrap();
        (wanted, String::from_utf8(screen).unwrap())
    };
    assert!(group.is_ambiguous());
    let (wanted, shown) = ask("perhaps\nY\n");
    assert!(wanted);
    assert!(shown.contains("`attributes.do_not_contact`: keep `yes`, lose `no` of account a"), "{shown}");
    assert_eq!(shown.matches("[y/n]").count(), 2);
    assert!(!ask("n\n").0 && !ask("").0 && !ask("perhaps").0);
}

#[test]
fn a_parent_that_is_merged_away_is_followed_and_named_again_by_the_undo() {
    let before = "id,company,created_at,owner,Parent Account,priority\n\
         P,Toral Group Ltd,2020-01-01,li,,S1\nS1,Toral Group Ltd,2021-01-01,li,P,S1\n\
         S2,Toral Trading Ltd,2021-01-01,li,S1,S1\nA,Acme Ltd,2020-01-01,,S1 ,\nB,Acme Ltd,2021-01-01,,,\n";
    let mut table = read(before);
    let groups = groups(&table);
    let asks: Vec<bool> = groups.iter().map(Group::is_ambiguous).collect();
    assert_eq!(asks, [true, false], "a parent and its subsidiary may be two companies");
    let wanted: Vec<_> = groups.into_iter().map(|group| group.plan).collect();
    let undo = UndoFile::merge(&mut table, &wanted, MergeLog::default()).unwrap();
    let text = table.text().unwrap();
    assert_eq!(
        text,
        "id,company,created_at,owner,Parent Account,priority\n\
         P,Toral Group Ltd,2020-01-01T00:00:00Z,li,,S1\nS2,Toral Trading Ltd,2021-01-01T00:00:00Z,li,P,S1\n\
         A,Acme Ltd,2020-01-01T00:00:00Z,,P,\n"
    );
    let back = |now: &str| {
        let mut again = read(now);
        undo.take_back(&mut again, &mut undo.log.clone()).unwrap();
        again.text().unwrap()
    };
    assert_eq!(back(&text), before);
    // Who has another parent since keeps it.
    let now = text.replace("li,P,S1", "li,A,S1");
    assert!(back(&now).contains("S2,Toral Trading Ltd,2021-01-01T00:00:00Z,li,A,S1\n"), "{}", back(&now));
}
