//! Ids and names that must be present and unique, checked in one place.

use std::collections::BTreeSet;

use crate::error::Report;
use crate::text;

/// The ids or names given so far in a document, of one kind of thing.
#[derive(Debug)]
pub(crate) struct Unique<'d> {
    /// The kind of thing that has them, such as `rule`.
    what: &'static str,
    kind: Kind,
    seen: BTreeSet<&'d str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Each thing has a unique id.
    Id,
    /// Each thing has a different name.
    Name,
    /// A list names things by their ids, each once.
    ListedId,
    /// A list names things, each once.
    ListedName,
}

impl Kind {
    fn word(self) -> &'static str {
        if matches!(self, Kind::Id | Kind::ListedId) { "id" } else { "name" }
    }
}

impl<'d> Unique<'d> {
    const fn new(what: &'static str, kind: Kind) -> Unique<'d> {
        Unique { what, kind, seen: BTreeSet::new() }
    }

    /// For things that have ids.
    pub(crate) const fn ids(what: &'static str) -> Unique<'d> {
        Unique::new(what, Kind::Id)
    }

    /// For things that have names.
    pub(crate) const fn names(what: &'static str) -> Unique<'d> {
        Unique::new(what, Kind::Name)
    }

    /// For a list of ids of things that are defined elsewhere.
    pub(crate) const fn listed_ids(what: &'static str) -> Unique<'d> {
        Unique::new(what, Kind::ListedId)
    }

    /// For a list of names of things that are defined elsewhere.
    pub(crate) const fn listed_names(what: &'static str) -> Unique<'d> {
        Unique::new(what, Kind::ListedName)
    }

    /// Reports at the current place when the id or name is blank or was given before. O(log n).
    pub(crate) fn check(&mut self, given: &'d str, report: &mut Report) {
        let is_taken = !self.seen.insert(given);
        self.check_given(given, is_taken, report);
    }

    /// Reports at the current place when the id or name is blank, or taken by what the caller has seen.
    pub(crate) fn check_given(&self, given: &str, is_taken: bool, report: &mut Report) {
        if !self.is_blank(given, report) && is_taken {
            self.duplicate(given, report);
        }
    }

    /// Whether the id or name is blank, which is reported at the current place.
    pub(crate) fn is_blank(&self, given: &str, report: &mut Report) -> bool {
        let is_blank = text::is_blank(given);
        if is_blank {
            let (what, word) = (self.what, self.kind.word());
            let code = if word == "id" { "blank_id" } else { "blank_name" };
            report.error(code, format!("the {what} has no {word}"), self.help());
        }
        is_blank
    }

    /// Reports at the current place that another thing has the id or name too.
    pub(crate) fn duplicate(&self, given: &str, report: &mut Report) {
        let (what, word) = (self.what, self.kind.word());
        let code = if word == "id" { "duplicate_id" } else { "duplicate_name" };
        let message = match self.kind {
            Kind::Id | Kind::Name => format!("another {what} has the {word} `{given}`"),
            Kind::ListedId | Kind::ListedName => format!("the {what} `{given}` is listed twice"),
        };
        report.error(code, message, self.help());
    }

    fn help(&self) -> String {
        let what = self.what;
        match self.kind {
            Kind::Id => format!("give each {what} a unique id"),
            Kind::Name => format!("give each {what} a unique name"),
            Kind::ListedId => format!("list each {what} once, by its id"),
            Kind::ListedName => format!("list each {what} once"),
        }
    }
}

/// Reports at the current place when an id that refers to something is blank.
pub(crate) fn check_reference(what: &'static str, id: &str, report: &mut Report) {
    if text::is_blank(id) {
        report.error("blank_id", format!("the {what} has no id"), format!("name the {what} by its id"));
    }
}

/// Reports at the current place when the name of something of the host's is blank.
pub(crate) fn check_named(what: &'static str, name: &str, example: &str, report: &mut Report) {
    if text::is_blank(name) {
        report.error(
            "blank_name",
            format!("the {what} has no name"),
            format!("name the {what}, such as `{example}`"),
        );
    }
}

/// Reports at the current place that a name means something already.
pub(crate) fn reserved(code: &'static str, name: &str, report: &mut Report) {
    report.error(code, format!("`{name}` is a reserved name"), "choose another name");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_says_what_is_missing_or_given_twice() {
        let said = |mut unique: Unique<'static>| -> Vec<String> {
            let mut report = Report::new();
            ["a", " ", "b", "a"].into_iter().for_each(|given| unique.check(given, &mut report));
            report.diagnostics().iter().map(|found| format!("{} {}", found.code, found.message)).collect()
        };
        let ids = ["blank_id the rule has no id", "duplicate_id another rule has the id `a`"];
        assert_eq!(said(Unique::ids("rule")), ids);
        let names = ["blank_name the stage has no name", "duplicate_name another stage has the name `a`"];
        assert_eq!(said(Unique::names("stage")), names);
        let listed = ["blank_id the rep has no id", "duplicate_id the rep `a` is listed twice"];
        assert_eq!(said(Unique::listed_ids("rep")), listed);
        let listed = ["blank_name the part has no name", "duplicate_name the part `a` is listed twice"];
        assert_eq!(said(Unique::listed_names("part")), listed);
    }
}
