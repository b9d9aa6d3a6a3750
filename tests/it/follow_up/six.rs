//! Stage, tenure, pool, owner, status and deadlines change in one set of effects: after any act they agree.

use leadkit::book::Book;
use leadkit::calendar::Calendars;
use leadkit::follow_up::{FlowTrigger, FollowUpRules, ProtectionRules};
use leadkit::model::{Absence, CloseReason, Effect, LeadId, Rep, RepId};
use leadkit::pipeline::{Actor, MoveRequest, Office, Pipeline, PipelineRules, Role, Timeline};
use leadkit::{Arrival, Input, Intake, Outcome, ReassignReason, Roster, Rules, State};
use proptest::prelude::*;

use super::*;
use crate::support::review_next;

struct Desk {
    intake: Intake,
    roster: Roster,
    state: State,
    book: Book,
    policies: FollowUpPolicies,
    pipeline: Pipeline,
    timeline: Timeline,
    now: DateTime<Utc>,
    acts: usize,
}

const REPS: [&str; 4] = ["li", "wang", "zhao", "qian"];

fn id() -> LeadId {
    "L1".into()
}

impl Desk {
    fn new() -> Desk {
        let pools = Pool::load_all(json!([
            {"id": "leads", "kind": "lead"},
            {"id": "nurture", "kind": "nurture"},
            {"id": "active", "kind": "public_active"},
            {"id": "invalid", "kind": "invalid"},
        ]))
        .unwrap();
        let intake = Intake::compile(&Rules { pools: pools.clone(), ..Rules::b2b() }).unwrap();
        let reps: Vec<Rep> = REPS.iter().map(|id| Rep { id: (*id).into(), ..Rep::default() }).collect();
        let policies = compiled(&FollowUpRules {
            pools,
            protection: Some(ProtectionRules::days(5, 2, 10)),
            ..FollowUpRules::b2b()
        });
        let rules = PipelineRules::default()
            .approved(Office::Operations, "ops", t("01-05 10:00"))
            .approved(Office::Hr, "hr", t("01-06 10:00"))
            .approved(Office::Finance, "fin", t("01-07 10:00"));
        let mut desk = Desk {
            book: intake.book(),
            intake,
            roster: Roster::compile(&reps, &Calendars::default()).unwrap(),
            state: State::default(),
            policies,
            pipeline: Pipeline::compile(&rules).unwrap(),
            timeline: Timeline::new("L1"),
            now: t("03-02 10:00"),
            acts: 0,
        };
        let lead = Lead {
            id: id(),
            created_at: desk.now,
            name: Some("王芳".into()),
            title: Some("总经理".into()),
            company: Some("深圳市星河软件有限公司".into()),
            phones: vec!["13812349876".into()],
            message: Some("请报价".into()),
            ..Lead::default()
        };
        desk.intake
            .process_batch(&[Arrival::new(lead)], &mut desk.book, &desk.roster, &mut desk.state)
            .unwrap();
        desk
    }

    fn lead(&self) -> &Lead {
        self.book.lead(&id()).unwrap()
    }

    fn input(&self) -> Input {
        let input = self.intake.input_of(&self.book, &id(), self.now).unwrap();
        Input { trust_clock: true, ..input }
    }

    fn decided(&mut self, outcome: &Outcome) {
        self.state.apply(outcome.delta()).unwrap();
        outcome.apply_to(&mut self.book);
        review_next(&self.intake, outcome, &mut self.book, &self.roster, &mut self.state);
    }

    fn perform(&mut self, effects: &[Effect]) {
        let decision = format!("follow up {}", self.acts);
        self.book.apply_effects(&decision, effects, self.now);
        // Applying the same outcome again changes nothing.
        self.book.apply_effects(&decision, effects, self.now);
    }

