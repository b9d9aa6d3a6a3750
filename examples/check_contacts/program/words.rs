//! Words of a lexicon in a line.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use leadkit::blacklist::{Lexicon, LexiconCheck, LexiconPass};

use super::print::{Finding, escaped};

/// Category of a word without one.
const DEFAULT: &str = "violation";
/// Category of what is no word, but a phrase that may hold one.
const ALLOWED: &str = "allowed";

/// A lexicon for each category.
pub(super) struct Lexicons(Vec<(String, Lexicon)>);

impl Lexicons {
    pub(super) fn read(path: &Path, text: &str) -> Result<Lexicons, Box<dyn Error>> {
        let (mut words, mut allowed) = (BTreeMap::<&str, Vec<String>>::new(), Vec::new());
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            // What stands in further columns is a remark.
            let mut columns = line.split('\t').map(str::trim);
            let word = columns.next().unwrap_or_default();
            match columns.next().filter(|category| !category.is_empty()).unwrap_or(DEFAULT) {
                category if category.eq_ignore_ascii_case(ALLOWED) => allowed.push(word.to_owned()),
                category => words.entry(category).or_default().push(word.to_owned()),
            }
        }
        let compile = |(category, words): (&str, Vec<String>)| {
            let check = LexiconCheck {
                words,
                allowed: allowed.clone(),
                separated: true,
                repeated: true,
                ..LexiconCheck::default()
            };
            let lexicon = Lexicon::compile(&check)
                .map_err(|errors| format!("{}: category {category}: {errors}", path.display()))?;
            Ok((category.to_owned(), lexicon))
        };
        Ok(Lexicons(words.into_iter().map(compile).collect::<Result<_, Box<dyn Error>>>()?))
    }

    pub(super) fn find(&self, line: &str) -> Vec<Finding> {
        let of_category = |(category, lexicon): &(String, Lexicon)| -> Vec<Finding> {
            let counts = lexicon.find(line).into_iter().filter(|hit| hit.allowed_by().is_none());
            let found = counts.map(|hit| {
                let severity = if hit.pass() == LexiconPass::Plain { "block" } else { "flag" };
                Finding::new(severity, format!("lexicon.{category}"), hit.span(), &escaped(hit.word()))
            });
            found.collect()
        };
        let findings: Vec<Finding> = self.0.iter().flat_map(of_category).collect();
        if findings.is_empty() { vec![Finding::whole("pass", "-")] } else { findings }
    }
}
