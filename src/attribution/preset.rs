//! Rules to start with.

use super::rules::{
    AttributionRules, JourneyRules, LastNonRules, LookBack, Markov, MilestoneBased, Minimum, Model,
    ModelRules, PathTransform, PositionBased, Shapley, TimeDecay,
};
use crate::calendar::UtcOffset;
use crate::rule::{Condition, RulesVersion};

/// The models that [`AttributionRules::default`] compares.
fn side_by_side() -> Vec<ModelRules> {
    let mut models = by_journey();
    models.push(ModelRules::new("markov", Model::Markov(Markov::default())));
    models.push(ModelRules::new("shapley", Model::Shapley(Shapley::default())));
    models
}

fn by_journey() -> Vec<ModelRules> {
    vec![
        ModelRules::new("first", Model::First),
        ModelRules::new("last", Model::Last),
        ModelRules::new("linear", Model::Linear),
        ModelRules::new("u_shaped", Model::PositionBased(PositionBased::default())),
        ModelRules::new("time_decay", Model::TimeDecay(TimeDecay::default())),
    ]
}

impl Default for AttributionRules {
    fn default() -> AttributionRules {
        AttributionRules {
            format: RulesVersion::FORMAT,
            revision: String::new(),
            models: side_by_side(),
            look_back: LookBack::default(),
            touches: Condition::default(),
            path: PathTransform::default(),
            journeys: JourneyRules::default(),
            minimum: Minimum::default(),
            bootstrap: None,
            offset: UtcOffset::UTC,
        }
    }
}

impl AttributionRules {
    /// The models for sales to companies: the touches that made the lead, the opportunity and the deal, over a year.
    /// `u_shaped` is by milestone here, first touch and lead; that of the other presets is by place, first and last touch.
    ///
    /// ```
    /// use leadkit::attribution::{Attribution, AttributionRules};
    ///
    /// assert!(Attribution::compile(&AttributionRules::b2b()).is_ok());
    /// ```
    #[must_use]
    pub fn b2b() -> AttributionRules {
        let milestones = |id: &str, rules| ModelRules::new(id, Model::MilestoneBased(rules));
        let mut rules = AttributionRules {
            models: vec![
                ModelRules::new("first", Model::First),
                milestones("u_shaped", MilestoneBased::u_shaped()),
                milestones("w_shaped", MilestoneBased::w_shaped()),
                milestones("full_path", MilestoneBased::full_path()),
                ModelRules::new("linear", Model::Linear),
            ],
            ..AttributionRules::default()
        };
        rules.look_back.days = Some(365);
        rules
    }

    /// The models for sales to consumers: the last touch that is not direct, and models of the whole path, over 30 days. A
    /// direct visit is a touch with the channel `direct`: name it so, or change `last_non_direct`.
    ///
    /// ```
    /// use leadkit::attribution::{Attribution, AttributionRules};
    ///
    /// assert!(Attribution::compile(&AttributionRules::b2c()).is_ok());
    /// ```
    #[must_use]
    pub fn b2c() -> AttributionRules {
        let last_non = LastNonRules { channels: ["direct".to_owned()].into() };
        let mut models = vec![ModelRules::new("last_non_direct", Model::LastNon(last_non))];
        models.extend(by_journey());
        models.push(ModelRules::new("shapley", Model::Shapley(Shapley::default())));
        let mut rules = AttributionRules { models, ..AttributionRules::default() };
        rules.look_back.days = Some(30);
        rules
    }
}

impl MilestoneBased {
    /// 40 for the first touch, 40 for the lead, 20 for the rest.
    ///
    /// ```
    /// use leadkit::attribution::MilestoneBased;
    ///
    /// let model = MilestoneBased::u_shaped();
    /// // The beginning of the relation counts, the deal does not.
    /// assert_eq!((model.first_touch, model.lead_created, model.won), (40.0, 40.0, 0.0));
    /// ```
    #[must_use]
    pub fn u_shaped() -> MilestoneBased {
        MilestoneBased {
            first_touch: 40.0,
            lead_created: 40.0,
            opportunity_created: 0.0,
            won: 0.0,
            others: 20.0,
        }
    }

    /// 30 for the first touch, the lead and the opportunity each, 10 for the rest.
    ///
    /// ```
    /// use leadkit::attribution::MilestoneBased;
    ///
    /// let model = MilestoneBased::w_shaped();
    /// assert_eq!(model.first_touch + model.lead_created + model.opportunity_created + model.others, 100.0);
    /// assert_eq!(model.won, 0.0);
    /// ```
    #[must_use]
    pub fn w_shaped() -> MilestoneBased {
        MilestoneBased {
            first_touch: 30.0,
            lead_created: 30.0,
            opportunity_created: 30.0,
            won: 0.0,
            others: 10.0,
        }
    }

    /// 22.5 for the first touch, the lead, the opportunity and the deal each, 10 for the rest.
    ///
    /// ```
    /// use leadkit::attribution::MilestoneBased;
    ///
    /// let model = MilestoneBased::full_path();
    /// // Unlike the others it also rewards the touch that closed the deal.
    /// assert_eq!((model.first_touch, model.won, model.others), (22.5, 22.5, 10.0));
    /// ```
    #[must_use]
    pub fn full_path() -> MilestoneBased {
        MilestoneBased {
            first_touch: 22.5,
            lead_created: 22.5,
            opportunity_created: 22.5,
            won: 22.5,
            others: 10.0,
        }
    }
}
