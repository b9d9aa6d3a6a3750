//! What people do with leads that are on file: corrections, what other systems tell, orders of a director, and mistakes.

use leadkit::model::{Activity, Lead, LeadId, LeadStatus, RepId, Value};

use super::super::desk::Desk;
use super::super::event::{Event, Line};
use super::quarter::Quarter;
use super::random::Random;

/// Most rows of an import; of a small team's customers fewer, for nobody stands on it twenty times.
const ROWS: usize = 40;
/// Days between two imports.
const EVERY: i64 = 21;

/// One of the leads, if there is any.
fn draw(leads: &[&Lead], random: &mut Random) -> Option<LeadId> {
    leads.get(random.below(leads.len().max(1))).map(|lead| lead.id.clone())
}

impl Quarter {
    /// What happens in the office in the morning of a day.
    pub(super) fn in_the_office(&mut self, day: i64, desk: &Desk, reps: &[RepId]) -> Vec<Line> {
        let mut lines = Vec::new();
        let live: Vec<&Lead> =
            desk.book.leads().filter(|lead| lead.is_on_file() && !lead.has_ended()).collect();
        let untouched: Vec<&Lead> =
            live.iter().copied().filter(|lead| lead.status == LeadStatus::Pending).collect();
        for _ in 0..3 {
            let Some(lead) = draw(&live, &mut self.random) else { continue };
            let event = self.word_of(lead);
            lines.push(self.line(event.0, event.1));
        }
        if self.random.hits(25)
            && let Some(lead) = draw(&live, &mut self.random)
        {
            let rep = reps[self.random.below(reps.len())].clone();
            lines.push(self.line("allot", Event::Allot { lead, rep }));
        }
        if self.random.hits(40)
            && let Some(lead) = draw(&untouched, &mut self.random)
        {
            lines.push(self.line("revoke", Event::Revoke { lead }));
        }
        if self.random.hits(15) {
            let two = [(); 2].map(|()| draw(&live, &mut self.random));
            if let [Some(into), Some(from)] = two {
                lines.push(self.line("merge", Event::Merge { into, from }));
            }
        }
        if day % EVERY == EVERY / 2 {
            // Those who were at the fair are sorted.
            for _ in 0..5 {
                if let Some(lead) = draw(&live, &mut self.random) {
                    let said = ["worth_calling", "visit_need", "named_profile", "key_person"];
                    let said: Vec<&str> = said.into_iter().filter(|_| self.random.hits(50)).collect();
                    let yes = |name: &str| (format!("attributes.{name}"), Value::from(true));
                    let values: Vec<(String, Value)> = said.into_iter().map(yes).collect();
                    if !values.is_empty() {
                        lines.push(self.line("update", Event::Update { lead: lead.clone(), values }));
                    }
                    lines.push(self.line("route_event", Event::Route { lead }));
                }
            }
        }
        if day % EVERY == EVERY - 1 {
            let assign = self.random.hits(50);
            let rows = (self.many() / 50).clamp(2, ROWS);
            let leads = (0..rows).map(|_| self.old_row(reps)).collect();
            lines.push(self.line("import", Event::Import { leads, assign }));
        }
        lines
    }

    /// Somebody corrects a lead, or it shows that it is there.
    fn word_of(&mut self, lead: LeadId) -> (&'static str, Event) {
        let number = self.random.below(self.many());
        let value = match self.random.below(5) {
            0 => ("title", Value::from("总经理")),
            1 => ("employee_count", Value::from(number as i64 % 900)),
            2 => ("attributes.note", Value::from(format!("note {number}").as_str())),
            3 => ("emails", Value::List(vec![format!("user{number}x@gmail.com")])),
            _ => {
                let id = format!("V{}", self.acts());
                let kind = self.random.pick(&["page_visit", "form_submit", "consult"]).to_owned();
                let time = self.now();
                let activity = Activity { id: id.as_str().into(), lead, kind, time, ..Activity::default() };
                return ("activity", Event::Activity(Box::new(activity)));
            }
        };
        ("update", Event::Update { lead, values: vec![(value.0.to_owned(), value.1)] })
    }

    /// A row of the system before: some are of people who have written since.
    fn old_row(&mut self, reps: &[RepId]) -> Lead {
        let mut row = self.row();
        match self.random.below(6) {
            0 | 1 => {
                row.owner = Some(reps[self.random.below(reps.len())].clone());
                row.status = LeadStatus::Following;
            }
            2 => row.status = LeadStatus::Invalid,
            _ => {}
        }
        row
    }
}
