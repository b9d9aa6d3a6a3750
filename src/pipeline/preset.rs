//! Pipelines to start with.

use super::actor::Role;
use super::gate::{Criterion, Gate, Office, PassOutcome, Proof};
use super::rules::{ExitKind, ExitRules, PipelineHalf, PipelineRules, StageObject, StageRules, Strictness};
use crate::model::LeadStatus;
use crate::rule::{Condition, Field, Operator, RulesVersion};

impl Default for PipelineRules {
    fn default() -> Self {
        PipelineRules::order_to_payment()
    }
}

impl PipelineRules {
    /// `lead → mql → sql → opportunity → order → payment`, with the gates into `mql` and `sql`.
    ///
    /// ```
    /// use leadkit::pipeline::PipelineRules;
    ///
    /// let rules = PipelineRules::order_to_payment();
    /// let stages: Vec<&str> = rules.stages.iter().map(|stage| stage.name.as_str()).collect();
    /// assert_eq!(stages, ["lead", "mql", "sql", "opportunity", "order", "payment"]);
    /// ```
    #[must_use]
    pub fn order_to_payment() -> PipelineRules {
        let mut stages = to_opportunity();
        stages.extend(
            ["order", "payment"].map(|name| stage(name, StageObject::Opportunity, PipelineHalf::L2o)),
        );
        PipelineRules {
            format: RulesVersion::FORMAT,
            revision: String::new(),
            stages,
            exits: exits(&["lead", "mql", "sql", "opportunity", "order"]),
            gates: vec![mql(), sql()],
            approvals: vec![Office::Operations, Office::Hr, Office::Finance],
            unapproved: Strictness::Refuse,
            missing_fields: Strictness::Report,
            skips: true,
        }
    }

    /// `lead → mql → sql → opportunity → poc → won`, with the gates into `mql` and `sql`.
    ///
    /// ```
    /// use leadkit::pipeline::PipelineRules;
    ///
    /// let rules = PipelineRules::proof_of_concept();
    /// let stages: Vec<&str> = rules.stages.iter().map(|stage| stage.name.as_str()).collect();
    /// assert_eq!(stages, ["lead", "mql", "sql", "opportunity", "poc", "won"]);
    /// ```
    #[must_use]
    pub fn proof_of_concept() -> PipelineRules {
        let mut stages = to_opportunity();
        stages.extend(["poc", "won"].map(|name| stage(name, StageObject::Opportunity, PipelineHalf::L2o)));
        let mut exits = exits(&["lead", "mql", "sql", "opportunity", "poc"]);
        exits.push(ExitRules { from: vec!["poc".to_owned()], ..exit("poc_failed", ExitKind::PocFailed) });
        PipelineRules { stages, exits, ..PipelineRules::order_to_payment() }
    }

    /// Puts the optional stages `impression → click` before the first one.
    ///
    /// ```
    /// use leadkit::pipeline::PipelineRules;
    ///
    /// let rules = PipelineRules::order_to_payment().with_reach();
    /// let stage = rules.stages.first().map(|stage| stage.name.as_str());
    /// assert_eq!(stage, Some("impression"));
    /// ```
    #[must_use]
    pub fn with_reach(mut self) -> PipelineRules {
        self.stages.splice(0..0, reach());
        self
    }

    /// Puts the optional stages `renewal → upsell` after the last one.
    ///
    /// ```
    /// use leadkit::pipeline::PipelineRules;
    ///
    /// let rules = PipelineRules::order_to_payment().with_growth();
    /// let stage = rules.stages.last().map(|stage| stage.name.as_str());
    /// assert_eq!(stage, Some("upsell"));
    /// ```
    #[must_use]
    pub fn with_growth(mut self) -> PipelineRules {
        self.stages.extend(growth());
        self
    }
}

fn stage(name: &str, object: StageObject, half: PipelineHalf) -> StageRules {
    StageRules { name: name.to_owned(), object, half, optional: false, required: Vec::new(), status: None }
}

