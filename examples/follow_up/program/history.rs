//! Reading a history: records in a table, a story for each lead.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use leadkit::follow_up::{FollowUpOptions, PlannedFollowUp};
use leadkit::model::{
    Acquisition, Activity, CloseReason, FollowUp, FollowUpKind, History, Lead, LeadStatus, Pause, RepId,
    StageEntry, Tenure, TenureEnd,
};

use super::moment;

const COLUMNS: [&str; 5] = ["at", "lead", "event", "by", "detail"];

const EVENTS: [&str; 17] = [
    "created",
    "owner",
    "cover",
    "ended",
    "stage",
    "call",
    "record",
    "edit",
    "activity",
    "pool",
    "plan",
    "pause",
    "resume",
    "contract_end",
    "closed",
    "opportunity",
    "reopened",
];

/// Mistakes that are listed; the rest is counted.
const MAX_LISTED: usize = 20;

/// One record.
struct Record {
    at: DateTime<Utc>,
    event: String,
    by: RepId,
    detail: String,
}

/// The records of one lead, by time; of one time, in the order of the file.
pub(super) struct Story {
    id: String,
    records: Vec<Record>,
}

/// What is known of a lead.
pub(super) type Told = (Lead, Vec<Activity>, History, FollowUpOptions);

/// The stories by lead, or every mistake with its line and column.
pub(super) fn read_history(text: &str, path: &Path) -> Result<BTreeMap<String, Story>, Box<dyn Error>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
    let (mut stories, mut mistakes) = (BTreeMap::<String, Story>::new(), Vec::new());
    // Where each of the columns stands, once the header is read.
    let mut places: Option<([Option<usize>; 5], usize)> = None;
    for row in reader.records() {
        let row = row.map_err(|error| format!("{}: {error}", path.display()))?;
        let line = row.position().map_or(0, csv::Position::line);
        let mut wrong = |column: usize, what: String| {
            mistakes.push(format!("{}: line {line}, column {}: {what}", path.display(), column + 1));
        };
        let Some((places, columns)) = places else {
            places = Some((header(&row, &mut wrong), row.len()));
            // Under a header that is wrong nothing can be read.
            if mistakes.is_empty() {
                continue;
            }
            break;
        };
        let place = |column: usize| places.get(column).copied().flatten();
        let cell = |column: usize| place(column).and_then(|at| row.get(at)).unwrap_or_default().trim();
        if let Some(more) = row.get(columns) {
            wrong(columns, format!("found {}, expected no further cell", quoted(more)));
            continue;
        }
        match record(cell) {
            Ok(record) => {
                let id = cell(1).to_owned();
                let story = Story { id: id.clone(), records: Vec::new() };
                stories.entry(id).or_insert(story).records.push(record);
            }
            Err((column, what)) => wrong(place(column).unwrap_or(column), what),
        }
    }
    if mistakes.is_empty() {
        stories.values_mut().for_each(|story| story.records.sort_by_key(|record| record.at));
        return Ok(stories);
    }
    let more = mistakes.len().saturating_sub(MAX_LISTED);
    mistakes.truncate(MAX_LISTED);
    if more > 0 {
        mistakes.push(format!("and {more} more"));
    }
    Err(mistakes.join("\n").into())
}

/// Where the columns stand, in any order; `by` and `detail` may be missing.
fn header(row: &csv::StringRecord, wrong: &mut impl FnMut(usize, String)) -> [Option<usize>; 5] {
    for (column, name) in row.iter().map(str::trim).enumerate() {
        let is_twice = row.iter().take(column).any(|before| before.trim() == name);
        if !COLUMNS.contains(&name) || is_twice {
            let close = leadkit::text::closest(name, COLUMNS).filter(|_| !is_twice);
            let wanted = close.map_or(COLUMNS.join(", "), |close| format!("`{close}`"));
            let what = if is_twice { "each column once" } else { wanted.as_str() };
            wrong(column, format!("found {}, expected {what}", quoted(name)));
        }
    }
    let places = COLUMNS.map(|name| row.iter().position(|found| found.trim() == name));
    for (name, _) in COLUMNS.iter().zip(places).take(3).filter(|(_, place)| place.is_none()) {
        wrong(row.len(), format!("found no column `{name}`, expected one"));
    }
    places
}

