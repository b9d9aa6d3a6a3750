//! The Chinese names of regions: the other direction of the gazetteer.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::model::Region;
use crate::order;

/// Full Chinese name by GB/T 2260 code.
static NAMES: LazyLock<BTreeMap<u32, &'static str>> = LazyLock::new(|| {
    let named = |line: &'static str| {
        let (code, names) = line.split_once('\t')?;
        Some((code.parse().ok()?, names.split('|').next()?))
    };
    let lines = include_str!("data/regions_cn.tsv").lines();
    order::map(lines.filter(|line| !line.starts_with('#')).filter_map(named))
});

/// The full Chinese names of a region of China from the province down: 省, 市, 区.
///
/// A district of a municipality has no city between; a code that is not known is left out.
///
/// ```
/// use leadkit::company::region_path;
///
/// assert_eq!(region_path(&"440305".parse()?), ["广东省", "深圳市", "南山区"]);
/// assert_eq!(region_path(&"110105".parse()?), ["北京市", "朝阳区"]);
/// assert!(region_path(&"US-CA".parse()?).is_empty());
/// # Ok::<(), leadkit::model::RegionError>(())
/// ```
#[must_use]
pub fn region_path(region: &Region) -> Vec<&'static str> {
    let levels = [region.to_province(), region.to_city(), *region];
    let mut path = Vec::with_capacity(3);
    let mut last = None;
    for level in levels {
        let code = level.gbt2260().or_else(|| level.province_code().map(|digits| digits * 10_000));
        if code != last
            && let Some(name) = code.and_then(|code| NAMES.get(&code))
        {
            path.push(*name);
        }
        last = code;
    }
    path
}
