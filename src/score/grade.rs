//! Levels, grades and the cells of the matrix they span.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::document::Finding;
use crate::model::Points;
use crate::model::open_enum::closed_enum;

closed_enum! {
    /// How well a lead fits, from its static score (静态积分).
    FitGrade {
        /// Fits well (高度合适).
        A = "A",
        /// Fits (中度合适).
        B = "B",
        /// Fits somewhat (轻度合适).
        C = "C",
        /// Does not fit (不合适).
        D = "D",
    }
}

/// How much a lead interacts, from its dynamic score (动态积分). Serialised as its number, 1 to 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EngagementLevel {
    /// 1: interacts much (互动率高).
    High,
    /// 2: interacts (互动率中).
    Middle,
    /// 3: interacts little (互动率低).
    Low,
    /// 4: shows no interest (不感兴趣).
    Uninterested,
}

impl EngagementLevel {
    /// Every level, the most engaged first.
    pub const ALL: &'static [EngagementLevel] = &[
        EngagementLevel::High,
        EngagementLevel::Middle,
        EngagementLevel::Low,
        EngagementLevel::Uninterested,
    ];

    /// The level as it is written: its number.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            EngagementLevel::High => "1",
            EngagementLevel::Middle => "2",
            EngagementLevel::Low => "3",
            EngagementLevel::Uninterested => "4",
        }
    }

    /// 1 to 4, where 1 interacts most.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            EngagementLevel::High => 1,
            EngagementLevel::Middle => 2,
            EngagementLevel::Low => 3,
            EngagementLevel::Uninterested => 4,
        }
    }

    /// The level of a number, 1 to 4; `None` for others.
    ///
    /// ```
    /// use leadkit::score::EngagementLevel;
    ///
    /// assert_eq!(EngagementLevel::from_number(1), Some(EngagementLevel::High));
    /// assert_eq!(EngagementLevel::from_number(5), None);
    /// ```
    #[must_use]
    pub fn from_number(number: u8) -> Option<EngagementLevel> {
        EngagementLevel::ALL.iter().copied().find(|level| level.number() == number)
    }
}

impl fmt::Display for EngagementLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.number(), f)
    }
}

impl Serialize for EngagementLevel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.number())
    }
}

impl<'de> Deserialize<'de> for EngagementLevel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<EngagementLevel, D::Error> {
        let number = u8::deserialize(deserializer)?;
        EngagementLevel::from_number(number).ok_or_else(|| {
            let message = format!("`{number}` is not a level");
            serde::de::Error::custom(Finding::new("bad_value", message, "write a level from 1 to 4"))
        })
    }
}

/// A cell of the matrix: grade and level, written `B1`.
///
/// ```
/// use leadkit::score::{ScoreCell, EngagementLevel, FitGrade};
///
/// let cell: ScoreCell = "B1".parse()?;
/// assert_eq!(cell, ScoreCell { grade: FitGrade::B, level: EngagementLevel::High });
/// assert_eq!(cell.to_string(), "B1");
/// assert!("E1".parse::<ScoreCell>().is_err());
/// # Ok::<(), leadkit::score::CellError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScoreCell {
    /// How well the lead fits.
    pub grade: FitGrade,
    /// How much it interacts.
    pub level: EngagementLevel,
}

/// Why a text is not a [`ScoreCell`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a cell of the matrix: they are `A1` to `D4`")]
pub struct CellError(String);

impl ScoreCell {
    /// All sixteen, from `A1` to `D4`.
    ///
    /// ```
    /// use leadkit::score::ScoreCell;
    ///
    /// let cells: Vec<String> = ScoreCell::all().map(|cell| cell.to_string()).collect();
    /// assert_eq!((cells.len(), cells[0].as_str(), cells[15].as_str()), (16, "A1", "D4"));
    /// ```
    pub fn all() -> impl Iterator<Item = ScoreCell> {
        FitGrade::ALL.iter().flat_map(|grade| {
            EngagementLevel::ALL.iter().map(|level| ScoreCell { grade: *grade, level: *level })
        })
    }

    /// Its place among [`ScoreCell::all`].
    pub(crate) fn index(self) -> usize {
        self.grade as usize * EngagementLevel::ALL.len() + self.level as usize
    }
}

impl fmt::Display for ScoreCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.grade, self.level)
    }
}

impl FromStr for ScoreCell {
    type Err = CellError;

    fn from_str(text: &str) -> Result<ScoreCell, CellError> {
        let parse = || {
            let (grade, level) = text.split_at_checked(1)?;
            let level = level.parse().ok().filter(|_| level.len() == 1)?;
            Some(ScoreCell {
                grade: FitGrade::from_name(grade)?,
                level: EngagementLevel::from_number(level)?,
            })
        };
        parse().ok_or_else(|| CellError(text.chars().take(20).collect()))
    }
}

