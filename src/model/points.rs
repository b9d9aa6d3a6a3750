//! Score points as fixed-point integers, so that lines sum to totals exactly on every platform.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Points in thousandths. Written and read as a decimal number: `67.3`.
///
/// Addition saturates; sums are clamped long before that.
///
/// ```
/// use leadkit::model::Points;
///
/// let total: Points = [Points::new(20), Points::from_f64(2.5).unwrap()].into_iter().sum();
/// assert_eq!(total.to_string(), "22.5");
/// assert!(total < Points::new(80));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Points(i64);

impl Points {
    /// No points: the neutral element of sums.
    pub const ZERO: Points = Points(0);
    /// One hundred points, the top of each axis.
    pub const HUNDRED: Points = Points(100_000);
    /// The greatest magnitude a rule may give, in whole points.
    pub const LIMIT: i64 = 1_000_000_000;

    /// Whole points.
    ///
    /// ```
    /// use leadkit::model::Points;
    ///
    /// assert_eq!(Points::new(20).thousandths(), 20_000);
    /// ```
    #[must_use]
    pub const fn new(whole: i64) -> Points {
        Points(whole.saturating_mul(1_000))
    }

    /// Thousandths of a point.
    ///
    /// ```
    /// use leadkit::model::Points;
    ///
    /// assert_eq!(Points::from_thousandths(67_300).to_string(), "67.3");
    /// ```
    #[must_use]
    pub const fn from_thousandths(thousandths: i64) -> Points {
        Points(thousandths)
    }

    /// The points nearest to a number, ties to even; `None` when it is not finite or beyond [`Points::LIMIT`].
    ///
    /// ```
    /// use leadkit::model::Points;
    ///
    /// assert_eq!(Points::from_f64(67.3), Some(Points::from_thousandths(67_300)));
    /// assert_eq!(Points::from_f64(f64::NAN), None);
    /// ```
    #[must_use]
    pub fn from_f64(number: f64) -> Option<Points> {
        let scaled = number * 1_000.0;
        (number.is_finite() && number.abs() <= Points::LIMIT as f64)
            .then(|| Points(libm::rint(scaled) as i64))
    }

    /// The number of thousandths: 67.3 points are 67,300.
    #[must_use]
    pub const fn thousandths(self) -> i64 {
        self.0
    }

    /// The points as a number, such as 12.5.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / 1_000.0
    }

    /// The points times a factor, rounded half to even; non-finite products give zero.
    ///
    /// ```
    /// use leadkit::model::Points;
    ///
    /// // After one half-life, half the points are left.
    /// assert_eq!(Points::new(25).scaled(0.5).to_string(), "12.5");
    /// ```
    #[must_use]
    pub fn scaled(self, factor: f64) -> Points {
        let product = libm::rint(self.0 as f64 * factor);
        Points(if product.is_finite() { product as i64 } else { 0 })
    }
}

impl Add for Points {
    type Output = Points;

    fn add(self, other: Points) -> Points {
        Points(self.0.saturating_add(other.0))
    }
}

impl Sub for Points {
    type Output = Points;

    fn sub(self, other: Points) -> Points {
        Points(self.0.saturating_sub(other.0))
    }
}

impl Neg for Points {
    type Output = Points;

    fn neg(self) -> Points {
        Points(self.0.saturating_neg())
    }
}

impl Sum for Points {
    fn sum<I: Iterator<Item = Points>>(points: I) -> Points {
        points.fold(Points::ZERO, Add::add)
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let (whole, thousandths) = (magnitude / 1_000, magnitude % 1_000);
        let mut text = if thousandths == 0 { whole.to_string() } else { format!("{whole}.{thousandths:03}") };
        if thousandths != 0 {
            text.truncate(text.trim_end_matches('0').len());
        }
        f.pad_integral(self.0 >= 0, "", &text)
    }
}

impl fmt::Debug for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() || self.0 % 1_000 == 0 {
            let whole = if serializer.is_human_readable() { self.0 / 1_000 } else { self.0 };
            serializer.serialize_i64(whole)
        } else {
            serializer.serialize_f64(self.to_f64())
        }
    }
}

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Points, D::Error> {
        if !deserializer.is_human_readable() {
            return i64::deserialize(deserializer).map(Points);
        }
        // Wider than the points of one rule: totals and adjustments of many rules are read back too.
        let scaled = libm::rint(f64::deserialize(deserializer)? * 1_000.0);
        if scaled.abs() < i64::MAX as f64 {
            Ok(Points(scaled as i64))
        } else {
            Err(serde::de::Error::custom("points must be within ±9223372036854775"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn display_has_no_needless_zeros() {
        for (thousandths, text) in [(0, "0"), (67_300, "67.3"), (-5_000, "-5"), (1, "0.001"), (-20, "-0.02")]
        {
            assert_eq!(Points::from_thousandths(thousandths).to_string(), text);
        }
        assert_eq!(format!("{:+}", Points::new(20)), "+20");
        assert_eq!(format!("{:>6}", Points::from_thousandths(2_500)), "   2.5");
    }

    #[test]
    fn ties_go_to_even() {
        assert_eq!(Points::from_f64(0.0005).unwrap().thousandths(), 0);
        assert_eq!(Points::from_f64(0.0015).unwrap().thousandths(), 2);
        assert_eq!(Points::from_f64(f64::NAN), None);
        assert_eq!(Points::from_f64(1e300), None);
    }

    proptest! {
        #[test]
        fn json_round_trips(thousandths in -1_000_000_000_000i64..1_000_000_000_000) {
            let points = Points::from_thousandths(thousandths);
            let text = serde_json::to_string(&points).unwrap();
            prop_assert_eq!(serde_json::from_str::<Points>(&text).unwrap(), points);
        }
    }
}
