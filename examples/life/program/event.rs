//! One line of a scenario: what happens, and when.

use std::error::Error;
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, FixedOffset, SecondsFormat};
use leadkit::model::{
    Account, AccountId, Activity, CloseReason, Effect, FollowUp, Lead, LeadField, LeadId, OpportunityId,
    Order, Rep, RepId, Touch, Value, YesNo,
};
use leadkit::text::closest;
use serde_json::{Map, Value as Json, json};

use super::object::{Object, shown};

/// Most mistakes that are listed; the rest is counted.
const MAX_LISTED: usize = 20;

/// A line.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) number: usize,
    pub(crate) at: DateTime<FixedOffset>,
    /// The key of the event.
    pub(crate) key: &'static str,
    pub(crate) event: Event,
    /// Of the line as it is written; `None` for what is generated, which comes once.
    pub(crate) digest: Option<u64>,
}

/// What happens.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    Submit {
        lead: Box<Lead>,
        activities: Vec<Activity>,
    },
    Import {
        leads: Vec<Lead>,
        assign: bool,
    },
    Activity(Box<Activity>),
    Touch(Box<Touch>),
    Update {
        lead: LeadId,
        values: Vec<(String, Value)>,
    },
    FollowUp(Box<FollowUp>),
    Advance {
        lead: LeadId,
        to: String,
        answers: Vec<(String, YesNo)>,
    },
    Return {
        lead: LeadId,
    },
    Close {
        lead: LeadId,
        reason: CloseReason,
    },
    Release {
        lead: LeadId,
    },
    Convert {
        lead: LeadId,
        account: AccountId,
    },
    Opportunity {
        id: OpportunityId,
        lead: LeadId,
        status: Deal,
    },
    Order(Box<Order>),
    /// The customer asks to wait.
    Pause {
        lead: LeadId,
        reason: String,
    },
    Resume {
        lead: LeadId,
    },
    /// A customer's contract ends so.
    Contract {
        lead: LeadId,
        ends: DateTime<FixedOffset>,
    },
    /// Somebody who was at an event is sent where the policies say.
    Route {
        lead: LeadId,
    },
    Claim {
        lead: LeadId,
        rep: RepId,
    },
    Allot {
        lead: LeadId,
        rep: RepId,
    },
    Revoke {
        lead: LeadId,
    },
    Merge {
        into: LeadId,
        from: LeadId,
    },
    Absent {
        rep: RepId,
        until: DateTime<FixedOffset>,
    },
    Back {
        rep: RepId,
    },
    Join(Box<Rep>),
    Leave {
        rep: RepId,
    },
    HandOver {
        rep: RepId,
        to: RepId,
    },
    Account(Box<Account>),
    /// A partner registers a deal.
    Register {
        account: AccountId,
        partner: RepId,
    },
    Forget {
        lead: LeadId,
    },
    /// Effects that somebody writes by hand, to see what the laws say.
    Effects(Vec<Effect>),
    Tick,
}

/// How an opportunity stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Deal {
    Open,
    Won,
    Lost,
}

/// Every key of an event.
pub(crate) const KEYS: [&str; 31] = [
    "submit",
    "import",
    "activity",
    "touch",
    "update",
    "follow_up",
    "advance",
    "return",
    "close",
    "release",
    "convert",
    "opportunity",
    "order",
    "pause",
    "resume",
    "contract",
    "route_event",
    "claim",
    "allot",
    "revoke",
    "merge",
    "absent",
    "back",
    "join",
    "leave",
    "hand_over",
    "account",
    "register",
    "forget",
    "effects",
    "tick",
];

/// What only decisions change.
const NOT_UPDATED: [&str; 12] = [
    "id",
    "created_at",
    "filed_at",
    "status",
    "close_reason",
    "folded_into",
    "collected_under",
    "account",
    "last_active_at",
    "owner",
    "pool",
    "acquisition",
];

/// All lines, or every one that cannot be read or stands before its time.
pub(crate) fn read_lines(text: &str, path: &str) -> Result<Vec<Line>, Box<dyn Error>> {
    let (mut lines, mut mistakes) = (Vec::<Line>::new(), Vec::new());
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (index, written) in text.lines().enumerate() {
        let number = index + 1;
        if written.trim().is_empty() || written.trim_start().starts_with('#') {
            continue;
        }
        match read_line(written, number) {
            Ok(line) => {
                if let Some(before) = lines.last().filter(|before| line.at < before.at) {
                    let (at, number_before) = (written_at(before.at), before.number);
                    mistakes.push(format!(
                        "{path}: line {number}: `at`: found {}, expected no time before {at}, that of line {number_before}: \
                         sort the lines by `at`",
                        written_at(line.at)
                    ));
                } else {
                    lines.push(line);
                }
            }
            Err(what) => mistakes.push(format!("{path}: line {number}: {what}")),
        }
    }
    if mistakes.is_empty() {
        return Ok(lines);
    }
    let more = mistakes.len().saturating_sub(MAX_LISTED);
    mistakes.truncate(MAX_LISTED);
    if more > 0 {
        mistakes.push(format!("and {more} lines more"));
    }
    Err(mistakes.join("\n").into())
}

