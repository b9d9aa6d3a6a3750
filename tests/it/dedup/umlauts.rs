//! Letters with two spellings in ASCII: a name written with them is met by both.

use leadkit::book::Book;
use leadkit::contact::are_two_people;
use leadkit::dedup::{DedupRules, MatchAction, MatchKey, Probe, Rows};
use leadkit::model::{Account, Effect, Lead};
use leadkit::rule::{FactContext, HostTables};

use super::{NOW, resolve, resolve_rows, with_company, with_phone};
use crate::support::{account, book};

fn file(company: &str) -> (Account, Book) {
    let on_file = account("A1", company, Some("li"));
    (on_file.clone(), book(&[on_file], &[]))
}

/// Whether a lead of a company is converted to the account of another spelling, fetched by key.
fn is_converted(company: &str, on_file: &str) -> bool {
    let (_, book) = file(on_file);
    let found = resolve(&DedupRules::b2b(), &with_company("L1", NOW, company, None), &book);
    found.action().owner().is_some_and(|owner| owner.as_str() == "li")
}

/// The same, whatever the keys: the row is handed in.
fn is_converted_by_hand(company: &str, on_file: &str) -> bool {
    let (account, _) = file(on_file);
    let rows = Rows { accounts: vec![account], ..Rows::default() };
    let found = resolve_rows(&DedupRules::b2b(), &with_company("L1", NOW, company, None), &rows);
    found.action().owner().is_some_and(|owner| owner.as_str() == "li")
}

#[test]
fn a_company_is_known_by_either_spelling() {
    let mut missed = Vec::new();
    for (a, b) in [
        ("Müller GmbH", "Mueller GmbH"),
        ("MÜLLER GMBH", "Mueller GmbH"),
        ("Mu\u{308}ller GmbH", "MUELLER GMBH"),
        ("Jäger GmbH & Co. KG", "JAEGER GMBH & CO KG"),
        ("Bäcker & Söhne OHG", "Baecker und Soehne OHG"),
        ("Brüder Günther e.K.", "Brueder Guenther eK"),
        ("Höß UG", "Hoess UG"),
        ("Müller GmbH", "Muller GmbH"),
        ("Schäfer AG", "Schaefer AG"),
        ("Köhler Technik GmbH", "Koehler Technik GmbH"),
        ("Weiß GmbH", "Weiss GmbH"),
        ("Nestlé AG", "Nestle AG"),
        ("Jørgensen Møbler ApS", "Joergensen Moebler ApS"),
        ("Jørgensen Møbler ApS", "Jorgensen Mobler ApS"),
        ("Ålesund Båt AS", "Aalesund Baat AS"),
        ("Ålesund Båt AS", "Alesund Bat AS"),
        ("Kröger Gesellschaft mit beschränkter Haftung", "Kroeger Gesellschaft mit beschraenkter Haftung"),
        ("Kröger GmbH", "Kroeger Gesellschaft mit beschraenkter Haftung"),
        ("Joerg Müller GmbH", "Jörg Mueller GmbH"),
    ] {
        for (a, b) in [(a, b), (b, a)] {
            if !is_converted(a, b) {
                missed.push(format!("{a} / {b}: by key"));
            }
            if !is_converted_by_hand(a, b) {
                missed.push(format!("{a} / {b}: by hand"));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn an_e_behind_a_vowel_is_a_letter_of_its_own() {
    let keys = |company: &str| -> Vec<MatchKey> {
        let tables = HostTables::default();
        let (account, _) = file(company);
        Probe::of_account(&account, &FactContext::new(&tables, account.created_at)).keys
    };
    for (a, b) in [
        ("Mueller GmbH", "Muller GmbH"),
        ("Bauer GmbH", "Baur GmbH"),
        ("Neue Energie GmbH", "Nue Energie GmbH"),
        ("Aalen Druck GmbH", "Alen Druck GmbH"),
    ] {
        let theirs = keys(b);
        assert!(!keys(a).is_empty() && keys(a).iter().all(|key| !theirs.contains(key)), "{a} / {b}");
    }
    for (a, b) in [("Bauer GmbH", "Baur GmbH"), ("Neue Energie GmbH", "Nue Energie GmbH")] {
        assert!(!is_converted(a, b) && !is_converted(b, a), "{a} / {b}");
    }
}

#[test]
fn a_person_who_writes_the_name_in_ascii_contradicts_nothing() {
    for (a, b) in [
        ("Jörg Brandt", "Joerg Brandt"),
        ("JÖRG BRANDT", "Joerg Brandt"),
        ("Jörg Müller", "Joerg Müller"),
        ("Søren Ågård", "Soeren Aagaard"),
        ("Søren Ågård", "Soren Agard"),
        ("Weiß", "Weiss"),
    ] {
        assert!(!are_two_people(a, b) && !are_two_people(b, a), "{a} / {b}");
        let known = Lead {
            name: Some(a.into()),
            ..with_phone("L1", "2026-04-01T00:00:00Z", "138 1234 9876", Some("li"))
        };
        let entry = Lead { name: Some(b.into()), ..with_phone("L2", NOW, "138 1234 9876", None) };
        let found = resolve(&DedupRules::b2c(), &entry, &book(&[], &[known]));
        assert!(!matches!(found.action(), MatchAction::New), "{a} / {b}");
        let conflicts = found
            .effects()
            .iter()
            .filter(|effect| matches!(effect, Effect::RecordConflict { field, .. } if field == "name"));
        assert_eq!(conflicts.count(), 0, "{a} / {b}");
    }
    for (a, b) in
        [("Jorg Brandt", "Joerg Brandt"), ("Anna Bauer", "Anna Baur"), ("Jörg Brandt", "Jaerg Brandt")]
    {
        assert!(are_two_people(a, b), "{a} / {b}");
    }
}
