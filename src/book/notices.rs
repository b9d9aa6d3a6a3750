//! What reps are sent: notices counted together, and digests of too many.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use rustc_hash::FxHashMap;

use super::life::Notice;
use super::rules::NoticeRules;
use crate::model::{RecordRef, RepId};
use crate::text::Code;

/// What a rep is sent: one thing, however often it happened, or a digest of several.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// The rep who gets the message.
    pub rep: RepId,
    /// When the first thing happened that it reports. A digest is sent an hour later.
    pub since: DateTime<Utc>,
    /// What it reports, in the order in which it first happened; only a digest reports more than one thing.
    pub items: Vec<MessageItem>,
    /// Whether several notices were put together into one message.
    pub is_digest: bool,
}

/// One thing that a message reports.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessageItem {
    /// What happened, as a code that the host translates.
    pub code: Code,
    /// The record that it happened to.
    pub about: RecordRef,
    /// How often it happened, at least 1.
    pub times: u32,
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.rep)?;
        for (place, item) in self.items.iter().enumerate() {
            write!(f, "{}{} {}", if place == 0 { " " } else { "; " }, item.code, item.about)?;
            if item.times > 1 {
                write!(f, " ({} times)", item.times)?;
            }
        }
        Ok(())
    }
}

/// The messages so far, and where more is counted.
#[derive(Default)]
struct Outbox {
    messages: Vec<Message>,
    /// The message that reports a code about a record, by receiver.
    open: FxHashMap<(RepId, Code, RecordRef), usize>,
    /// The digest that is being collected for a rep.
    digests: FxHashMap<RepId, usize>,
    /// When a rep got messages by themselves within the last hour, oldest first.
    sent: FxHashMap<RepId, Vec<DateTime<Utc>>>,
}

impl NoticeRules {
    /// What reps are sent for notices in the order of their time, as they are on a [desk](super::Desk::notices): notices of
    /// one code about one record within [`together_minutes`](NoticeRules::together_minutes) are one, and what comes when a
    /// rep was
    /// sent [`hourly_limit`](NoticeRules::hourly_limit) messages within the hour is collected in a digest of the next hour.
    /// O(notices).
    ///
    /// ```
    /// use leadkit::book::{Book, NoticeRules};
    /// use leadkit::model::{Effect, RecordRef};
    ///
    /// let mut book = Book::new();
    /// let told = |about: &str| Effect::Notify {
    ///     rep: "li".into(), code: "re_entry".into(), about: RecordRef::Lead(about.into()),
    /// };
    /// for (minute, about) in [(0, "L1"), (10, "L1"), (15, "L2"), (45, "L1")] {
    ///     let at = format!("2026-03-02T09:{minute:02}:00Z").parse().unwrap();
    ///     book.apply_effects(&format!("at {minute}"), &[told(about)], at);
    /// }
    /// let sent = NoticeRules::default().messages(&book.desk().notices);
    /// let said: Vec<String> = sent.iter().map(ToString::to_string).collect();
    /// assert_eq!(said, ["li: re_entry lead L1 (2 times)", "li: re_entry lead L2", "li: re_entry lead L1"]);
    /// ```
    #[must_use]
    pub fn messages(&self, notices: &[Notice]) -> Vec<Message> {
        let mut outbox = Outbox::default();
        for notice in notices {
            self.send(notice, &mut outbox);
        }
        outbox.messages
    }

    fn send(&self, notice: &Notice, outbox: &mut Outbox) {
        let Notice { rep, code, about, at } = notice;
        let item = MessageItem { code: code.clone(), about: about.clone(), times: 1 };
        let new = |is_digest| Message { rep: rep.clone(), since: *at, items: vec![item.clone()], is_digest };
        if self.at_once.contains(code) {
            outbox.messages.push(new(false));
            return;
        }
        let key = (rep.clone(), code.clone(), about.clone());
        let together = TimeDelta::minutes(i64::from(self.together_minutes));
        let open = outbox.open.get(&key).and_then(|place| outbox.messages.get_mut(*place));
        if let Some(message) = open.filter(|message| *at - message.since < together) {
            let counted = message.items.iter_mut().find(|one| (&one.code, &one.about) == (code, about));
            counted.into_iter().for_each(|one| one.times = one.times.saturating_add(1));
            return;
        }
        let hour = TimeDelta::hours(1);
        let digest = outbox.digests.get(rep).copied();
        let collecting = digest
            .filter(|place| outbox.messages.get(*place).is_some_and(|digest| *at - digest.since < hour));
        let sent = outbox.sent.entry(rep.clone()).or_default();
        sent.retain(|before| *at - *before < hour);
        let is_over = sent.len() >= usize::try_from(self.hourly_limit).unwrap_or(usize::MAX);
        let place = match collecting {
            Some(place) => {
                if let Some(digest) = outbox.messages.get_mut(place) {
                    digest.items.push(item);
                }
                place
            }
            None => {
                if is_over {
                    outbox.digests.insert(rep.clone(), outbox.messages.len());
                } else {
                    sent.push(*at);
                }
                outbox.messages.push(new(is_over));
                outbox.messages.len() - 1
            }
        };
        outbox.open.insert(key, place);
    }
}
