//! Which region a number's leading digits belong to: the host's rows, longest prefix first.

use serde::{Deserialize, Deserializer};

use crate::model::Region;

/// Most digits of a prefix, country code included.
const MAX_PREFIX: usize = 15;

/// Why a row of [`PhoneSegments`] is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SegmentError {
    /// The prefix is not made of 1 to 13 digits, or `+` and 1 to 15.
    #[error("`{0}` is not a digit prefix")]
    Prefix(String),
    /// Two rows give one prefix different regions.
    #[error("prefix `{prefix}` belongs to both `{first}` and `{second}`")]
    Conflict {
        /// The prefix that both rows name, with its country code.
        prefix: String,
        /// The region that the first of the rows gives.
        first: Region,
        /// The region that the other row gives.
        second: Region,
    },
}

/// Host-supplied rows from digit prefix to [`Region`]; the longest prefix wins.
///
/// Prefixes with `+` carry their country code, all others are Chinese national numbers (`1380013`, `0755` or `755`).
/// Neighbouring prefixes of one region are stored as one run, so the half million mobile segments of China take a
/// few megabytes. A lookup is one binary search per prefix length and allocates nothing.
///
/// ```
/// use leadkit::contact::PhoneSegments;
/// use leadkit::model::Region;
///
/// let beijing: Region = "110000".parse()?;
/// let segments = PhoneSegments::from_rows([("1380013", beijing)]).unwrap();
/// assert_eq!(segments.lookup("+8613800138000"), Some(beijing));
/// # Ok::<(), leadkit::model::RegionError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PhoneSegments {
    /// One table per prefix length, longest first.
    tables: Vec<Table>,
    regions: Vec<Region>,
    rows: usize,
}

/// Runs of consecutive prefixes of one length that belong to one region, by first prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Table {
    len: usize,
    first: Vec<u64>,
    /// Length of the run and index of the region.
    run: Vec<(u32, u32)>,
}

impl PhoneSegments {
    /// Builds the tables. Rows may come in any order; equal rows are one.
    ///
    /// ```
    /// use leadkit::contact::PhoneSegments;
    ///
    /// let [beijing, shenzhen] = ["CN-BJ", "CN-GD-440300"].map(|text| text.parse().unwrap());
    /// let segments = PhoneSegments::from_rows([("1380013", beijing), ("1381234", shenzhen)]).unwrap();
    /// assert_eq!(segments.len(), 2);
    /// let errors = PhoneSegments::from_rows([("1380013", beijing), ("1380013", shenzhen)]).unwrap_err();
    /// assert_eq!(
    ///     errors[0].to_string(),
    ///     "prefix `+861380013` belongs to both `CN-BJ` and `CN-GD-440300`",
    /// );
    /// ```
    ///
    /// # Errors
    /// All bad prefixes and conflicting rows, at most 100 of them.
    pub fn from_rows<P: AsRef<str>>(
        rows: impl IntoIterator<Item = (P, Region)>,
    ) -> Result<PhoneSegments, Vec<SegmentError>> {
        let mut errors = Vec::new();
        let mut parsed: Vec<(usize, u64, Region)> = Vec::new();
        for (prefix, region) in rows {
            match parse_prefix(prefix.as_ref()) {
                Some((len, value)) => parsed.push((len, value, region)),
                None if errors.len() < 100 => {
                    errors.push(SegmentError::Prefix(prefix.as_ref().chars().take(40).collect()));
                }
                None => {}
            }
        }
        parsed.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
        parsed.dedup();
        for (a, b) in parsed.iter().zip(parsed.iter().skip(1)) {
            if (a.0, a.1) == (b.0, b.1) && errors.len() < 100 {
                let prefix = format!("+{:0width$}", a.1, width = a.0);
                errors.push(SegmentError::Conflict { prefix, first: a.2, second: b.2 });
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut regions: Vec<Region> = parsed.iter().map(|row| row.2).collect();
        regions.sort_unstable();
        regions.dedup();
        let mut tables: Vec<Table> = Vec::new();
        for (len, value, region) in &parsed {
            let index =
                regions.binary_search(region).ok().and_then(|i| u32::try_from(i).ok()).unwrap_or(u32::MAX);
            if tables.last().is_none_or(|table| table.len != *len) {
                tables.push(Table { len: *len, first: Vec::new(), run: Vec::new() });
            }
            let Some(table) = tables.last_mut() else { continue };
            match (table.first.last(), table.run.last_mut()) {
                (Some(first), Some((count, last)))
                    if *last == index && *count < u32::MAX && first + u64::from(*count) == *value =>
                {
                    *count += 1;
                }
                _ => {
                    table.first.push(*value);
                    table.run.push((1, index));
                }
            }
        }
        for table in &mut tables {
            table.first.shrink_to_fit();
            table.run.shrink_to_fit();
        }
        Ok(PhoneSegments { tables, regions, rows: parsed.len() })
    }

    /// The region of a canonical key (`+8613800138000`), by its longest known prefix.
    ///
    /// ```
    /// use leadkit::contact::PhoneSegments;
    ///
    /// let [beijing, shenzhen] = ["CN-BJ", "CN-GD-440300"].map(|text| text.parse().unwrap());
    /// let segments = PhoneSegments::from_rows([("138", beijing), ("1381234", shenzhen)]).unwrap();
    /// assert_eq!(segments.lookup("+8613812349876"), Some(shenzhen), "the longest prefix wins");
    /// assert_eq!(segments.lookup("+8613900000000"), None);
    /// ```
    #[must_use]
    pub fn lookup(&self, key: &str) -> Option<Region> {
        let digits = key.strip_prefix('+')?.as_bytes();
        self.tables.iter().find_map(|table| {
            let value = value_of(digits.get(..table.len)?)?;
            let at = table.first.partition_point(|first| *first <= value).checked_sub(1)?;
            let (count, region) = table.run.get(at)?;
            let inside = value - table.first.get(at)? < u64::from(*count);
            inside.then(|| self.regions.get(usize::try_from(*region).ok()?).copied()).flatten()
        })
    }

    /// How many different prefixes have a region.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether it has no rows, so that it knows no region.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }
}

fn value_of(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0u64, |n, d| d.is_ascii_digit().then(|| n * 10 + u64::from(d - b'0')))
}

/// Length and value of a prefix with its country code.
fn parse_prefix(text: &str) -> Option<(usize, u64)> {
    let text = text.trim();
    let (code, digits, most) = match text.strip_prefix('+') {
        Some(digits) => (0, digits, MAX_PREFIX),
        None => (86u64, text.strip_prefix('0').unwrap_or(text), MAX_PREFIX - 2),
    };
    if digits.is_empty() || digits.len() > most {
        return None;
    }
    let value = value_of(digits.as_bytes())?;
    if code == 0 {
        return Some((digits.len(), value));
    }
    let power = 10u64.checked_pow(u32::try_from(digits.len()).ok()?)?;
    Some((digits.len() + 2, code * power + value))
}

#[derive(Deserialize)]
struct Row {
    prefix: String,
    region: Region,
}

impl<'de> Deserialize<'de> for PhoneSegments {
    /// From a list of rows `{"prefix": "1380013", "region": "110000"}`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PhoneSegments, D::Error> {
        let rows = Vec::<Row>::deserialize(deserializer)?;
        PhoneSegments::from_rows(rows.into_iter().map(|row| (row.prefix, row.region))).map_err(|errors| {
            serde::de::Error::custom(errors.first().map(ToString::to_string).unwrap_or_default())
        })
    }
}
