//! What counts as a closed deal (特殊成交规则).

use chrono::{DateTime, Utc};

use crate::error::{Report, RuleErrors};
use crate::model::{Currency, Money, Order, Payment};
use crate::rule::{
    Condition, FactSource, FactValue, Fault, Field, FieldId, Operator, Path, Predicate, Scope, number, text,
};

/// Decides which orders are closed deals.
///
/// ```
/// use leadkit::model::{Currency, Money, Order, Payment};
/// use leadkit::inquiry::ClosedDeals;
///
/// let deals = ClosedDeals::default();
/// let order = Order { id: "O1".into(), amount: Money::new(10_000, Currency::CNY), ..Order::default() };
/// let part = Payment { order: Some("O1".into()), amount: Money::new(1, Currency::CNY), ..Payment::default() };
/// let now = "2026-03-01T00:00:00Z".parse().unwrap();
/// assert_eq!(deals.is_closed(&order, &[], now), Ok(false));
/// assert_eq!(deals.is_closed(&order, &[part], now), Ok(true));
/// ```
#[derive(Debug, Clone)]
pub struct ClosedDeals {
    closed_when: Predicate,
}

impl Default for ClosedDeals {
    /// Any order with a payment.
    fn default() -> Self {
        let condition = Condition::compare("order.paid", Operator::Gt, 0).unwrap_or_default();
        ClosedDeals { closed_when: condition.compile(Scope::Order, &mut Report::new()) }
    }
}

impl ClosedDeals {
    /// Compiles a condition over `order.…` fields.
    ///
    /// ```
    /// use leadkit::inquiry::ClosedDeals;
    /// use leadkit::rule::Condition;
    /// use serde_json::json;
    ///
    /// let shipped = Condition::load(json!({"field": "order.product", "eq": "crm"}))?;
    /// assert!(ClosedDeals::compile(&shipped).is_ok());
    /// let errors = ClosedDeals::compile(&Condition::load(json!({"field": "city", "eq": "深圳"}))?).unwrap_err();
    /// assert_eq!(errors.diagnostics()[0].message, "`city` cannot be read here: the lead brings it");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the condition reads anything else.
    pub fn compile(closed_when: &Condition) -> Result<ClosedDeals, RuleErrors> {
        let mut report = Report::new();
        let closed_when = report.within("closed_when", |report| closed_when.compile(Scope::Order, report));
        report.finish()?;
        Ok(ClosedDeals { closed_when })
    }

    /// Whether the order is a closed deal, given payments of any orders.
    ///
    /// ```
    /// use leadkit::inquiry::ClosedDeals;
    /// use leadkit::model::{Currency, Money, Order, Payment};
    ///
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// let amount = Money::new(50_000, Currency::CNY);
    /// let order = Order { id: "O1".into(), amount, created_at: now, ..Order::default() };
    /// let payment = Payment { order: Some("O1".into()), amount, received_at: now, ..Payment::default() };
    /// let deals = ClosedDeals::default();
    /// assert!(deals.is_closed(&order, &[payment], now)?);
    /// assert!(!deals.is_closed(&order, &[], now)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the condition cannot be evaluated.
    pub fn is_closed(&self, order: &Order, payments: &[Payment], now: DateTime<Utc>) -> Result<bool, Fault> {
        let of_order = |payment: &&Payment| {
            payment.order.as_ref() == Some(&order.id) && payment.amount.currency() == order.amount.currency()
        };
        let paid = payments
            .iter()
            .filter(of_order)
            .fold(0i64, |sum, payment| sum.saturating_add(payment.amount.minor()));
        self.closed_when.eval(&OrderFacts {
            order,
            paid: Money::new(paid, order.amount.currency()),
            currency: order.amount.currency(),
            now,
        })
    }
}

struct OrderFacts<'a> {
    order: &'a Order,
    paid: Money,
    currency: Currency,
    now: DateTime<Utc>,
}

fn major<'a>(amount: Money) -> FactValue<'a> {
    let scale = 10u32.pow(amount.currency().minor_digits());
    number(Some(amount.minor() as f64 / f64::from(scale)))
}

impl FactSource for OrderFacts<'_> {
    fn fact(&self, field: &Field) -> FactValue<'_> {
        match &field.0 {
            Path::Single(FieldId::OrderProduct) => text(self.order.product.as_deref()),
            Path::Single(FieldId::OrderAmount) => major(self.order.amount),
            Path::Single(FieldId::OrderCurrency) => text(Some(self.currency.as_str())),
            Path::Single(FieldId::OrderPaid) => major(self.paid),
            Path::Single(FieldId::OrderCreatedAt) => FactValue::Time(self.order.created_at),
            _ => FactValue::Missing,
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.now
    }
}