fn quoted(text: &str) -> String {
    if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") }
}

/// A record, or the column that cannot be read and why.
fn record<'r>(cell: impl Fn(usize) -> &'r str) -> Result<Record, (usize, String)> {
    let at = moment(cell(0)).map_err(|what| (0, what))?;
    if cell(1).is_empty() {
        return Err((1, "found nothing, expected the id of a lead".to_owned()));
    }
    let (event, by, detail) = (cell(2), cell(3), cell(4));
    if !EVENTS.contains(&event) {
        let close = leadkit::text::closest(event, EVENTS);
        let help = close.map_or(EVENTS.join(", "), |close| format!("`{close}`"));
        return Err((2, format!("found {}, expected {help}", quoted(event))));
    }
    if matches!(event, "owner" | "cover" | "call" | "record" | "edit") && by.is_empty() {
        return Err((3, "found nothing, expected the id of a rep".to_owned()));
    }
    let expects = |wanted: &str| (4, format!("found {}, expected {wanted}", quoted(detail)));
    match event {
        "created" => facts(detail, &mut Lead::default()).map_err(|what| (4, what))?,
        "ended" if TenureEnd::from_name(detail).is_none() => {
            return Err(expects(&format!("one of {}", TenureEnd::KNOWN.join(", "))));
        }
        "stage" | "activity" | "pool" | "pause" | "edit" if detail.is_empty() => {
            return Err(expects("a name or a reason"));
        }
        "plan" | "contract_end" => drop(moment(detail).map_err(|what| (4, what))?),
        "call" | "record" if !detail.is_empty() && detail.parse::<NaiveDate>().is_err() => {
            return Err(expects("the date of the next follow-up such as 2026-03-09, or nothing"));
        }
        "opportunity" if !["open", "lost"].contains(&detail) => return Err(expects("`open` or `lost`")),
        _ => {}
    }
    Ok(Record { at, event: event.to_owned(), by: by.into(), detail: detail.to_owned() })
}

/// Writes `region=CN-GD;source=web` into a lead.
fn facts(text: &str, lead: &mut Lead) -> Result<(), String> {
    for pair in text.split(';').map(str::trim).filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("region", code)) => lead.region = Some(code.parse().map_err(|error| format!("{error}"))?),
            Some(("source", source)) => lead.source.primary = Some(source.to_owned()),
            Some(("product", product)) => lead.products.push(product.to_owned()),
            _ => {
                let wanted = "region=…, source=… or product=…";
                return Err(format!("found `{pair}`, expected {wanted}"));
            }
        }
    }
    Ok(())
}

impl Story {
    /// The time of the last record.
    pub(super) fn last(&self) -> DateTime<Utc> {
        self.records.iter().map(|record| record.at).max().unwrap_or_default()
    }

    /// What is known at a moment; nothing of a lead that comes later.
    pub(super) fn until(&self, now: DateTime<Utc>) -> Option<Told> {
        let first = self.records.first().filter(|first| first.at <= now)?;
        let mut told: Told = (
            Lead { id: self.id.as_str().into(), created_at: first.at, ..Lead::default() },
            Vec::new(),
            History::default(),
            FollowUpOptions::default(),
        );
        for (index, record) in self.records.iter().enumerate().filter(|(_, record)| record.at <= now) {
            tell(&mut told, index, record);
        }
        Some(told)
    }
}

