//! Checking a lead.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::allow::{Allowances, At};
use super::consent::Consents;
use super::contacts::{self, Channels, Written};
use super::form;
use super::found::Found;
use super::holders::{Held, Holders};
use super::joint::{JointDelta, JointList};
use super::keys::{SubmissionSpaces, Submitted, WindowKey, burst_keys};
use super::lexicon::Lexicon;
use super::lists::{Domains, Lists};
use super::message::Message;
use super::patterns::Patterns;
use super::phone_set::PhoneSet;
use super::prefixes::Prefixes;
use super::reason::HitReason;
use super::repeats::{Bursts, burst, first_submission, is_announced, kept, millis};
use super::rules::{ConsentRecord, ElapsedCheck, FakeCheck, HoneypotCheck, JointCheck, PhoneFormatCheck};
use super::severity::Severity;
use super::state::{WindowDelta, WindowEvent, WindowState};
use super::texts;
use super::verdict::{Hit, Suppression, Verdict};
use super::window_rules::{BurstCheck, ResubmissionCheck, SubmissionKey};
use crate::calendar::Span;
use crate::document::Digest;
use crate::error::{Report, RuleErrors};
use crate::model::{LeadId, RuleId};
use crate::rule::{Facts, Fault, Predicate, RuleFault, RulesVersion, ScriptSession};

/// The rule that a lead without usable contact values is reported by. Overrides may name it.
pub const NO_USABLE_CONTACT: &str = "no_usable_contact";

/// The id under which the verdict flags a contact value that is only in the field of another kind, such as an
/// address behind a phone number, where every rule reads it as what it is; or a phone number or e-mail address
/// that is only in the name or the message of a lead without any, where no rule reads it. A WeChat id or another handle
/// in a message is not recognised. Overrides may name it.
pub const WRONG_FIELD: &str = "wrong_field";

/// The id under which the verdict flags fields of which only the beginning is read.
pub const OVERSIZED: &str = "oversized";
/// Category of findings outside all rules.
pub(super) const CONTACT: &str = "contact";
/// Most findings of one rule about one lead that count, and most that are suppressed.
const MAX_HITS: usize = 64;
/// Most findings that a verdict shows, but for what would not be known without them.
const MAX_SHOWN: usize = 256;

/// How many findings a rule may still report. Suppressed ones take no room from those that count.
struct Room {
    counting: usize,
    suppressed: usize,
}

impl Room {
    const FULL: Room = Room { counting: MAX_HITS, suppressed: MAX_HITS };

    /// Uses up the room for a finding; returns whether there was any.
    fn take(&mut self, is_suppressed: bool) -> bool {
        let left = if is_suppressed { &mut self.suppressed } else { &mut self.counting };
        let fits = *left > 0;
        *left = left.saturating_sub(1);
        fits
    }

    fn is_empty(&self) -> bool {
        self.counting == 0 && self.suppressed == 0
    }
}

/// The compiled blacklist: immutable, shared by reference across threads.
///
/// ```
/// use leadkit::blacklist::{Blacklist, WindowState};
/// use leadkit::model::Lead;
/// use leadkit::rule::{FactContext, Facts, HostTables};
/// use serde_json::json;
///
/// let blacklist = Blacklist::load(json!({"rules": [
///     {"id": "rivals", "severity": "block", "check": {"domain": {"domains": ["rival.com"]}}},
/// ]}))?;
/// let tables = HostTables::default();
/// let lead = Lead { id: "L1".into(), emails: vec!["ann@rival.com".into()], ..Lead::default() };
/// let facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
/// let verdict = blacklist.check(&facts, &WindowState::default());
/// assert!(verdict.is_blocked());
/// assert!(verdict.hits()[0].to_string().contains("the mail domain is on its list (email 1: `rival.com`)"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Blacklist {
    /// In the order they run.
    pub(super) rules: Vec<Compiled>,
    /// The rules that hold each key.
    pub(super) holders: Holders,
    /// The words of all lexicon rules.
    pub(super) lexicon: Option<Lexicon>,
    pub(super) joint_list: Option<Arc<JointList>>,
    pub(super) allowances: Allowances,
    pub(super) no_usable_contact: Severity,
    pub(super) rule_failed: Severity,
    pub(super) reach: contacts::Reach,
    pub(super) stop_at_first_block: bool,
    pub(super) version: RulesVersion,
    pub(super) spaces: SubmissionSpaces,
    /// The keys that any resubmission rule compares, and the longest of their windows.
    pub(super) submission_keys: BTreeSet<SubmissionKey>,
    pub(super) submission_window: Option<Span>,
}

