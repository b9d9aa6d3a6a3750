//! Money in minor units, and how to split it without losing a cent.

use std::fmt;
use std::str::FromStr;

use crate::order;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An ISO 4217 currency code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Chinese yuan.
    pub const CNY: Currency = Currency(*b"CNY");
    /// US dollar.
    pub const USD: Currency = Currency(*b"USD");
    /// Euro.
    pub const EUR: Currency = Currency(*b"EUR");

    /// The three capital letters of ISO 4217, such as `CNY`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Digits after the decimal point in ISO 4217: 2 for most, 0 for JPY and the like, 3 for KWD and the like.
    #[must_use]
    pub fn minor_digits(&self) -> u32 {
        match self.as_str() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
            | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            "CLF" | "UYW" => 4,
            _ => 2,
        }
    }
}

impl Default for Currency {
    fn default() -> Self {
        Currency::CNY
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Currency, MoneyError> {
        match text.as_bytes() {
            &[a, b, c] if [a, b, c].iter().all(u8::is_ascii_alphabetic) => {
                Ok(Currency([a, b, c].map(|letter| letter.to_ascii_uppercase())))
            }
            _ => Err(MoneyError::Currency { text: text.chars().take(20).collect() }),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// An exact amount: integer minor units (cents, fen) of one currency. Never a float.
///
/// ```
/// use leadkit::model::{Currency, Money};
///
/// let deal = Money::new(1_000, Currency::CNY);
/// let shares = deal.split(&[1, 1, 1])?;
/// assert_eq!(shares.iter().map(Money::minor).collect::<Vec<_>>(), [334, 333, 333]);
/// assert_eq!(deal.to_string(), "10.00 CNY");
/// # Ok::<(), leadkit::model::MoneyError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Why an amount could not be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// Two currencies met in one sum.
    #[error("amounts in {left} and {right} cannot be added")]
    CurrencyMismatch {
        /// Currency of the first amount of the sum.
        left: Currency,
        /// Currency of the second amount of the sum.
        right: Currency,
    },
    /// The result does not fit into 64-bit minor units.
    #[error("the amount is too large")]
    Overflow,
    /// No weight to split by: none given, or all zero.
    #[error("an amount cannot be split by weights that sum to zero")]
    NoWeights,
    /// A text is not a currency code: three letters, as in ISO 4217.
    #[error("`{text}` is not a currency: it should be three letters (ISO 4217)")]
    Currency {
        /// The text that was read.
        text: String,
    },
    /// A text is not an amount of the currency.
    #[error("`{text}` is not an amount in {currency}: {reason}")]
    Amount {
        /// The text that was read.
        text: String,
        /// The currency it was read in.
        currency: Currency,
        /// Why it is not an amount, as an English clause.
        reason: &'static str,
    },
}

impl Money {
    /// An amount of minor units.
    ///
    /// ```
    /// use leadkit::model::{Currency, Money};
    ///
    /// assert_eq!(Money::new(1_250, Currency::CNY).to_string(), "12.50 CNY");
    /// ```
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Money {
        Money { minor, currency }
    }

    /// Reads a decimal amount in major units, such as `12.50` or `-3`; thousands may be grouped by commas.
    ///
    /// ```
    /// use leadkit::model::{Currency, Money};
    ///
    /// assert_eq!(Money::parse("1,200.50", Currency::CNY)?, Money::new(120_050, Currency::CNY));
    /// let error = Money::parse("0.001", Currency::CNY).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "`0.001` is not an amount in CNY: it has more decimals than the currency",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When it is not a decimal number, has more decimals than the currency, or does not fit.
    pub fn parse(text: &str, currency: Currency) -> Result<Money, MoneyError> {
        let fail =
            |reason| MoneyError::Amount { text: text.trim().chars().take(40).collect(), currency, reason };
        let trimmed = text.trim();
        let (negative, digits) = match trimmed.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, trimmed),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let scale = currency.minor_digits() as usize;
        if whole.is_empty()
            || whole.starts_with(',')
            || !whole.bytes().all(|b| b.is_ascii_digit() || b == b',')
            || !fraction.bytes().all(|b| b.is_ascii_digit())
        {
            return Err(fail("it should be a decimal number"));
        }
        if fraction.len() > scale {
            return Err(fail("it has more decimals than the currency"));
        }
        let mut minor: i64 = 0;
        let pad = std::iter::repeat_n(b'0', scale - fraction.len());
        for digit in whole.bytes().filter(|b| *b != b',').chain(fraction.bytes()).chain(pad) {
            minor = minor
                .checked_mul(10)
                .and_then(|m| m.checked_add(i64::from(digit - b'0')))
                .ok_or(fail("it is too large"))?;
        }
        Ok(Money::new(if negative { -minor } else { minor }, currency))
    }

    /// The amount in minor units, such as cents or fen; negative for a refund.
    #[must_use]
    pub const fn minor(&self) -> i64 {
        self.minor
    }

    /// The currency that the minor units are of.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The sum of two amounts.
    ///
    /// ```
    /// use leadkit::model::{Currency, Money, MoneyError};
    ///
    /// let (yuan, dollar) = (Money::new(100, Currency::CNY), Money::new(100, Currency::USD));
    /// assert_eq!(yuan.checked_add(yuan)?.minor(), 200);
    /// assert!(matches!(yuan.checked_add(dollar), Err(MoneyError::CurrencyMismatch { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// On two currencies, or when the sum does not fit.
    pub fn checked_add(self, other: Money) -> Result<Money, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Money::new(minor, self.currency))
    }