impl Serialize for ScoreCell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ScoreCell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ScoreCell, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|error| {
            serde::de::Error::custom(Finding::new("bad_value", error, "write a cell such as `B1`"))
        })
    }
}

/// Lowest scores of levels 1 to 3; level 4 is everything below. A bound belongs to the level it opens: with the
/// defaults 80 is level 1 and 79.999 is level 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LevelBounds {
    /// Lowest score of level 1 (default 80).
    pub level_1: Points,
    /// Lowest score of level 2 (default 60).
    pub level_2: Points,
    /// Lowest score of level 3 (default 40).
    pub level_3: Points,
}

impl Default for LevelBounds {
    fn default() -> LevelBounds {
        LevelBounds { level_1: Points::new(80), level_2: Points::new(60), level_3: Points::new(40) }
    }
}

impl LevelBounds {
    /// The level of a score.
    ///
    /// ```
    /// use leadkit::model::Points;
    /// use leadkit::score::{EngagementLevel, LevelBounds};
    ///
    /// let bounds = LevelBounds::default();
    /// assert_eq!(bounds.level(Points::new(80)), EngagementLevel::High);
    /// assert_eq!(bounds.level(Points::from_thousandths(79_999)), EngagementLevel::Middle);
    /// ```
    #[must_use]
    pub fn level(&self, score: Points) -> EngagementLevel {
        match score {
            score if score >= self.level_1 => EngagementLevel::High,
            score if score >= self.level_2 => EngagementLevel::Middle,
            score if score >= self.level_3 => EngagementLevel::Low,
            _ => EngagementLevel::Uninterested,
        }
    }

    pub(super) fn descending(&self) -> [(&'static str, Points); 3] {
        [("level_1", self.level_1), ("level_2", self.level_2), ("level_3", self.level_3)]
    }
}

/// Lowest scores of grades A to C; D is everything below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GradeBounds {
    /// Lowest score of A (default 80).
    pub a: Points,
    /// Lowest score of B (default 60).
    pub b: Points,
    /// Lowest score of C (default 40).
    pub c: Points,
}

impl Default for GradeBounds {
    fn default() -> GradeBounds {
        GradeBounds { a: Points::new(80), b: Points::new(60), c: Points::new(40) }
    }
}

impl GradeBounds {
    /// The grade of a score.
    ///
    /// ```
    /// use leadkit::model::Points;
    /// use leadkit::score::{FitGrade, GradeBounds};
    ///
    /// let bounds = GradeBounds { a: Points::new(90), ..GradeBounds::default() };
    /// assert_eq!(bounds.grade(Points::new(90)), FitGrade::A);
    /// assert_eq!(bounds.grade(Points::new(89)), FitGrade::B);
    /// ```
    #[must_use]
    pub fn grade(&self, score: Points) -> FitGrade {
        match score {
            score if score >= self.a => FitGrade::A,
            score if score >= self.b => FitGrade::B,
            score if score >= self.c => FitGrade::C,
            _ => FitGrade::D,
        }
    }

    pub(super) fn descending(&self) -> [(&'static str, Points); 3] {
        [("a", self.a), ("b", self.b), ("c", self.c)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_know_their_place() {
        let cells: Vec<ScoreCell> = ScoreCell::all().collect();
        assert_eq!(cells.len(), 16);
        for (index, cell) in cells.iter().enumerate() {
            assert_eq!(cell.index(), index);
            assert_eq!(cell.to_string().parse::<ScoreCell>().as_ref(), Ok(cell));
        }
        for bad in ["", "A", "A0", "A5", "A11", "a1", "é1", "A+1"] {
            assert!(bad.parse::<ScoreCell>().is_err(), "{bad}");
        }
    }

    #[test]
    fn bounds_are_half_open() {
        let (levels, grades) = (LevelBounds::default(), GradeBounds::default());
        for (thousandths, level, grade) in [
            (100_000, 1, "A"),
            (80_000, 1, "A"),
            (79_999, 2, "B"),
            (60_000, 2, "B"),
            (59_999, 3, "C"),
            (40_000, 3, "C"),
            (39_999, 4, "D"),
            (39_500, 4, "D"),
            (0, 4, "D"),
        ] {
            let score = Points::from_thousandths(thousandths);
            assert_eq!(levels.level(score).number(), level, "{score}");
            assert_eq!(grades.grade(score).as_str(), grade, "{score}");
        }
    }
}