#[derive(Debug, Clone)]
pub(super) struct Compiled {
    pub(super) id: RuleId,
    /// Its place in the document.
    pub(super) place: usize,
    pub(super) category: Arc<str>,
    pub(super) severity: Severity,
    pub(super) test: Test,
}

#[derive(Debug, Clone)]
pub(super) enum Test {
    List(Box<Lists>),
    Domain(Box<Domains>),
    Prefix(Box<Prefixes>),
    Joint(JointCheck),
    Consent(Box<Consents>),
    PhoneFormat(PhoneFormatCheck),
    EmailFormat,
    WechatFormat,
    Fake(FakeCheck),
    Lexicon {
        list: usize,
    },
    Pattern(Box<Patterns>),
    Resubmission(ResubmissionCheck),
    Burst {
        check: BurstCheck,
        space: WindowKey,
    },
    Honeypot(HoneypotCheck),
    Elapsed(ElapsedCheck),
    /// With its text in findings.
    Condition(Predicate, Option<String>),
}

/// The phase in which the rules of a kind run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    Lists,
    Formats,
    Fakes,
    Lexicons,
    Patterns,
    Windows,
    Conditions,
}

impl Test {
    pub(super) fn phase(&self) -> Phase {
        match self {
            Test::List(_) | Test::Domain(_) | Test::Prefix(_) | Test::Joint(_) | Test::Consent(_) => {
                Phase::Lists
            }
            Test::PhoneFormat(_) | Test::EmailFormat | Test::WechatFormat => Phase::Formats,
            Test::Fake(_) => Phase::Fakes,
            Test::Lexicon { .. } => Phase::Lexicons,
            Test::Pattern(_) => Phase::Patterns,
            Test::Resubmission(_) | Test::Burst { .. } => Phase::Windows,
            Test::Honeypot(_) | Test::Elapsed(_) | Test::Condition(..) => Phase::Conditions,
        }
    }
}

/// Values that a check computes once for several rules.
struct Work<'c> {
    at: i64,
    windows: &'c WindowState,
    message: Message<'c>,
    submission: Vec<Submitted>,
    held: Option<Held>,
    texts: Option<Vec<texts::Text<'c>>>,
    words: Option<texts::FoundWords>,
    /// What scripts of conditions share.
    session: ScriptSession,
    bursts: Bursts,
    /// The channels that no consent rule has refused so far.
    left: Option<Channels>,
}

impl<'c> Work<'c> {
    /// Whether a rule may find something. One that lists values finds nothing if it holds no key of the lead.
    fn concerns(&mut self, rule: &Compiled, blacklist: &Blacklist, facts: &Facts<'_>) -> bool {
        if rule.test.phase() != Phase::Lists {
            return true;
        }
        let held = self.held.get_or_insert_with(|| blacklist.holders.of_lead(facts));
        match &rule.test {
            Test::List(lists) if lists.asks_for_set() => true,
            Test::Consent(consents) if consents.is_attached() => true,
            Test::Joint(_) => blacklist.joint_list.is_none() || held.is_reported(),
            _ => held.holds(rule.place),
        }
    }

    /// The texts of the lead, listed when the first rule reads them.
    fn texts(&mut self, facts: &'c Facts<'c>) -> &[texts::Text<'c>] {
        self.texts.get_or_insert_with(|| texts::written(facts))
    }

    /// All texts are read once for all lexicons, when the first of them is checked.
    fn words(&mut self, lexicon: Option<&Lexicon>, facts: &'c Facts<'c>) -> &texts::FoundWords {
        let texts = self.texts.get_or_insert_with(|| texts::written(facts));
        self.words.get_or_insert_with(|| texts::find(lexicon, texts, &self.message))
    }
}

/// A lead being checked.
struct Pass<'c> {
    blacklist: &'c Blacklist,
    facts: &'c Facts<'c>,
    now: DateTime<Utc>,
    /// The overrides in force; looked up when the first finding needs them.
    allowed: Option<Vec<usize>>,
    verdict: Verdict,
}

