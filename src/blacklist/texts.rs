//! The texts of a lead and the words they hold.

use std::borrow::Cow;

use super::found::Found;
use super::lexicon::{Lexicon, LexiconHit};
use super::message::Message;
use super::reason::HitReason;
use super::rules::LexiconPass;
use crate::model::{LeadField, Value};
use crate::order;
use crate::rule::Facts;
use crate::text::Folded;

/// Characters of an attribute's name that are shown.
const MAX_NAME: usize = 64;

/// A word in a field.
#[derive(Debug)]
pub(super) struct FoundWord {
    field: Cow<'static, str>,
    index: Option<usize>,
    hit: LexiconHit,
}

impl FoundWord {
    pub(super) fn pass(&self) -> LexiconPass {
        self.hit.pass()
    }

    pub(super) fn found(&self) -> Found {
        let reason = HitReason::Lexicon { pass: self.hit.pass() };
        let found = Found::at(self.field.clone(), self.index, Some(self.hit.span()), reason);
        Found { phrase: self.hit.allowed_by().map(str::to_owned), ..found.entry(self.hit.word().to_owned()) }
    }
}

/// The words of all lexicons in all texts of a lead: for each list hits that count before those that a phrase suppresses, and
/// surer hits before less sure ones, so that no flood of lighter hits hides a heavy one.
#[derive(Debug, Default)]
pub(super) struct FoundWords(Vec<FoundWord>);

impl FoundWords {
    pub(super) fn of_list(&self, list: usize) -> &[FoundWord] {
        let from = self.0.partition_point(|word| word.hit.list < list);
        let to = self.0.partition_point(|word| word.hit.list <= list);
        self.0.get(from..to).unwrap_or_default()
    }
}

/// Reads every text once.
pub(super) fn find(lexicon: Option<&Lexicon>, texts: &[Text<'_>], message: &Message<'_>) -> FoundWords {
    let mut found = Vec::new();
    let Some(lexicon) = lexicon else { return FoundWords(found) };
    let (mut room, mut hits) = (lexicon.room(), Vec::new());
    for one in texts {
        if one.name == Name::Field(LeadField::Message) {
            lexicon.scan(one.text, message.folded(), &mut room, &mut hits);
        } else {
            lexicon.scan(one.text, &Folded::new(one.text), &mut room, &mut hits);
        }
        found.extend(hits.drain(..).map(|hit| FoundWord { field: one.field(), index: one.index, hit }));
    }
    // Stable: the order of the fields is kept, and within a text that of the places.
    order::sort_by_key(&mut found, |word| (word.hit.list, word.hit.allowed_by().is_some(), word.hit.pass()));
    FoundWords(found)
}

/// A text of a lead that somebody wrote.
pub(super) struct Text<'f> {
    name: Name<'f>,
    /// Its place where a field holds several.
    pub(super) index: Option<usize>,
    pub(super) text: &'f str,
}

#[derive(Clone, Copy, PartialEq)]
enum Name<'f> {
    Field(LeadField),
    Attribute(&'f str),
}

impl Text<'_> {
    /// The field that holds it.
    pub(super) fn field(&self) -> Cow<'static, str> {
        match self.name {
            Name::Field(field) => field.as_str().into(),
            Name::Attribute(name) => {
                format!("attributes.{}", name.chars().take(MAX_NAME).collect::<String>()).into()
            }
        }
    }
}

/// Every text of a lead.
pub(super) fn written<'f>(facts: &'f Facts<'_>) -> Vec<Text<'f>> {
    let lead = facts.read();
    let mut texts = Vec::with_capacity(8);
    let mut add =
        |name: Name<'f>, index: Option<usize>, text: &'f str| texts.push(Text { name, index, text });
    for field in LeadField::ALL.iter().filter(|field| is_written(**field)) {
        if let Some(text) = field.text(lead) {
            add(Name::Field(*field), None, text);
        }
        for (index, text) in field.texts(lead).into_iter().flatten().enumerate() {
            add(Name::Field(*field), Some(index), text);
        }
    }
    for (name, value) in &lead.attributes {
        match value {
            Value::Text(text) => add(Name::Attribute(name), None, text),
            Value::List(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(index, text)| add(Name::Attribute(name), Some(index), text));
            }
            _ => {}
        }
    }
    texts
}

/// Whether somebody writes the field: ids, states and contact values are not texts.
fn is_written(field: LeadField) -> bool {
    !matches!(
        field,
        LeadField::Id
            | LeadField::Wechat
            | LeadField::Status
            | LeadField::CloseReason
            | LeadField::FoldedInto
            | LeadField::CollectedUnder
            | LeadField::Account
            | LeadField::Stage
            | LeadField::Owner
            | LeadField::Pool
            | LeadField::Acquisition
            | LeadField::SourceCampaign
    )
}
