//! The tables.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::io::{self, Write};

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use leadkit::attribution::Origin;
use leadkit::model::{ContactId, RecordRef};

use super::desk::{Desk, Row};
use super::laws::next_of;

pub(crate) fn header(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "at\tevent\tlead\troute\towner\tpool\tstatus\treason")
}

pub(crate) fn row(row: &Row, zone: FixedOffset, out: &mut dyn Write) -> io::Result<()> {
    let Row { event, lead, route, owner, pool, status, reason, .. } = row;
    line(out, &[&moment(row.at, zone), event, lead, route, owner, pool, status, reason])
}

pub(crate) fn moment(at: DateTime<Utc>, zone: FixedOffset) -> String {
    at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

pub(crate) fn leads(desk: &Desk, zone: FixedOffset, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# leads\nlead\towner\tpool\tstatus\tfolded_into\tnext")?;
    for lead in desk.book.leads() {
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let owner = or_none(lead.owner.as_ref().map(ToString::to_string));
        let pool = or_none(lead.pool.as_ref().map(ToString::to_string));
        let into = or_none(lead.folded_into.as_ref().map(ToString::to_string));
        let next = next_of(&desk.seen(), lead).map(|next| match next.at {
            Some(at) => format!("{} {}", next.what, moment(at, zone)),
            None => next.what,
        });
        line(out, &[&lead.id, &owner, &pool, &lead.status, &into, &or_none(next)])?;
    }
    Ok(())
}

pub(crate) fn accounts(desk: &Desk, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# accounts\naccount\towner\tcontacts")?;
    for account in desk.book.accounts() {
        let whole = account.owner.iter().map(|owner| owner.as_str().to_owned());
        let parts = account.owners.iter().map(|(value, owner)| format!("{value}={owner}"));
        let owner = whole.chain(parts).collect::<Vec<_>>().join(",");
        let owner = if owner.is_empty() { "-".to_owned() } else { owner };
        let contacts: Vec<&str> = account.contacts.iter().map(|one| ContactId::as_str(&one.id)).collect();
        let contacts = if contacts.is_empty() { "-".to_owned() } else { contacts.join(",") };
        line(out, &[&account.id, &owner, &contacts])?;
    }
    Ok(())
}

/// Who was told what about which record, and how many causes there were.
pub(crate) fn notified(desk: &Desk, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# notified\nrep\tcode\tabout\ttimes")?;
    let mut times: BTreeMap<(&str, &str, &RecordRef), u32> = BTreeMap::new();
    for one in &desk.book.desk().notices {
        *times.entry((one.rep.as_str(), one.code.as_ref(), &one.about)).or_default() += 1;
    }
    for ((rep, code, about), times) in times {
        line(out, &[&rep, &code, &about, &times])?;
    }
    Ok(())
}

/// What attribution makes of the records: each touch of a customer once, and how it came into the journey.
pub(crate) fn journeys(desk: &Desk, zone: FixedOffset, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let assembled = desk.kept.journeys(&desk.book)?;
    writeln!(out, "# journeys\ncustomer\tat\tchannel\tcampaign\torigin")?;
    for customer in &assembled.customers {
        let Some(first) = customer.records.first() else { continue };
        for touch in &customer.touches {
            let origin = match &touch.origin {
                Origin::Record(record) => record.to_string(),
                Origin::Key { name, record } => format!("{name} of {record}"),
                Origin::Utm(lead) => format!("utm of {lead}"),
                _ => "-".to_owned(),
            };
            let campaign = touch.campaign.as_deref().unwrap_or("-");
            line(out, &[&first, &moment(touch.time, zone), &touch.channel, &campaign, &origin])?;
        }
    }
    writeln!(out, "# {assembled}")?;
    Ok(())
}

/// One line of a table: a text of somebody else's stays in its field.
pub(crate) fn line(out: &mut dyn Write, fields: &[&dyn fmt::Display]) -> io::Result<()> {
    for (index, field) in fields.iter().enumerate() {
        write!(out, "{}{}", if index == 0 { "" } else { "\t" }, printable(&field.to_string()))?;
    }
    writeln!(out)
}

/// A text without control characters.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