impl Pass<'_> {
    fn report(&mut self, rule: &RuleId, category: &Arc<str>, severity: Severity, found: Found) {
        self.report_in(&mut Room { counting: 1, suppressed: 1 }, rule, category, severity, found);
    }

    /// Reports a finding as far as there is room; returns whether it counts.
    fn report_in(
        &mut self,
        room: &mut Room,
        rule: &RuleId,
        category: &Arc<str>,
        severity: Severity,
        found: Found,
    ) -> bool {
        if room.is_empty() {
            return false;
        }
        let allowances = &self.blacklist.allowances;
        let allowed = self.allowed.get_or_insert_with(|| allowances.of(self.facts, self.now));
        let suppressed_by = match &found.phrase {
            Some(phrase) => Some(Suppression::Phrase { phrase: phrase.clone() }),
            None if found.reason.is_consent() => allowances.lift(allowed, rule),
            None => allowances.suppression(allowed, rule, category, At::of(&found), self.facts),
        };
        let counts = suppressed_by.is_none();
        if !room.take(!counts) {
            return counts;
        }
        let hit = Hit {
            rule: rule.clone(),
            category: category.clone(),
            severity,
            field: found.field,
            index: found.index,
            span: found.span,
            entry: found.entry,
            reason: found.reason,
            suppressed_by,
        };
        self.verdict.severity = self.verdict.severity.max(hit.weight());
        if self.verdict.hits.len() >= MAX_SHOWN && !self.verdict.shows_new(&hit) {
            self.verdict.more += 1;
            return counts;
        }
        if self.verdict.hits.is_empty() {
            // Most leads have one value.
            self.verdict.hits.reserve_exact(1);
        }
        self.verdict.hits.push(hit);
        counts
    }

    /// Reports a rule that could not be evaluated.
    fn fail(&mut self, rule: &Compiled, severity: Severity, fault: Fault) {
        self.report(&rule.id, &rule.category, severity, Found::whole(HitReason::RuleFailed));
        self.verdict.faults.push(RuleFault { rule: rule.id.clone(), fault });
    }

    /// Whether an override lifts what a consent rule finds about the lead.
    fn is_lifted(&mut self, rule: &RuleId) -> bool {
        let allowances = &self.blacklist.allowances;
        let allowed = self.allowed.get_or_insert_with(|| allowances.of(self.facts, self.now));
        allowances.lift(allowed, rule).is_some()
    }

    /// The overrides in force.
    fn allowed(&mut self) -> contacts::Allowed<'_> {
        let allowances = &self.blacklist.allowances;
        let places = self.allowed.get_or_insert_with(|| allowances.of(self.facts, self.now));
        contacts::Allowed { allowances, places }
    }

    fn stopped(&self) -> bool {
        self.blacklist.stop_at_first_block && self.verdict.severity == Severity::Block
    }
}

