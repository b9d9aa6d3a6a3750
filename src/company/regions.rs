//! Place names: from a word to a [`Region`].

use super::clean::clean;
use super::tables::{Phrases, Start, Tail};
use crate::model::Region;
use crate::order;
use crate::text::spellings;

/// Every reading of every place name.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    phrases: Phrases,
    /// Readings of one name, most important first (country, province, city, county).
    readings: Vec<Vec<Reading>>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) region: Region,
    pub(super) level: Level,
    /// The name has its suffix (`深圳市`), so that it can only be a place.
    full: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Country,
    Province,
    City,
    County,
    District,
    /// One-letter forms of the provinces: only a place when they are alone.
    Letter,
}

/// Short county names that are brands far more often than places.
const BRANDS: [&str; 12] =
    ["东方", "长安", "新华", "太和", "长乐", "和平", "新城", "大同县", "城", "太康", "金山", "宝山"];

/// The last place in front of a name, and the one before it: bytes up to the end, and the place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Head {
    pub(super) last: Option<(usize, Region)>,
    pub(super) before: Option<(usize, Region)>,
}

impl Places {
    pub(super) fn add(&mut self, name: &str, region: Region, level: Level, full: bool) {
        let reading = Reading { region, level, full };
        if let Some(slot) = self.phrases.whole(name).and_then(|i| self.readings.get_mut(i as usize)) {
            if !slot.iter().any(|r| r.region == region) {
                slot.push(reading);
                order::sort_by_key(slot, |reading| reading.level);
            }
            return;
        }
        self.phrases.add(name, self.readings.len() as u32);
        self.readings.push(vec![reading]);
    }

    /// A full name, in each spelling of its letters.
    pub(super) fn add_spellings(&mut self, name: &str, region: Region, level: Level) {
        for name in spellings(name).map(|name| clean(&name)).filter(|name| !name.is_empty()) {
            self.add(&name, region, level, true);
        }
    }

    /// A line of the Chinese table: the full name, then short ones.
    pub(super) fn add_chinese(&mut self, code: u32, names: &str) {
        let Ok(region) = Region::from_gbt2260(code) else { return };
        for (i, name) in names.split('|').enumerate() {
            let full = i == 0;
            let short = name.chars().count() == 1;
            let level = match code {
                c if c % 10_000 == 0 && short => Level::Letter,
                c if c % 10_000 == 0 => Level::Province,
                c if c % 100 == 0 => Level::City,
                _ if names.split('|').next().is_some_and(|n| n.ends_with('区')) => Level::District,
                _ => Level::County,
            };
            if level >= Level::County && !full && BRANDS.contains(&name) {
                continue;
            }
            self.add(name, region, level, full);
        }
    }

    fn get(&self, value: u32) -> &[Reading] {
        self.readings.get(value as usize).map_or(&[], Vec::as_slice)
    }

    /// Picks the reading that agrees with the places known already; `None` when several agree equally well.
    fn choose(
        readings: &[Reading],
        within: Option<Region>,
        allowed: impl Fn(&Reading) -> bool,
    ) -> Option<Reading> {
        let mut fitting = readings
            .iter()
            .filter(|r| allowed(r))
            .filter(|r| within.is_none_or(|outer| outer != r.region && outer.contains(&r.region)));
        let first = fitting.next()?;
        match fitting.next() {
            Some(second) if second.level == first.level && within.is_none() => None,
            _ => Some(*first),
        }
    }

    /// The place a text names as a whole, one place name or several from large to small or small to large.
    pub(super) fn of_text(&self, text: &str) -> Option<Region> {
        self.read(text, None)
    }

    /// The same, only for places in a region: a text that states a country refers to no place in another.
    pub(super) fn of_text_in(&self, text: &str, outer: &Region) -> Option<Region> {
        self.read(text, Some(outer))
    }

    fn read(&self, text: &str, outer: Option<&Region>) -> Option<Region> {
        let mut rest = text.trim();
        let mut found: Option<Region> = None;
        while !rest.is_empty() {
            // The longest name decides: 朝阳区, which is ambiguous, is not the city 朝阳 and a rest.
            let next = self.phrases.prefix(rest).and_then(|(len, value)| {
                let readings = self.get(value);
                let alone = len == text.len();
                let lies_there = |r: &Reading| outer.is_none_or(|outer| outer.contains(&r.region));
                let usable = |r: &Reading| (alone || r.level != Level::Letter) && lies_there(r);
                let narrower = Self::choose(readings, found, usable).map(|r| r.region);
                // "Shenzhen, Guangdong": the second place adds nothing if the first is in it.
                let wider = readings.iter().find(|r| found.is_some_and(|f| r.region.contains(&f)));
                Some((len, narrower.or(wider.and(found))?))
            });
            match next {
                Some((len, region)) => {
                    found = Some(region);
                    rest = rest.get(len..).unwrap_or_default().trim_start();
                }
                // An address continues after the places; a word that merely begins like one does not.
                None => break,
            }
        }
        let spelt_out = rest.is_empty() || rest.chars().next().is_some_and(super::tables::is_unspaced);
        found.filter(|_| spelt_out)
    }

    /// The place names in front of a company name, from large to small: bytes up to the end of each, and the place.
    pub(super) fn at_head(&self, start: &Start<'_>) -> Head {
        let mut head = Head::default();
        let text = start.text();
        let mut start = *start;
        let mut taken = 0;
        let mut found: Option<Region> = None;
        loop {
            let next = self.phrases.at_start(&start).find_map(|(len, value)| {
                let usable = |r: &Reading| match r.level {
                    Level::Country | Level::Province | Level::City | Level::County => true,
                    Level::District => r.full || found.is_some(),
                    Level::Letter => false,
                };
                Some((len, Self::choose(self.get(value), found, usable)?.region))
            });
            let Some((len, region)) = next else { break };
            if found == Some(Region::CN) && region == Region::CN {
                break;
            }
            taken += len;
            let rest = text.get(taken..).unwrap_or_default().trim_start();
            taken = text.len() - rest.len();
            found = Some(region);
            head = Head { before: head.last, last: Some((taken, region)) };
            start = Start::new(rest);
        }
        head
    }

    /// The place that ends a text: bytes and region.
    pub(super) fn at_tail(&self, tail: &Tail<'_>) -> Option<(usize, Region)> {
        let (len, value) = self.phrases.at_end(tail)?;
        let usable = |r: &Reading| r.level != Level::Letter && (r.full || r.level != Level::District);
        Some((len, Self::choose(self.get(value), None, usable)?.region))
    }

    /// The place whose name is exactly the phrase.
    pub(super) fn exactly(&self, text: &str) -> Option<Region> {
        let readings = self.get(self.phrases.whole(text)?);
        Self::choose(readings, None, |r| r.level != Level::Letter).map(|r| r.region)
    }
}
