//! Smooth weighted round robin as nginx does it: published sequences, resumed anywhere, with peers that come and go.

use std::collections::BTreeSet;

use leadkit::assign::{AssignOptions, Strategy, TurnList};

use super::desk::{Desk, lead, monday, reps, sharing};

const LETTERS: [&str; 10] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

fn desk(weights: &[u32]) -> Desk {
    let members: Vec<(&str, u32)> = LETTERS.iter().copied().zip(weights.iter().copied()).collect();
    Desk::new(&sharing(&members, Strategy::SmoothWeighted), &reps(&LETTERS[..weights.len()]))
}

/// By weight, of those who have one.
fn state(desk: &Desk, weights: &[u32]) -> Vec<i64> {
    let list = TurnList::Group("g".into());
    let owed = |id: &str| desk.ledger.smooth_weights(&list).find(|(rep, _)| rep.as_str() == id);
    LETTERS[..weights.len()].iter().map(|id| owed(id).map_or(0, |(_, units)| units)).collect()
}

#[test]
fn the_published_example_step_by_step() {
    let mut desk = desk(&[5, 1, 1]);
    let steps = [
        ("a", [-2, 1, 1]),
        ("a", [-4, 2, 2]),
        ("b", [1, -4, 3]),
        ("a", [-1, -3, 4]),
        ("c", [4, -2, -2]),
        ("a", [2, -1, -1]),
        ("a", [0, 0, 0]),
    ];
    for (number, (winner, after)) in steps.into_iter().enumerate() {
        assert_eq!(desk.run(number, 1, monday()), [winner]);
        assert_eq!(state(&desk, &[5, 1, 1]), after);
    }
}

/// Weights and the sequence of one round.
const ROUNDS: [(&[u32], &str); 10] = [
    (&[1], "a"),
    (&[1, 1, 1], "abc"),
    (&[3, 1], "aaba"),
    (&[4, 2, 1], "abacaba"),
    (&[1, 2, 3, 4], "dcbdacdbcd"),
    (&[7, 7, 1], "abababcabababab"),
    (&[4, 4, 2, 2, 1], "abcdabeabcdab"),
    (&[3, 0, 0], "aaa"),
    (&[9, 1, 1, 1, 1, 1, 1, 1, 1, 1], "abacadaeafgahaiaja"),
    (&[16, 8, 4, 2, 1], "abacabadabacabaeabacabadabacaba"),
];

#[test]
fn rounds_of_many_weights_and_the_same_again() {
    for (weights, round) in ROUNDS {
        let mut desk = desk(weights);
        for again in 0..3 {
            assert_eq!(desk.run(again * round.len(), round.len(), monday()).concat(), round);
            assert!(state(&desk, weights).iter().all(|units| *units == 0), "{weights:?}");
        }
    }
}

#[test]
fn a_hundred_picks_of_five_two_three_are_fifty_twenty_thirty() {
    let owners = desk(&[5, 2, 3]).run(0, 100, monday()).concat();
    let counts = ['a', 'b', 'c'].map(|letter| owners.matches(letter).count());
    assert_eq!(counts, [50, 20, 30]);
}

#[test]
fn a_sequence_goes_on_where_it_was_stored() {
    for (after, weights, next) in [
        (0, [0, 0, 0], "aabacaa"),
        (2, [-4, 2, 2], "bacaaaa"),
        (4, [-1, -3, 4], "caaaaba"),
        (6, [2, -1, -1], "aaabaca"),
    ] {
        let mut desk = desk(&[5, 1, 1]);
        desk.run(0, after, monday());
        desk.ledger = serde_json::from_str(&serde_json::to_string(&desk.ledger).unwrap()).unwrap();
        assert_eq!(state(&desk, &[5, 1, 1]), weights);
        assert_eq!(desk.run(after, 7, monday()).concat(), next);
    }
}

/// Gives leads of which each is for some only.
fn among(weights: &[u32], eligible: &[&str]) -> (String, Vec<i64>) {
    let mut desk = desk(weights);
    let mut owners = String::new();
    for (number, eligible) in eligible.iter().enumerate() {
        let out = LETTERS[..weights.len()].iter().filter(|id| !eligible.contains(**id));
        let excluded: BTreeSet<_> = out.map(|id| (*id).into()).collect();
        let options = AssignOptions { excluded, ..AssignOptions::default() };
        let decided = desk.take_with(&lead(&format!("L{number}")), None, monday(), &options);
        owners.push_str(decided.owner().unwrap().as_str());
    }
    (owners, state(&desk, weights))
}

#[test]
fn peers_that_are_away_join_or_serve_some_territories() {
    let away: Vec<&str> = (0..16).map(|n| if (3..9).contains(&n) { "ac" } else { "abc" }).collect();
    assert_eq!(among(&[2, 1, 1], &away), ("abcaaacaacabacab".to_owned(), vec![1, -2, 1]));
    let joins: Vec<&str> = (0..12).map(|n| if n < 6 { "ab" } else { "abc" }).collect();
    assert_eq!(among(&[1, 1, 1], &joins), ("ababababcabc".to_owned(), vec![0, 0, 0]));
    let territories: Vec<&str> = (0..18).map(|n| ["ac", "abc", "bc"][n % 3]).collect();
    assert_eq!(among(&[1, 1, 1], &territories), ("acb".repeat(6), vec![0, 0, 0]));
}