fn digest_of(written: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    written.hash(&mut hasher);
    hasher.finish()
}

fn written_at(at: DateTime<FixedOffset>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

const MOMENT: &str = "a time with its zone, such as \"2026-03-02T09:00:00+08:00\"";

fn read_line(written: &str, number: usize) -> Result<Line, String> {
    let document: Json = serde_json::from_str(written).map_err(|error| {
        let place = format!("column {}", error.column());
        let said = error.to_string();
        let what = said.split(" at line ").next().unwrap_or_default().to_owned();
        format!("{place}: {what}, expected one JSON object a line")
    })?;
    let mut object = Object::new("the line", document.clone())?;
    let members = document.as_object().cloned().unwrap_or_default();
    let found: Vec<&'static str> = KEYS.into_iter().filter(|key| members.contains_key(*key)).collect();
    let key = match found.as_slice() {
        [key] => *key,
        [] => return Err(no_event(&members)),
        [one, other, ..] => return Err(format!("found `{one}` and `{other}`, expected one event a line")),
    };
    let mut object_of = |key: &'static str| object.take(key).unwrap_or_default();
    let value = object_of(key);
    let at = read_moment("`at`", object_of("at"))?;
    let more = if key == "submit" { object_of("activities") } else { Json::Null };
    let assign = if key == "import" { object_of("assign") } else { Json::Null };
    object.finish()?;
    let context = Context { at, number };
    let event = match key {
        "submit" => context.submit(value, more)?,
        "import" => context.import(value, &assign)?,
        "tick" => Event::Tick,
        "effects" => Event::Effects(
            leadkit::model::load(value)
                .map_err(|errors| format!("`effects`: expected a list of effects: {errors}"))?,
        ),
        "activity" | "touch" | "follow_up" | "order" | "account" | "join" => context.record(key, value)?,
        _ => context.act(key, value)?,
    };
    Ok(Line { number, at, key, event, digest: Some(digest_of(written.trim())) })
}

/// There is no event in the line: which was meant.
fn no_event(members: &Map<String, Json>) -> String {
    let other = members.keys().find(|key| key.as_str() != "at");
    let near = other.and_then(|key| closest(key, KEYS).map(|near| (key, near)));
    match (near, other) {
        (Some((key, near)), _) => format!("`{key}` is no event: did you mean `{near}`?"),
        (None, Some(key)) => format!("`{key}` is no event, expected one of {}", KEYS.join(", ")),
        (None, None) => format!("there is no event, expected one of {}", KEYS.join(", ")),
    }
}

fn read_moment(place: &str, value: Json) -> Result<DateTime<FixedOffset>, String> {
    match &value {
        Json::Null => Err(format!("{place} is missing, expected {MOMENT}")),
        Json::String(text) => DateTime::parse_from_rfc3339(text.trim())
            .map_err(|_| format!("{place}: found {}, expected {MOMENT}", shown(&value))),
        _ => Err(format!("{place}: found {}, expected {MOMENT}", shown(&value))),
    }
}

/// What a line says of all that is in it.
#[derive(Clone, Copy)]
struct Context {
    at: DateTime<FixedOffset>,
    number: usize,
}

impl Context {
    fn now(self) -> Json {
        json!(self.at.to_utc())
    }

    fn lead(self, place: &str, value: Json) -> Result<Lead, String> {
        let mut object = Object::new(place, value)?;
        object.fill("created_at", || self.now());
        Lead::from_json(Json::Object(object.into_members())).map_err(|found| {
            let said = found.iter().map(|one| {
                let help = one.help.as_ref().map_or(String::new(), |help| format!(": {help}"));
                format!("`{place}.{}`: {}{help}", one.path, one.message)
            });
            said.collect::<Vec<_>>().join("; ")
        })
    }

    fn submit(self, value: Json, activities: Json) -> Result<Event, String> {
        let lead = self.lead("submit", value)?;
        let activities = match activities {
            Json::Null => Vec::new(),
            Json::Array(list) => list
                .into_iter()
                .enumerate()
                .map(|(index, one)| {
                    self.activity(&format!("activities[{index}]"), one, Some(&lead.id), index)
                })
                .collect::<Result<_, _>>()?,
            other => return Err(format!("`activities`: found {}, expected a list", shown(&other))),
        };
        Ok(Event::Submit { lead: Box::new(lead), activities })
    }

    fn import(self, value: Json, assign: &Json) -> Result<Event, String> {
        let Json::Array(rows) = value else {
            return Err(format!("`import`: found {}, expected a list of leads", shown(&value)));
        };
        let assign = match assign {
            Json::Null => false,
            Json::Bool(assign) => *assign,
            other => return Err(format!("`assign`: found {}, expected true or false", shown(other))),
        };
        let rows = rows.into_iter().enumerate();
        let leads =
            rows.map(|(index, row)| self.lead(&format!("import[{index}]"), row)).collect::<Result<_, _>>()?;
        Ok(Event::Import { leads, assign })
    }

    fn activity(
        self,
        place: &str,
        value: Json,
        lead: Option<&LeadId>,
        index: usize,
    ) -> Result<Activity, String> {
        let mut object = Object::new(place, value)?;
        object.fill("time", || self.now());
        object.fill("id", || json!(format!("line {} activity {index}", self.number)));
        if let Some(lead) = lead {
            object.fill("lead", || json!(lead));
        }
        let keys = [
            "id",
            "lead",
            "kind",
            "time",
            "channel",
            "campaign",
            "page",
            "content",
            "progress",
            "duration",
            "intent",
            "shared_by",
            "attributes",
        ];
        object.into(&keys, "an activity with `lead` and `kind`")
    }

    fn record(self, key: &str, value: Json) -> Result<Event, String> {
        if key == "activity" {
            return Ok(Event::Activity(Box::new(self.activity(key, value, None, 0)?)));
        }
        let mut object = Object::new(key, value)?;
        match key {
            "touch" => {
                object.fill("time", || self.now());
                let keys =
                    ["id", "lead", "contact", "keys", "channel", "campaign", "time", "cost", "shared_by"];
                Ok(Event::Touch(Box::new(object.into(&keys, "a touch with `lead` and `channel`")?)))
            }
            "follow_up" => {
                object.fill("time", || self.now());
                object.fill("id", || json!(format!("line {}", self.number)));
                let keys = [
                    "id",
                    "lead",
                    "owner",
                    "time",
                    "kind",
                    "key_fields_changed",
                    "call_start",
                    "call_duration",
                    "next_date",
                    "facets",
                    "changes",
                ];
                Ok(Event::FollowUp(Box::new(
                    object.into(&keys, "a follow-up with `lead`, `owner` and `kind`")?,
                )))
            }
            "order" => {
                object.fill("created_at", || self.now());
                let keys = ["id", "lead", "account", "opportunity", "amount", "product", "created_at"];
                Ok(Event::Order(Box::new(object.into(&keys, "an order with `id` and `amount`")?)))
            }
            "account" => {
                object.fill("created_at", || self.now());
                let keys = [
                    "id",
                    "company",
                    "created_at",
                    "aliases",
                    "domain",
                    "registration_number",
                    "region",
                    "owner",
                    "owners",
                    "pool",
                    "contacts",
                    "maturity",
                    "tier",
                    "closed_deal_at",
                    "partner",
                    "protected_until",
                    "attributes",
                ];
                Ok(Event::Account(Box::new(object.into(&keys, "an account with `id` and `company`")?)))
            }
            _ => {
                let members = object.into_members();
                let reps = Rep::load_all(Json::Array(vec![Json::Object(members)])).map_err(|errors| {
                    let said = errors.diagnostics().iter().map(|one| {
                        let help = one.help.as_ref().map_or(String::new(), |help| format!(": {help}"));
                        let path = one.path.trim_start_matches("reps[0]").trim_start_matches('.');
                        format!("`join.{path}`: {}{help}", one.message)
                    });
                    said.collect::<Vec<_>>().join("; ")
                })?;
                let rep = reps.into_iter().next().ok_or("`join`: expected a rep")?;
                Ok(Event::Join(Box::new(rep)))
            }
        }
    }

    fn act(self, key: &'static str, value: Json) -> Result<Event, String> {
        let mut object = Object::new(key, value)?;
        let lead = |object: &mut Object| object.name("lead", "the id of a lead").map(LeadId::from);
        let rep = |object: &mut Object| object.name("rep", "the id of a rep").map(RepId::from);
        let event = match key {
            "update" => return self.update(object),
            "advance" => {
                let answers: Option<Map<String, Json>> =
                    object.maybe("answers", "answers by criterion, such as {\"mql.fits\":\"yes\"}")?;
                let answers = answers.unwrap_or_default().into_iter().map(|(criterion, said)| {
                    let wanted = |_| {
                        format!(
                            "`advance.answers.{criterion}`: found {}, expected yes, no or unknown",
                            shown(&said)
                        )
                    };
                    let said_as =
                        said.as_bool().map_or(said.clone(), |yes| json!(if yes { "yes" } else { "no" }));
                    serde_json::from_value(said_as).map(|said| (criterion.clone(), said)).map_err(wanted)
                });
                let answers = answers.collect::<Result<_, String>>()?;
                Event::Advance {
                    lead: lead(&mut object)?,
                    to: object.name("to", "a stage, such as \"mql\"")?,
                    answers,
                }
            }
            "return" => {
                let lead = lead(&mut object)?;
                let _: Option<String> = object.maybe("reason", "a reason, such as \"no_time\"")?;
                Event::Return { lead }
            }
            "close" => Event::Close {
                lead: lead(&mut object)?,
                reason: CloseReason::from(object.name("reason", "a reason, such as \"no_intent\"")?.as_str()),
            },
            "pause" => Event::Pause {
                lead: lead(&mut object)?,
                reason: object.name("reason", "why, such as \"the customer is at a fair\"")?,
            },
            "resume" => Event::Resume { lead: lead(&mut object)? },
            "contract" => {
                let ends = object.take("ends").unwrap_or_default();
                Event::Contract { lead: lead(&mut object)?, ends: read_moment("`contract.ends`", ends)? }
            }
            "route_event" => Event::Route { lead: lead(&mut object)? },
            "release" => Event::Release { lead: lead(&mut object)? },
            "convert" => Event::Convert {
                lead: lead(&mut object)?,
                account: object.name("account", "the id of an account")?.into(),
            },
            "opportunity" => Event::Opportunity {
                id: object.name("id", "the id of an opportunity")?.into(),
                lead: lead(&mut object)?,
                status: object.need("status", "open, won or lost")?,
            },
            "claim" => Event::Claim { lead: lead(&mut object)?, rep: rep(&mut object)? },
            "allot" => {
                let _: Option<String> = object.maybe("by", "the id of who decides")?;
                Event::Allot { lead: lead(&mut object)?, rep: rep(&mut object)? }
            }
            "revoke" => Event::Revoke { lead: lead(&mut object)? },
            "merge" => Event::Merge {
                into: object.name("into", "the id of a lead")?.into(),
                from: object.name("from", "the id of a lead")?.into(),
            },
            "absent" => {
                let until = object.take("until").unwrap_or_default();
                let until = read_moment("`absent.until`", until)?;
                if until <= self.at {
                    return Err(format!(
                        "`absent.until`: found {}, expected a later time than `at`",
                        written_at(until)
                    ));
                }
                Event::Absent { rep: rep(&mut object)?, until }
            }
            "back" => Event::Back { rep: rep(&mut object)? },
            "leave" => Event::Leave { rep: rep(&mut object)? },
            "hand_over" => {
                Event::HandOver { rep: rep(&mut object)?, to: object.name("to", "the id of a rep")?.into() }
            }
            "register" => Event::Register {
                account: object.name("account", "the id of an account")?.into(),
                partner: object.name("partner", "the id of a partner")?.into(),
            },
            _ => Event::Forget { lead: lead(&mut object)? },
        };
        object.finish()?;
        Ok(event)
    }

    /// The values of an update, by the names of fields.
    fn update(self, mut object: Object) -> Result<Event, String> {
        let lead: LeadId = object.name("lead", "the id of a lead")?.into();
        let mut members = object.into_members();
        if let Some(key) = members.keys().find(|key| NOT_UPDATED.contains(&key.as_str())) {
            return Err(format!(
                "`update.{key}`: only decisions change it: use another event, such as `allot` or `close`"
            ));
        }
        if members.is_empty() {
            return Err("`update`: found no field, expected at least one, such as \"title\"".to_owned());
        }
        let written = members.clone();
        members.insert("id".to_owned(), json!(lead));
        let read = self.lead("update", Json::Object(members))?;
        let mut values = Vec::new();
        for (key, value) in &written {
            let group = value.as_object().filter(|_| LeadField::from_name(key).is_none());
            let Some(parts) = group else {
                values.extend(LeadField::from_name(key).map(|field| (key.clone(), field.get(&read))));
                continue;
            };
            for part in parts.keys() {
                let name = format!("{key}.{part}");
                let value = match key.as_str() {
                    "attributes" => read.attributes.get(part).cloned().unwrap_or_default(),
                    "external_ids" => Value::from(read.external_ids.get(part).cloned()),
                    "click_ids" => Value::from(read.click_ids.get(part).cloned()),
                    _ => LeadField::from_name(&name).map(|field| field.get(&read)).unwrap_or_default(),
                };
                values.push((name, value));
            }
        }
        Ok(Event::Update { lead, values })
    }
}