    /// The difference of two amounts.
    ///
    /// ```
    /// use leadkit::model::{Currency, Money};
    ///
    /// let (price, paid) = (Money::new(10_000, Currency::CNY), Money::new(12_000, Currency::CNY));
    /// assert_eq!(price.checked_sub(paid)?, Money::new(-2_000, Currency::CNY));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// On two currencies, or when the difference does not fit.
    pub fn checked_sub(self, other: Money) -> Result<Money, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_sub(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Money::new(minor, self.currency))
    }

    /// The amount times a count.
    ///
    /// ```
    /// use leadkit::model::{Currency, Money, MoneyError};
    ///
    /// let price = Money::new(1_250, Currency::CNY);
    /// assert_eq!(price.checked_mul(3)?.to_string(), "37.50 CNY");
    /// assert_eq!(price.checked_mul(i64::MAX), Err(MoneyError::Overflow));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the product does not fit.
    pub fn checked_mul(self, count: i64) -> Result<Money, MoneyError> {
        let minor = self.minor.checked_mul(count).ok_or(MoneyError::Overflow)?;
        Ok(Money::new(minor, self.currency))
    }

    /// The part `numerator / denominator` of the amount, rounded half to even.
    ///
    /// ```
    /// use leadkit::model::{Currency, Money};
    ///
    /// // A third of a dollar; half a cent rounds to the even cent.
    /// assert_eq!(Money::new(100, Currency::USD).checked_ratio(1, 3)?.minor(), 33);
    /// assert_eq!(Money::new(5, Currency::USD).checked_ratio(1, 2)?.minor(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the denominator is zero or the result does not fit.
    pub fn checked_ratio(self, numerator: i64, denominator: i64) -> Result<Money, MoneyError> {
        if denominator == 0 {
            return Err(MoneyError::NoWeights);
        }
        let product = i128::from(self.minor) * i128::from(numerator);
        let rounded = div_half_even(product, i128::from(denominator));
        let minor = i64::try_from(rounded).map_err(|_| MoneyError::Overflow)?;
        Ok(Money::new(minor, self.currency))
    }

    /// Splits the amount in proportion to the weights by largest remainder, so that the parts sum to it exactly.
    ///
    /// Equal remainders favour the earlier weight. A negative amount is split like its opposite.
    /// O(n log n).
    ///
    /// ```
    /// use leadkit::model::{Currency, Money};
    ///
    /// let parts = Money::new(100, Currency::USD).split(&[1, 1, 1])?;
    /// let cents: Vec<i64> = parts.iter().map(|part| part.minor()).collect();
    /// assert_eq!(cents, [34, 33, 33]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When there is no weight above zero.
    pub fn split(self, weights: &[u64]) -> Result<Vec<Money>, MoneyError> {
        let parts = largest_remainder(self.minor.unsigned_abs(), weights).ok_or(MoneyError::NoWeights)?;
        parts
            .into_iter()
            .map(|part| {
                let signed = if self.minor < 0 { -i128::from(part) } else { i128::from(part) };
                i64::try_from(signed)
                    .map(|minor| Money::new(minor, self.currency))
                    .map_err(|_| MoneyError::Overflow)
            })
            .collect()
    }

    fn same_currency(self, other: Money) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency })
        }
    }
}

/// Hamilton's method: splits `total` whole units in proportion to `weights`.
///
/// Each part gets the floor of its quota; the units left over go one each to the largest remainders, equal
/// remainders in the order given. `None` when the weights sum to zero. O(n log n).
///
/// ```
/// use leadkit::model::largest_remainder;
///
/// assert_eq!(largest_remainder(2_500, &[18, 25, 27, 30]).unwrap(), [450, 625, 675, 750]);
/// ```
#[must_use]
pub fn largest_remainder(total: u64, weights: &[u64]) -> Option<Vec<u64>> {
    let sum: u128 = weights.iter().map(|w| u128::from(*w)).sum();
    if sum == 0 {
        return None;
    }
    // A quota is at most `total`, so the narrowing below never loses a bit.
    let quota = |weight: u64| u128::from(total) * u128::from(weight);
    let mut parts: Vec<u64> = weights.iter().map(|w| (quota(*w) / sum) as u64).collect();
    let left = total - parts.iter().sum::<u64>();
    let mut order: Vec<(usize, u128)> =
        weights.iter().enumerate().map(|(i, w)| (i, quota(*w) % sum)).collect();
    order::sort_by(&mut order, |a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    for (i, _) in order.into_iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
        if let Some(part) = parts.get_mut(i) {
            *part += 1;
        }
    }
    Some(parts)
}

