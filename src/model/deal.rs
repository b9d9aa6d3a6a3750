//! What a lead may become: opportunity, order, contract, payment.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::open_enum::closed_enum;
use super::{AccountId, LeadId, Money, OpportunityId, OrderId, PaymentId, RepId};

/// A business opportunity (商机).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Opportunity {
    /// Identifier.
    pub id: OpportunityId,
    /// The lead it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<LeadId>,
    /// The account it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Who works on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<RepId>,
    /// Expected amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was won.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub won_at: Option<DateTime<Utc>>,
    /// When it was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_at: Option<DateTime<Utc>>,
    /// How likely it is to be won.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<InquiryGrade>,
}

impl Opportunity {
    /// Whether it is neither won nor lost.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.won_at.is_none() && self.lost_at.is_none()
    }
}

closed_enum! {
    /// Inquiry grade (询价等级): how likely an inquiry is to be won.
    InquiryGrade {
        /// Contract, award or installed.
        S = "S",
        /// Budget; the deciders are committed, or the specification is ours.
        A = "A",
        /// Budget; the deciders are unsure, contested.
        B = "B",
        /// Budget; the deciders lean to a rival.
        C = "C",
        /// No budget, but wanted.
        D = "D",
        /// Neither budget nor wish; not counted.
        E = "E",
        /// Awarded to a rival.
        F = "F",
    }
}

/// An order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Order {
    /// Identifier.
    pub id: OrderId,
    /// The lead it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<LeadId>,
    /// The account that ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The opportunity it closes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opportunity: Option<OpportunityId>,
    /// Amount.
    pub amount: Money,
    /// Product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// When it was placed.
    pub created_at: DateTime<Utc>,
}

/// A payment received (回款).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Payment {
    /// Identifier.
    pub id: PaymentId,
    /// The lead it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<LeadId>,
    /// The order it pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// Amount.
    pub amount: Money,
    /// When it was received.
    pub received_at: DateTime<Utc>,
}