impl Blacklist {
    /// Checks a lead by the rules.
    ///
    /// `windows` hold earlier leads; apply the verdict's [delta](Verdict::delta) to them afterwards. The time of the
    /// facts ends overrides. Resubmissions and bursts go by the time the lead was created, or by that time when that is
    /// not known (1970 or earlier) or in the future. A lead is never held against itself: checking it again gives
    /// the same verdict. A lead repeats only what was created before it, so no two leads repeat each other; one that
    /// comes late is counted with the burst that was before it. A blocked lead counts for bursts, but not as a first
    /// submission: a person who corrects a mistyped number and sends again is let in.
    ///
    /// Linear in the lead's text; each rule reports at most 64 findings that count, and 64 that are suppressed. A verdict
    /// shows 256 of all findings, of each code and weight the first, and says [how many more](Verdict::more) there are.
    ///
    /// ```
    /// # use leadkit::blacklist::{Blacklist, BlacklistRules, Severity, WindowState};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # let blacklist = Blacklist::compile(&BlacklistRules::default())?;
    /// # let now = "2026-03-02T09:00:00Z".parse().unwrap();
    /// # let lead = Lead { id: "L1".into(), created_at: now, phones: vec!["139 2746 1853".into()], ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, now));
    /// # let verdict = blacklist.check(&facts, &WindowState::default());
    /// # let mut windows = WindowState::default();
    /// # windows.apply(verdict.delta());
    /// // Lead L1 came in at 9 o'clock; the same submission comes again.
    /// let again = Lead { id: "L2".into(), ..lead.clone() };
    /// let verdict = blacklist.check(&Facts::new(&again, &FactContext::new(&tables, now)), &windows);
    /// assert_eq!(verdict.severity(), Severity::Flag);
    /// assert_eq!(verdict.resubmission_of(), Some(&"L1".into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check(&self, facts: &Facts<'_>, windows: &WindowState) -> Verdict {
        self.check_noting(facts, windows).0
    }

    /// As [`check`](Blacklist::check), and what of the windows the verdict depends on.
    pub(crate) fn check_noting(&self, facts: &Facts<'_>, windows: &WindowState) -> (Verdict, LookedAt) {
        let now = facts.now();
        let at = came_in_at(facts);
        let verdict = Verdict { version: self.version.clone(), ..Verdict::default() };
        let mut pass = Pass { blacklist: self, facts, now, allowed: None, verdict };
        let message = Message::of(facts);
        let submission = self.submission(facts, &message);
        let mut work = Work {
            at,
            windows,
            message,
            submission,
            held: None,
            texts: None,
            words: None,
            session: ScriptSession::of_lead(),
            bursts: Bursts::default(),
            left: None,
        };
        let mut reached = false;
        for rule in &self.rules {
            // What makes a value unusable comes before its consequences.
            if !reached && rule.test.phase() > Phase::Fakes {
                self.check_reach(&mut pass);
                reached = true;
            }
            if pass.stopped() {
                break;
            }
            if work.concerns(rule, self, facts) {
                self.run(rule, &mut work, &mut pass);
            }
        }
        if !reached {
            self.check_reach(&mut pass);
        }
        let (mut room, oversized) = (Room::FULL, OVERSIZED.into());
        for field in facts.oversized() {
            let found = Found::whole(HitReason::Oversized { field: field.clone() });
            pass.report_in(&mut room, &OVERSIZED.into(), &oversized, Severity::Flag, found);
        }
        let Work { submission, bursts, message, .. } = work;
        // A blocked submission is not remembered: the person may correct a mistyped number and submit again.
        let let_in: &[Submitted] = if !pass.verdict.is_blocked() { &submission } else { &[] };
        pass.verdict.delta = self.delta(facts, &message, let_in, bursts, at);
        let looked_at = LookedAt { at, keys: let_in.iter().map(|known| known.key).collect() };
        (pass.verdict, looked_at)
    }

    /// The findings of one rule.
    fn run<'c>(&self, rule: &Compiled, work: &mut Work<'c>, pass: &mut Pass<'c>) {
        let facts = pass.facts;
        let mut room = Room::FULL;
        let mut counts =
            |found: Found| pass.report_in(&mut room, &rule.id, &rule.category, rule.severity, found);
        let mut found = |one: Found| {
            counts(one);
        };
        match &rule.test {
            Test::List(lists) => {
                lists.find(facts, &mut found);
                if lists.lacks_set() {
                    let help = "attach one with `with_phone_set`; without numbers, attach an empty one";
                    pass.fail(
                        rule,
                        self.rule_failed,
                        unattached("no set of phone numbers is attached", help),
                    );
                }
            }
            Test::Domain(domains) => domains.find(facts, &mut found),
            Test::Prefix(prefixes) => prefixes.find(facts, &mut found),
            Test::Joint(check) => match &self.joint_list {
                Some(list) => list.find(check, facts, &mut found),
                None => {
                    let help = "attach one with `with_joint_list`; without reports, attach an empty one";
                    pass.fail(rule, self.rule_failed, unattached("no joint list is attached", help));
                }
            },
            Test::Consent(consents) => self.find_refused(rule, consents, work, pass),
            Test::Pattern(patterns) => patterns.find(work.texts(facts), &mut found),
            Test::PhoneFormat(check) => contacts::find_bad_phones(check, facts, &mut counts),
            Test::EmailFormat => contacts::find_bad_emails(facts, &mut counts),
            Test::WechatFormat => contacts::find_bad_wechat(facts, &mut found),
            Test::Fake(check) => contacts::find_fakes(check, facts, &mut found),
            Test::Lexicon { list } => {
                for hit in work.words(self.lexicon.as_ref(), facts).of_list(*list).iter().take(MAX_HITS) {
                    let severity = hit.pass().weight(rule.severity);
                    pass.report_in(&mut room, &rule.id, &rule.category, severity, hit.found());
                }
            }
            Test::Resubmission(check) => {
                first_submission(check, &work.submission, facts, work.windows, work.at)
                    .into_iter()
                    .for_each(found);
            }
            Test::Burst { check, space } => {
                burst(check, *space, facts, &work.message, work.windows, work.at, &mut work.bursts)
                    .into_iter()
                    .for_each(found);
            }
            Test::Condition(predicate, said) => match predicate.eval_in(facts, &mut work.session) {
                Ok(false) => {}
                Ok(true) => found(Found { entry: said.clone(), ..Found::whole(HitReason::Condition) }),
                Err(fault) => pass.fail(rule, self.rule_failed, fault),
            },
            Test::Honeypot(check) => form::find_filled(check, facts, &mut found),
            Test::Elapsed(check) => match form::too_quick(check, facts) {
                Ok(too_quick) => too_quick.into_iter().for_each(found),
                Err(fault) => pass.fail(rule, self.rule_failed, fault),
            },
        }
    }

    /// The channels that the person has refused. Refusals of several rules add up, unless an override lifts one of them;
    /// that no channel is left is reported once, however many records there are.
    fn find_refused(&self, rule: &Compiled, consents: &Consents, work: &mut Work<'_>, pass: &mut Pass<'_>) {
        let records = consents.of(pass.facts, pass.now);
        if records.is_empty() {
            return;
        }
        let is_lifted = pass.is_lifted(&rule.id);
        let before = work.left.filter(|_| !is_lifted);
        let facts = pass.facts;
        let before = before.unwrap_or_else(|| Channels::of(facts, &self.reach, pass.allowed()));
        let (mut left, mut room) = (before, MAX_HITS);
        for record in records {
            for channel in record.channels.iter().copied() {
                left.refuse(channel);
                if room > 0 {
                    room -= 1;
                    let (basis, reason) = (record.basis.clone(), record.reason.clone());
                    let reason = HitReason::DoNotContact { channel, basis, reason };
                    pass.report(&rule.id, &rule.category, rule.severity, Found::whole(reason));
                }
            }
        }
        let was_held = work.left.is_some_and(Channels::is_empty);
        if left.is_empty() && (is_lifted || !was_held) {
            pass.report(&rule.id, &rule.category, rule.severity, Found::whole(HitReason::NoAllowedChannel));
        }
        if !is_lifted {
            work.left = Some(left);
        }
    }

    /// The keys under which a lead is looked for in the windows, and under which it is remembered: sorted, each once.
    /// Fetch the [events](super::WindowEvent) under them.
    ///
    /// ```
    /// # use leadkit::blacklist::{Blacklist, BlacklistRules, WindowState};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # let blacklist = Blacklist::compile(&BlacklistRules::default())?;
    /// # let now = "2026-03-02T09:00:00Z".parse().unwrap();
    /// # let lead = Lead { id: "L1".into(), created_at: now, phones: vec!["139 2746 1853".into()], ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, now));
    /// # let verdict = blacklist.check(&facts, &WindowState::default());
    /// # let mut windows = WindowState::default();
    /// # windows.apply(verdict.delta());
    /// // The events under these keys decide as all events do.
    /// let keys = blacklist.window_keys(&facts);
    /// let fetched = WindowState::from_events(windows.events_of(&keys).collect())?;
    /// assert_eq!(blacklist.check(&facts, &fetched), blacklist.check(&facts, &windows));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn window_keys(&self, facts: &Facts<'_>) -> Vec<WindowKey> {
        let message = Message::of(facts);
        let mut keys: Vec<WindowKey> =
            self.submission(facts, &message).iter().map(|known| known.key).collect();
        for rule in &self.rules {
            if let Test::Burst { check, space } = &rule.test
                && !is_announced(check, facts)
            {
                burst_keys(facts, check.by, *space, &message, |key, _, _| keys.push(key));
            }
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Uses the host's set of phone numbers for a list rule with `"phone_set": true`. The set is not part of
    /// the rules' [version](Blacklist::version).
    ///
    /// ```
    /// use leadkit::blacklist::{Blacklist, PhoneSet, Severity, WindowState};
    /// use leadkit::model::Lead;
    /// use leadkit::rule::{FactContext, Facts, HostTables};
    /// use std::sync::Arc;
    ///
    /// let set: PhoneSet = ["+8613927461853"].into_iter().collect();
    /// let blacklist = Blacklist::load(serde_json::json!({"rules": [
    ///     {"id": "bought", "severity": "block", "check": {"list": {"phone_set": true}}},
    /// ]}))?;
    /// let blacklist = blacklist.with_phone_set(&"bought".into(), Arc::new(set)).map_err(|_| "no such rule")?;
    /// let (lead, tables) = (Lead { phones: vec!["139 2746 1853".into()], ..Lead::default() }, HostTables::default());
    /// let facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
    /// assert_eq!(blacklist.check(&facts, &WindowState::default()).severity(), Severity::Block);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns the blacklist when no such rule has `phone_set`.
    pub fn with_phone_set(mut self, rule: &RuleId, set: Arc<PhoneSet>) -> Result<Blacklist, Box<Blacklist>> {
        let lists = self.rules.iter_mut().filter(|one| one.id == *rule).find_map(|one| match &mut one.test {
            Test::List(lists) if lists.asks_for_set() => Some(lists),
            _ => None,
        });
        match lists {
            Some(lists) => {
                lists.set_phones(set);
                Ok(self)
            }
            None => Err(Box::new(self)),
        }
    }

    /// Uses the host's current consent records for a `consent` rule. Nothing else is compiled
    /// again, and they are not part of the rules' [version](Blacklist::version). O(records).
    ///
    /// ```
    /// use leadkit::blacklist::{Blacklist, BlacklistRules, ConsentRecord};
    ///
    /// let record = |phone: &str| serde_json::json!({"phone": phone, "channels": ["all"], "basis": "objection"});
    /// let rules: BlacklistRules = serde_json::from_value(serde_json::json!({"rules": [
    ///     {"id": "objections", "check": {"consent": {"records": [record("13927461853")]}}},
    /// ]}))?;
    /// let blacklist = Blacklist::compile(&rules)?;
    /// let version = blacklist.version().clone();
    /// let records: Vec<ConsentRecord> = serde_json::from_value(serde_json::json!([record("13600247581")]))?;
    /// let blacklist = blacklist.with_consents(&"objections".into(), &records)?;
    /// assert_eq!(*blacklist.version(), version);
    /// assert!(blacklist.with_consents(&"objection".into(), &[]).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Every record that cannot be read, by its place, and a rule that is not a `consent` rule.
    pub fn with_consents(
        mut self,
        rule: &RuleId,
        records: &[ConsentRecord],
    ) -> Result<Blacklist, RuleErrors> {
        let mut report = Report::new();
        let attached = Consents::attached(records, &mut report);
        let is_consent = |one: &&mut Compiled| matches!(one.test, Test::Consent(_));
        let names: Vec<RuleId> = self.rules.iter_mut().filter(is_consent).map(|one| one.id.clone()).collect();
        match self.rules.iter_mut().filter(is_consent).find(|one| one.id == *rule) {
            Some(one) => one.test = Test::Consent(Box::new(attached)),
            None => report.unknown_name(
                "unknown_rule",
                "`consent` rule",
                rule.as_str(),
                names.iter().map(RuleId::as_str),
            ),
        }
        report.finish()?;
        Ok(self)
    }

    /// Uses the host's joint list for the `joint` rules. It is not part of the rules' [version](Blacklist::version).
    /// O(values on the list).
    ///
    /// ```
    /// use leadkit::blacklist::{Blacklist, ContactKind, JointList, WindowState};
    /// use leadkit::model::Lead;
    /// use leadkit::rule::{FactContext, Facts, HostTables};
    /// use std::sync::Arc;
    ///
    /// let now = "2026-03-02T09:00:00Z".parse().unwrap();
    /// let mut list = JointList::default();
    /// list.report(ContactKind::Phone, "13927461853", "north", "never pays", now, None)?;
    /// let blacklist = Blacklist::load(serde_json::json!({"rules": [
    ///     {"id": "joint", "check": {"joint": {"contributors": 1}}},
    /// ]}))?;
    /// let blacklist = blacklist.with_joint_list(Arc::new(list));
    /// let (lead, tables) = (Lead { phones: vec!["139 2746 1853".into()], ..Lead::default() }, HostTables::default());
    /// let verdict = blacklist.check(&Facts::new(&lead, &FactContext::new(&tables, now)), &WindowState::default());
    /// assert!(verdict.hits()[0].to_string().contains("never pays (phone 1: `+86139****1853`)"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_joint_list(mut self, list: Arc<JointList>) -> Blacklist {
        self.holders.set_joint(list.keys());
        Blacklist { joint_list: Some(list), ..self }
    }

    /// What the attached joint list loses when the person of a lead is forgotten; empty without a list.
    pub(crate) fn forget_person(&self, facts: &Facts<'_>) -> JointDelta {
        self.joint_list.as_ref().map(|list| list.forget(facts.person_keys())).unwrap_or_default()
    }

    /// The rules that verdicts are made by.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    fn check_reach(&self, pass: &mut Pass<'_>) {
        if self.no_usable_contact == Severity::Pass || pass.stopped() {
            return;
        }
        let facts = pass.facts;
        // Overrides are looked up only for the few hits that need them.
        let nothing = contacts::Allowed { allowances: &self.allowances, places: &[] };
        let unreachable = contacts::unreachable(facts, &self.reach, nothing)
            .and_then(|_| contacts::unreachable(facts, &self.reach, pass.allowed()));
        if let Some(reason) = unreachable {
            match self.reached_by_text(facts) {
                // Somebody can read it there, and move it.
                Some(found) => {
                    let severity = self.no_usable_contact.min(Severity::Flag);
                    pass.report(&WRONG_FIELD.into(), &CONTACT.into(), severity, found);
                }
                None => {
                    let found = Found::whole(reason);
                    pass.report(&NO_USABLE_CONTACT.into(), &CONTACT.into(), self.no_usable_contact, found);
                }
            }
        }
        for found in contacts::misplaced(pass.facts) {
            let severity = self.no_usable_contact.min(Severity::Flag);
            pass.report(&WRONG_FIELD.into(), &CONTACT.into(), severity, found);
        }
    }

    /// A value in a text by which the lead can be reached, if no rule forbids it once it is in its field.
    fn reached_by_text(&self, facts: &Facts<'_>) -> Option<Found> {
        let Written { found, moved } = contacts::in_text(facts, &self.reach)?;
        let verdict = self.check(&Facts::new(&moved, facts.context()), &WindowState::default());
        let is_refused = verdict.hits().iter().any(|hit| hit.reason().is_consent());
        (verdict.severity() < Severity::Block && !is_refused).then_some(found)
    }

    fn submission(&self, facts: &Facts<'_>, message: &Message<'_>) -> Vec<Submitted> {
        if self.submission_window.is_none() {
            return Vec::new();
        }
        let mut keys = self.spaces.keys(facts, message);
        keys.retain(|known| self.submission_keys.contains(&known.by));
        keys
    }

    /// The events to remember.
    fn delta(
        &self,
        facts: &Facts<'_>,
        message: &Message<'_>,
        submission: &[Submitted],
        bursts: Bursts,
        at: i64,
    ) -> WindowDelta {
        let lead = &facts.lead().id;
        let event = |key: WindowKey, kept: i64| WindowEvent {
            until: at.saturating_add(kept),
            at,
            key,
            lead: lead.clone(),
        };
        let mut events = Vec::with_capacity(submission.len() + bursts.keys.len());
        if let Some(window) = self.submission_window {
            events.extend(submission.iter().map(|known| event(known.key, millis(window))));
        }
        events.extend(bursts.keys.iter().map(|(key, kept)| event(*key, *kept)));
        let counted = self.rules.iter().filter_map(|rule| match &rule.test {
            Test::Burst { check, space } => Some((check, *space)),
            _ => None,
        });
        // A check that stops early has not evaluated all rules.
        for (check, space) in counted.skip(bursts.rules).filter(|(check, _)| !is_announced(check, facts)) {
            burst_keys(facts, check.by, space, message, |key, _, _| events.push(event(key, kept(check))));
        }
        WindowDelta { events }
    }
}

/// Why a rule that needs something the host attaches finds nothing.
fn unattached(message: &str, help: &str) -> Fault {
    Fault { help: Some(help.to_owned()), ..Fault::new(message) }
}

/// The submissions a verdict depends on. Bursts are not part of it: a count that has grown makes no decision wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LookedAt {
    /// When the lead came in, in milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) keys: Vec<WindowKey>,
}

impl LookedAt {
    /// A digest of what is stored there; `None` when that is nothing.
    pub(crate) fn digest(&self, windows: &WindowState, own: &LeadId) -> Option<Digest> {
        windows.digest_of(self.keys.iter().copied(), self.at, own)
    }
}

/// When a lead came in, in milliseconds since 1970: when it was created, or now when that is not known or in the future.
fn came_in_at(facts: &Facts<'_>) -> i64 {
    let (created_at, now) = (facts.lead().created_at, facts.now());
    let known = created_at.timestamp() > 0 && created_at <= now;
    if known { created_at } else { now }.timestamp_millis()
}