fn tell((lead, activities, history, options): &mut Told, index: usize, record: &Record) {
    let Record { at, event, by, detail } = record;
    let at = *at;
    let tenure = |acquisition| Tenure {
        lead: lead.id.clone(),
        owner: by.clone(),
        from: at,
        until: None,
        acquisition,
        end: None,
        close_reason: None,
    };
    let id = || format!("{}-{index}", lead.id);
    match event.as_str() {
        // Read once already, so it can be read again.
        "created" => drop(facts(detail, lead)),
        "owner" => {
            end(history, None, TenureEnd::HandedOver, at);
            let how = if detail.is_empty() { Acquisition::AutoAssigned } else { detail.as_str().into() };
            history.tenures.push(tenure(how));
            (lead.owner, lead.pool, lead.status) = (Some(by.clone()), None, LeadStatus::Pending);
        }
        "cover" => history.tenures.push(tenure(Acquisition::Cover)),
        "ended" => {
            let how = TenureEnd::from_name(detail).unwrap_or(TenureEnd::Recycled);
            let is_owner = by.is_blank() || lead.owner.as_ref() == Some(by);
            end(history, Some(by).filter(|by| !by.is_blank()), how, at);
            if is_owner {
                lead.status = match how {
                    TenureEnd::Converted => LeadStatus::Converted,
                    TenureEnd::Invalid => LeadStatus::Invalid,
                    TenureEnd::Voided => LeadStatus::Voided,
                    _ => LeadStatus::Unassigned,
                };
                lead.close_reason = (how == TenureEnd::Invalid).then_some(CloseReason::NoIntent);
                if how != TenureEnd::Converted {
                    lead.owner = None;
                }
            }
        }
        "stage" => {
            history.stage_entries.push(StageEntry { stage: detail.clone(), at });
            lead.stage = Some(detail.clone());
        }
        "call" | "record" | "edit" => history.follow_ups.push(FollowUp {
            id: id().into(),
            lead: lead.id.clone(),
            owner: by.clone(),
            time: at,
            kind: match event.as_str() {
                "call" => FollowUpKind::Call,
                "record" => FollowUpKind::Record,
                _ => FollowUpKind::KeyFieldEdit,
            },
            key_fields_changed: if event == "edit" { vec![detail.clone()] } else { Vec::new() },
            call_start: None,
            call_duration: None,
            next_date: detail.parse().ok(),
            facets: Default::default(),
            changes: Default::default(),
        }),
        "activity" => activities.push(Activity {
            id: id().into(),
            lead: lead.id.clone(),
            kind: detail.clone(),
            time: at,
            ..Activity::default()
        }),
        // Nobody holds what lies in a pool.
        "pool" => {
            end(history, None, TenureEnd::Recycled, at);
            (lead.owner, lead.pool) = (None, Some(detail.as_str().into()));
            options.pool_since = Some(at);
            if !lead.has_ended() {
                lead.status = LeadStatus::Unassigned;
            }
        }
        "plan" => {
            lead.next_follow_up = moment(detail).ok();
            let by = Some(by.clone()).filter(|by| !by.is_blank()).or_else(|| lead.owner.clone());
            let plan =
                by.zip(lead.next_follow_up).map(|(by, date)| PlannedFollowUp { by, made_at: at, at: date });
            options.plans.extend(plan);
        }
        "pause" => options.pauses.push(Pause { from: at, until: None, reason: detail.clone() }),
        "resume" => {
            options
                .pauses
                .iter_mut()
                .filter(|pause| pause.until.is_none())
                .for_each(|pause| pause.until = Some(at));
        }
        "contract_end" => options.contract_end = moment(detail).ok(),
        "closed" => options.closed_at = Some(at),
        "opportunity" => options.opportunity_since = Some(at).filter(|_| detail == "open"),
        "reopened" => {
            (history.cycle, history.cycle_started_at) = (history.cycle + 1, Some(at));
            (lead.status, lead.close_reason, lead.owner) = (LeadStatus::Unassigned, None, None);
        }
        _ => {}
    }
}

/// Ends the tenures that last: of one rep, or of all.
fn end(history: &mut History, rep: Option<&RepId>, how: TenureEnd, at: DateTime<Utc>) {
    let lasting = history.tenures.iter_mut().filter(|one| one.until.is_none());
    for tenure in lasting.filter(|one| rep.is_none_or(|rep| one.owner == *rep)) {
        (tenure.until, tenure.end) = (Some(at), Some(how));
        tenure.close_reason = (how == TenureEnd::Invalid).then_some(CloseReason::NoIntent);
    }
}