    fn act(&mut self, act: u8, who: u8) {
        self.now += chrono::TimeDelta::hours(i64::from(act % 5) * 9 + 1);
        self.acts += 1;
        let rep = REPS[usize::from(who) % REPS.len()].into();
        let (input, now) = (self.input(), self.now);
        match act {
            0 => self.decided(&self.intake.reassign(
                &input,
                ReassignReason::Returned,
                &self.roster,
                &self.state,
                now,
            )),
            1 => self.decided(&self.intake.reassign(
                &input,
                ReassignReason::DeadlineMissed,
                &self.roster,
                &self.state,
                now,
            )),
            2 => self.decided(&self.intake.claim(&input, &rep, &self.roster, &self.state, now)),
            3 => self.decided(&self.intake.allot(&input, &rep, &self.roster, &self.state, now)),
            4 => self.decided(&self.intake.review(&input, &self.roster, &self.state, now)),
            12 => {
                let account = "A1".into();
                self.decided(&self.intake.convert(&input, &account, &self.roster, &self.state, now));
            }
            13 => {
                let reason = CloseReason::NoIntent;
                self.decided(&self.intake.close(&input, reason, &self.roster, &self.state, now));
            }
            14 => self.decided(&self.intake.release(&input, &self.roster, &self.state, now)),
            15 => self.decided(&self.intake.revoke(&input, &self.roster, &self.state, now)),
            16 => {
                let Some(from) = self.lead().owner.clone() else { return };
                let to = Some(&rep).filter(|to| **to != from);
                let outcomes = self.intake.hand_over(&[input], &from, to, &self.roster, &self.state, now);
                outcomes.iter().for_each(|outcome| self.decided(outcome));
            }
            17 => {
                // The owner goes away for a week, and comes back: somebody stands in meanwhile.
                let Some(owner) = self.lead().owner.clone() else { return };
                let away = Absence { from: now, until: now + chrono::TimeDelta::days(7) };
                self.review_with(&owner, Some(away));
                self.agree().unwrap_or_else(|error| panic!("while somebody stands in: {error}"));
                self.now += chrono::TimeDelta::days(8);
                self.review_with(&owner, None);
            }
            5..=8 => {
                let on = [
                    FlowTrigger::Returned,
                    FlowTrigger::NotMql,
                    FlowTrigger::ProtectionLost,
                    FlowTrigger::NewNeed,
                ];
                let on = on[usize::from(act - 5)].clone();
                let actor = Actor::new("ann", Role::Sdr);
                let moved = self.facts(|policies, facts| {
                    policies.flow(&on, facts, &actor, &FollowUpOptions::default()).unwrap()
                });
                assert!(moved.faults.is_empty() || (moved.is_refused() && moved.effects.is_empty()));
                self.perform(&moved.effects);
            }
            9 => {
                // Whatever the ladders ask for by then.
                self.now += chrono::TimeDelta::days(16);
                let report = self.facts(|policies, facts| policies.evaluate(facts));
                self.perform(&report.effects());
            }
            10 => {
                let owner = self.lead().owner.clone().unwrap_or(rep);
                let case = Case::new("03-02 10:00").follow_up(owner.as_str(), FollowUpKind::Call, now);
                self.book.record_follow_up(case.history.follow_ups[0].clone());
            }
            _ => {
                let stage = ["lead", "mql", "sql"][usize::from(who) % 3];
                let request = MoveRequest::new(stage, Actor::new("ann", Role::Sdr));
                let lead = self.lead().clone();
                let tables = HostTables::default();
                let facts = Facts::new(&lead, &FactContext::new(&tables, now));
                if let Ok(transition) = self.pipeline.advance(&facts, &self.timeline, &request, now) {
                    let effects = transition.effects().to_vec();
                    self.timeline.apply(&transition).unwrap();
                    self.perform(&effects);
                }
            }
        }
    }

    fn review_with(&mut self, rep: &RepId, away: Option<Absence>) {
        let absent = |id: &str| Rep {
            id: id.into(),
            absences: away.into_iter().filter(|_| rep.as_str() == id).collect(),
            ..Rep::default()
        };
        let reps: Vec<Rep> = REPS.iter().map(|id| absent(id)).collect();
        self.roster = Roster::compile(&reps, &Calendars::default()).unwrap();
        let (input, now) = (self.input(), self.now);
        self.decided(&self.intake.review(&input, &self.roster, &self.state, now));
    }

    fn facts<T>(&self, look: impl FnOnce(&FollowUpPolicies, &Facts<'_>) -> T) -> T {
        let tables = HostTables::default();
        let context = FactContext {
            tables: &tables,
            activities: self.book.activities(&id()),
            history: self.book.history(&id()),
            now: self.now,
        };
        look(&self.policies, &Facts::new(self.lead(), &context))
    }

    /// What the six say of each other.
    fn agree(&self) -> Result<(), TestCaseError> {
        let (lead, history) = (self.lead(), self.book.history(&id()));
        let open: Vec<&Tenure> = history.tenures.iter().filter(|one| one.until.is_none()).collect();
        let (covers, holders): (Vec<&Tenure>, Vec<&Tenure>) =
            open.into_iter().partition(|one| one.acquisition == Acquisition::Cover);
        let owners: Vec<_> = holders.iter().map(|one| &one.owner).collect();
        // The tenure of a rep who has converted or closed a lead has ended; the lead still names the rep.
        let is_over = lead.has_ended() && owners.is_empty();
        let held: Vec<_> = lead.owner.iter().filter(|_| !is_over).collect();
        prop_assert_eq!(owners, held, "tenure and owner");
        prop_assert!(covers.is_empty() || lead.owner.is_some(), "a cover of nobody");
        prop_assert!(history.tenures.iter().all(|one| one.until.is_some() == one.end.is_some()));
        prop_assert!(lead.owner.is_none() || lead.pool.is_none(), "owner and pool");
        let works =
            |rep: &RepId| lead.owner.as_ref() == Some(rep) || covers.iter().any(|one| one.owner == *rep);
        let mut due = history.deadlines.iter().filter(|one| one.done_at.is_none());
        prop_assert!(due.all(|one| works(&one.owner)), "deadlines and owner");
        let rests = matches!(lead.status, LeadStatus::Unassigned | LeadStatus::Returned);
        prop_assert!(lead.has_ended() || lead.owner.is_none() == rests, "status {} and owner", lead.status);
        prop_assert_eq!(lead.stage.as_deref(), self.timeline.stage(), "stage and transition");
        let report = self.facts(|policies, facts| policies.evaluate(facts));
        let is_asked = |one: &leadkit::follow_up::NodeDeadline| one.owner.as_ref().is_none_or(works);
        prop_assert!(report.deadlines.iter().all(is_asked), "policies and owner");
        let next = report.next_wakeup.as_ref().map(|next| next.reason.as_str());
        prop_assert!(lead.has_ended() || next.is_some());
        // Something is asked of who holds a lead.
        prop_assert!(lead.has_ended() || lead.owner.is_none() || next != Some("rhythm"), "{report}");
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn after_any_act_the_six_agree(acts in prop::collection::vec((0u8..18, 0u8..6), 1..12)) {
        let mut desk = Desk::new();
        desk.agree()?;
        for (act, who) in acts {
            desk.act(act, who);
            desk.agree().map_err(|error| TestCaseError::fail(format!("act {act}: {error}")))?;
        }
    }
}