fn optional(name: &str, object: StageObject, half: PipelineHalf) -> StageRules {
    StageRules { optional: true, ..stage(name, object, half) }
}

fn reach() -> Vec<StageRules> {
    ["impression", "click"].map(|name| optional(name, StageObject::LeadPool, PipelineHalf::M2l)).into()
}

fn growth() -> Vec<StageRules> {
    ["renewal", "upsell"].map(|name| optional(name, StageObject::Account, PipelineHalf::L2o)).into()
}

/// The stages both presets share, up to the opportunity.
fn to_opportunity() -> Vec<StageRules> {
    // Without them nobody can tell later what brought the lead. A keyword is not required: a lead from a seminar
    // has none.
    let required: Vec<Field> =
        ["source.primary", "region", "industry"].iter().filter_map(|name| name.parse().ok()).collect();
    vec![
        stage("lead", StageObject::Lead, PipelineHalf::M2l),
        StageRules { required, ..stage("mql", StageObject::Lead, PipelineHalf::M2l) },
        StageRules {
            status: Some(LeadStatus::Converted),
            ..stage("sql", StageObject::Account, PipelineHalf::M2l)
        },
        stage("opportunity", StageObject::Opportunity, PipelineHalf::M2l),
    ]
}

fn exit(name: &str, kind: ExitKind) -> ExitRules {
    ExitRules { name: name.to_owned(), kind, from: Vec::new(), to: None, reason: true, status: None }
}

fn exits(lost_from: &[&str]) -> Vec<ExitRules> {
    let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
    vec![
        ExitRules { from: names(lost_from), ..exit("lost", ExitKind::Lost) },
        ExitRules {
            from: names(&["lead", "mql", "sql"]),
            reason: false,
            status: Some(LeadStatus::Invalid),
            ..exit("disqualified", ExitKind::Disqualified)
        },
        ExitRules {
            to: Some("lead".to_owned()),
            status: Some(LeadStatus::Returned),
            ..exit("nurture", ExitKind::Nurture)
        },
    ]
}

fn asked(id: &str, statement: &str) -> Criterion {
    Criterion { id: id.into(), statement: statement.to_owned(), proof: Proof::Answer }
}

/// The four criteria of a marketing-qualified lead, judged by the SDR.
fn mql() -> Gate {
    let exists = ["name", "phone", "title", "business_model"]
        .iter()
        .filter_map(|field| Condition::compare(field, Operator::Exists, true).ok());
    let registered = Condition::compare("registry_status", Operator::Eq, "active").into_iter();
    Gate {
        id: "mql".into(),
        version: 1,
        into: "mql".to_owned(),
        criteria: vec![
            asked(
                "mql.fits",
                "the industry fits, and the business has sales, marketing or after-sales teams",
            ),
            asked("mql.need", "the need is for managing customers, not a personal one"),
            Criterion {
                id: "mql.verified".into(),
                statement: "register data, name, phone, title and business model are verified".to_owned(),
                proof: Proof::Condition(Condition::all(registered.chain(exists))),
            },
            asked("mql.willing", "the contact is willing to be introduced to sales"),
        ],
        producer: Role::Marketing,
        judge: Role::Sdr,
        pass: PassOutcome::Mql,
        otherwise: Some("disqualified".to_owned()),
        effective_from: Default::default(),
        document: String::new(),
        approvals: Vec::new(),
    }
}

/// The three criteria of a sales-qualified lead, judged by sales.
fn sql() -> Gate {
    Gate {
        id: "sql".into(),
        into: "sql".to_owned(),
        criteria: vec![
            asked("sql.fits", "the company fits the profile and has the need"),
            asked("sql.intends", "the company intends to buy"),
            asked("sql.willing", "the contact is willing to continue"),
        ],
        producer: Role::Sdr,
        judge: Role::Sales,
        pass: PassOutcome::Converted,
        otherwise: Some("nurture".to_owned()),
        ..mql()
    }
}