/// Integer division rounded to the nearest, ties to even. The divisor must not be zero.
pub(crate) fn div_half_even(numerator: i128, denominator: i128) -> i128 {
    let quotient = numerator.div_euclid(denominator);
    let twice = 2 * numerator.rem_euclid(denominator);
    let step = denominator.signum();
    match twice.cmp(&denominator.abs()) {
        std::cmp::Ordering::Less => quotient,
        std::cmp::Ordering::Greater => quotient + step,
        std::cmp::Ordering::Equal if quotient % 2 == 0 => quotient,
        std::cmp::Ordering::Equal => quotient + step,
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.currency.minor_digits();
        let scale = 10u64.pow(digits);
        let minor = self.minor.unsigned_abs();
        let sign = if self.minor < 0 { "-" } else { "" };
        if digits == 0 {
            write!(f, "{sign}{minor} {}", self.currency)
        } else {
            let width = digits as usize;
            write!(f, "{sign}{}.{:0width$} {}", minor / scale, minor % scale, self.currency)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_thousand_cents_over_three_equal_shares() {
        let parts = Money::new(1_000, Currency::USD).split(&[1, 1, 1]).unwrap();
        assert_eq!(parts.iter().map(Money::minor).collect::<Vec<_>>(), [334, 333, 333]);
        let debt = Money::new(-1_000, Currency::USD).split(&[1, 1, 1]).unwrap();
        assert_eq!(debt.iter().map(Money::minor).collect::<Vec<_>>(), [-334, -333, -333]);
        assert_eq!(Money::new(5, Currency::USD).split(&[0, 0]), Err(MoneyError::NoWeights));
    }

    #[test]
    fn allocations_of_an_independent_implementation_agree() {
        let weights = [50, 50631, 8, 5, 7602, 28140, 1, 6851, 3, 8, 968, 16226];
        assert_eq!(largest_remainder(646, &weights).unwrap(), [0, 296, 0, 0, 44, 165, 0, 40, 0, 0, 6, 95]);
    }

    #[test]
    fn text_and_amounts_round_trip() {
        for (text, minor, currency) in [
            ("12.50", 1250, Currency::CNY),
            ("-3", -300, Currency::CNY),
            ("1,234.5", 123_450, Currency::USD),
            ("0", 0, Currency::EUR),
        ] {
            assert_eq!(Money::parse(text, currency).unwrap().minor(), minor, "{text}");
        }
        let yen: Currency = "jpy".parse().unwrap();
        assert_eq!(Money::parse("120", yen).unwrap().to_string(), "120 JPY");
        assert_eq!(Money::new(-5, Currency::CNY).to_string(), "-0.05 CNY");
        for bad in ["", "1.234", "abc", "1e3", ".5", "9999999999999999999"] {
            assert!(Money::parse(bad, Currency::CNY).is_err(), "{bad}");
        }
    }

    #[test]
    fn sums_refuse_to_mix_currencies_or_to_wrap() {
        let a = Money::new(i64::MAX, Currency::CNY);
        assert_eq!(a.checked_add(Money::new(1, Currency::CNY)), Err(MoneyError::Overflow));
        assert!(matches!(
            a.checked_add(Money::new(1, Currency::USD)),
            Err(MoneyError::CurrencyMismatch { .. })
        ));
    }

    #[test]
    fn ratios_round_half_to_even() {
        let cents = |minor| Money::new(minor, Currency::CNY);
        for (minor, numerator, denominator, want) in
            [(5, 1, 2, 2), (7, 1, 2, 4), (-5, 1, 2, -2), (-7, 1, 2, -4), (10, 1, 3, 3), (5, 1, -2, -2)]
        {
            let got = cents(minor).checked_ratio(numerator, denominator).unwrap();
            assert_eq!(got, cents(want), "{minor}·{numerator}/{denominator}");
        }
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_whole_and_stay_within_a_unit_of_their_quota(
            total in 0u64..1_000_000_000_000,
            weights in prop::collection::vec(0u64..1_000_000, 1..40),
        ) {
            let sum: u128 = weights.iter().map(|w| u128::from(*w)).sum();
            match largest_remainder(total, &weights) {
                None => prop_assert_eq!(sum, 0),
                Some(parts) => {
                    prop_assert_eq!(parts.iter().sum::<u64>(), total);
                    for (part, weight) in parts.iter().zip(&weights) {
                        let floor = (u128::from(total) * u128::from(*weight) / sum) as u64;
                        prop_assert!(*part == floor || *part == floor + 1);
                    }
                }
            }
        }
    }
}
