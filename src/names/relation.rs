//! Whether two names are one company, two related ones, or strangers: likeness of letters does not decide that.

use super::features::{Information, Query, Scratch, Vector, at, fill, flag};
use super::number::round;
use super::record::{GROUP, NO_FORM, TWO_SPELLINGS, UNSPACED, View};
use crate::company::Gazetteer;
use crate::model::open_enum::closed_enum;
use crate::text::{Slips, slips, slips_in_spellings};

closed_enum! {
    /// How the companies behind two names are related, as far as the names show.
    ///
    /// Two full registered names (each with its legal form) are one company only when no word, number or place
    /// differs but for a keying error; a short name may stand for a full one that holds its words.
    Relation {
        /// Nothing contradicts one company; the score says how probable it is.
        Same = "same",
        /// Two companies of one name: parent, subsidiary, sister, branch, or the same name with another legal form.
        Related = "related",
        /// Different companies: a word, number or place that only one of them can have.
        Different = "different",
    }
}

impl Relation {
    /// The relation that the features show.
    pub(super) fn of(x: &Vector) -> Relation {
        let on = |index: usize| x.get(index).is_some_and(|value| *value > 0.0);
        match (on(at::RELATED), on(at::DIFFERENT)) {
            (_, true) => Relation::Different,
            (true, _) => Relation::Related,
            _ => Relation::Same,
        }
    }

    /// A probability of one company, held below one half where the names are of two.
    pub(super) fn bound(self, probability: f64) -> f64 {
        if self == Relation::Same { probability } else { round(probability * MAX_OF_TWO) }
    }
}

/// The factor for a probability of one company when the names are of two.
const MAX_OF_TWO: f64 = 0.49;

impl Query {
    /// Adds to the features how the two names belong together.
    pub(super) fn relate(
        &self,
        record: &View<'_>,
        information: &impl Information,
        scratch: &mut Scratch,
        x: &mut Vector,
    ) {
        let query = self.view();
        fill(record.text, &mut scratch.chars, &mut scratch.solid);
        let names = Names {
            query,
            record: *record,
            a: &self.solid,
            b: &scratch.solid,
            // A county's conflict says little by itself, as many short names begin like a county; a legal form confirms
            // that the rest is a company's name.
            elsewhere: x[at::REGION_CONFLICTS] > 0.0 && (query.form != NO_FORM || !self.in_county()),
            gazetteer: &self.gazetteer,
            common: libm::round(x[at::QUERY_SUBSEQUENCE] * self.solid.len() as f64) as usize,
        };
        let verdict = names.relation(information);
        x[at::RELATED] = flag(verdict.relation == Relation::Related);
        x[at::DIFFERENT] = flag(verdict.relation == Relation::Different);
        // Kinds of slips are features of their own: a slip with an explanation costs less than one without, and the
        // weights are fitted to each.
        let slips = verdict.slips;
        x[at::SLIP_EXPLAINED] = flag(slips.explained > 0);
        x[at::SLIP_LOOSE] = flag(slips.loose > 0);
        x[at::SLIP_OTHER] = flag(slips.other > 0);
        x[at::SLIP_TWICE] = flag(slips.count() > 1);
    }

    /// The place is a county or district: many short names begin like one.
    fn in_county(&self) -> bool {
        self.region.and_then(|region| region.gbt2260()).is_some_and(|code| code % 100 != 0)
    }

    /// Whether two names may be one but for slips, so that they are compared further.
    pub(super) fn is_near(&self, x: &Vector) -> bool {
        let (covered, of_record) = (x[at::QUERY_SUBSEQUENCE], x[at::RECORD_SUBSEQUENCE]);
        let common = covered * self.solid.len() as f64;
        // The smaller share is that of the longer name.
        let longest = common / covered.min(of_record).max(1e-9);
        // Two slips change at most two characters; the half absorbs rounding.
        common + 2.5 >= longest
    }
}

/// A verdict on two names, and the slips it forgives.
#[derive(Debug, Clone, Copy)]
pub(super) struct NameVerdict {
    pub(super) relation: Relation,
    pub(super) slips: Slips,
}

fn verdict(relation: Relation) -> NameVerdict {
    NameVerdict { relation, slips: Slips::default() }
}

/// Two names, in the form they are compared in.
pub(super) struct Names<'a> {
    pub(super) query: View<'a>,
    pub(super) record: View<'a>,
    /// Characters without spaces.
    pub(super) a: &'a [char],
    pub(super) b: &'a [char],
    /// Both name places, and neither is in the other.
    pub(super) elsewhere: bool,
    pub(super) gazetteer: &'a Gazetteer,
    /// Characters in common, in order.
    pub(super) common: usize,
}

impl Names<'_> {
    /// How two names belong together. Quick for names with nothing in common.
    pub(super) fn relation(&self, information: &impl Information) -> NameVerdict {
        let unspaced = self.query.has(UNSPACED) || self.record.has(UNSPACED);
        if unspaced { self.unspaced() } else { self.words(information) }
    }

    fn other_form(&self) -> bool {
        self.gazetteer.are_other_forms(self.query.form, self.record.form)
    }

    fn both_full(&self) -> bool {
        self.query.form != NO_FORM && self.record.form != NO_FORM
    }

    /// Parts that are compared whole: a branch, a number, a place, the kind of legal form, the group.
    fn parts_differ(&self) -> bool {
        self.query.branch != self.record.branch
            || self.other_numbers()
            || self.elsewhere
            || self.other_form()
            || self.both_full() && self.query.has(GROUP) != self.record.has(GROUP)
    }

    /// Both have numbers, and not the same; of two full names, one has a number alone.
    fn other_numbers(&self) -> bool {
        let (ours, theirs) = (self.query.numbers, self.record.numbers);
        ours != theirs && (self.both_full() || ours != 0 && theirs != 0)
    }

    fn two_spellings(&self) -> bool {
        self.query.has(TWO_SPELLINGS) || self.record.has(TWO_SPELLINGS)
    }

    fn slips(&self, most_loose: u8) -> Option<Slips> {
        let longest = self.a.len().max(self.b.len());
        // A swap takes one character out of the order.
        let near = longest >= 4 && self.common + 2 >= longest;
        let found = near.then(|| slips_in_spellings(self.a, self.b, self.two_spellings())).flatten();
        // Two more characters are a word, and a slip does not turn a number into another one.
        let numbers = self.query.numbers == self.record.numbers || self.query.numbers == 0;
        let loose = |slips: &Slips| slips.loose + slips.other <= most_loose && slips.other <= 1;
        found.filter(|slips| loose(slips) && numbers && !self.elsewhere && !self.other_form())
    }

    fn unspaced(&self) -> NameVerdict {
        let (q, r) = (&self.query, &self.record);
        // Slips come first: one of them may change a part, and parts are compared whole below.
        if let Some(slips) = self.slips(1) {
            return NameVerdict { relation: self.slipped(&slips), slips };
        }
        let same_words = q.brand == r.brand && q.industry == r.industry;
        if same_words {
            let two = self.parts_differ();
            return verdict(if two { Relation::Related } else { Relation::Same });
        }
        let akin = || q.brand == r.brand || self.start_alike();
        let two = |akin: bool| verdict(if akin { Relation::Related } else { Relation::Different });
        if self.parts_differ() {
            return two(akin());
        }
        // Registered names leave nothing out: another word means another company.
        if self.both_full() {
            return two(akin());
        }
        // An abbreviation drops the legal form; where neither name has one, the fewer characters are the abbreviation.
        let query_is_short = r.form != NO_FORM || q.form == NO_FORM && self.a.len() <= self.b.len();
        let (short, long) = if query_is_short { (q, self.b) } else { (r, self.a) };
        let mut rest = long.iter();
        let mut named = short.brand.chars().chain(short.industry.chars()).filter(|c| *c != ' ');
        if named.all(|c| rest.any(|d| *d == c)) {
            return verdict(Relation::Same);
        }
        // Too much in common to hide it from a person, too little for one company.
        let half = 2 * self.common >= self.a.len().min(self.b.len());
        two(akin() || half)
    }

    /// Names with the same first two characters of what they are called.
    fn start_alike(&self) -> bool {
        let (mut p, mut q) = (self.query.brand.chars(), self.record.brand.chars());
        let first = p.next();
        first.is_some() && first == q.next() && (p.next() == q.next())
    }

    /// The parts of two names in a script without spaces that slips do not explain. Another character for no reason is a
    /// slip in 科技, and another name in 栖岸.
    fn slipped(&self, slips: &Slips) -> Relation {
        if slips.other == 0 {
            return Relation::Same;
        }
        // A slip in the industry hides it from the parser: the name with the longer one shows where the brand ends.
        let (view, chars) = if self.record.industry.len() >= self.query.industry.len() {
            (&self.record, self.b)
        } else {
            (&self.query, self.a)
        };
        // Places of slips do not count spaces.
        let before = view.text.find(view.brand).and_then(|at| view.text.get(..at));
        let start = before.map_or(0, |before| before.chars().filter(|c| *c != ' ').count());
        let end = start + view.brand.chars().filter(|c| *c != ' ').count();
        let place = usize::from(slips.place);
        let in_brand = (start..end.min(chars.len())).contains(&place);
        // A branch ends the name.
        let in_branch = place + view.branch.chars().count() >= chars.len();
        // Both are words for what a company does, and they differ.
        let industries = self.query.brand == self.record.brand && !in_branch;
        if in_brand || industries || in_branch { Relation::Related } else { Relation::Same }
    }
}

/// Words that distinguish no companies.
const FILLERS: [&str; 13] =
    ["the", "and", "of", "for", "de", "la", "und", "et", "y", "stock", "shares", "shareholding", "share"];

/// More words of one name are not distinguished.
const MAX_WORDS: usize = 16;

/// The words of a name, and which of them the other name has too.
struct Words<'a> {
    list: [&'a str; MAX_WORDS],
    count: usize,
    matched: u32,
    /// Words of the place in front.
    places: usize,
}

impl<'a> Words<'a> {
    fn new(view: &View<'a>) -> Words<'a> {
        let mut words = Words { list: [""; MAX_WORDS], count: 0, matched: 0, places: 0 };
        let brand = view.text.find(view.brand).unwrap_or_default();
        let mut at = 0;
        for word in view.text.split(' ') {
            let starts = at;
            at += word.len() + 1;
            if word.is_empty() || FILLERS.contains(&word) || words.count == MAX_WORDS {
                continue;
            }
            if let Some(slot) = words.list.get_mut(words.count) {
                *slot = word;
                words.count += 1;
                // A place in front may be left out, one inside the brand may not.
                words.places += usize::from(starts < brand && view.region != 0);
            }
        }
        words
    }

    fn get(&self, i: usize) -> &'a str {
        self.list.get(i).copied().unwrap_or_default()
    }

    fn is_matched(&self, i: usize) -> bool {
        self.matched >> i & 1 == 1
    }

    fn open(&self) -> impl Iterator<Item = usize> {
        let matched = self.matched;
        (0..self.count).filter(move |i| matched >> i & 1 == 0)
    }

    /// The place of a word that is not matched yet: its own, else that of an equal word, but not the one that is taken.
    fn open_as(&self, i: usize, taken: Option<usize>) -> Option<usize> {
        let is_open = |place: &usize| !self.is_matched(*place) && Some(*place) != taken;
        let equal = || (0..self.count).find(|place| self.get(*place) == self.get(i) && is_open(place));
        Some(i).filter(is_open).or_else(equal)
    }
}

impl Names<'_> {
    fn words(&self, information: &impl Information) -> NameVerdict {
        let (mut a, mut b) = (Words::new(&self.query), Words::new(&self.record));
        let mut forgiven = Slips::default();
        for slips in [
            self.leave_out_misspelt_form(&mut a, &self.query, &self.record),
            self.leave_out_misspelt_form(&mut b, &self.record, &self.query),
        ] {
            forgiven.add(slips.unwrap_or_default());
        }
        // The same letters, spaced differently.
        if self.a == self.b {
            (a.matched, b.matched) = (u32::MAX, u32::MAX);
        }
        // Equal words first, so that no slip takes the partner of an equal word.
        for i in 0..a.count {
            let found = b.open().find(|j| b.get(*j) == a.get(i)).filter(|_| !a.is_matched(i));
            if let Some(j) = found {
                a.matched |= 1 << i;
                b.matched |= 1 << j;
            }
        }
        let equal = a.matched != 0;
        for i in 0..a.count {
            if a.is_matched(i) {
                continue;
            }
            let found = b
                .open()
                .find_map(|j| Some((j, likeness(a.get(i), b.get(j), self.two_spellings(), information)?)));
            // Two slips in all: more of them may turn any name into another.
            if let Some((j, slips)) = found.filter(|(_, slips)| forgiven.count() + slips.count() <= 2) {
                a.matched |= 1 << i;
                b.matched |= 1 << j;
                forgiven.add(slips);
            }
        }
        // Either name may be the one that writes two words together.
        join(&mut a, &mut b);
        join(&mut b, &mut a);
        // A difference that is not a slip within a word may be one over the whole name, as a misplaced space.
        if (a.open().next().is_some() || b.open().next().is_some())
            && let Some(slips) = self.slips(if self.a.len() >= 12 { 2 } else { 1 })
            && explains(&a, &b, &slips, self.a.len(), information)
        {
            return NameVerdict { relation: Relation::Same, slips };
        }
        let open = (a.open().count(), b.open().count());
        let two = || {
            let akin = share_rare_word(&a, information) || open.0 + open.1 == 0;
            NameVerdict {
                relation: if akin { Relation::Related } else { Relation::Different },
                slips: forgiven,
            }
        };
        let same = NameVerdict { relation: Relation::Same, slips: forgiven };
        if a.matched == 0 {
            return verdict(Relation::Different);
        }
        if self.parts_differ() {
            // With a slip in it, a group or a number is not recognised.
            let slipped = forgiven.count() > 0 && open == (0, 0) && self.slips(2).is_some();
            return if slipped && self.query.branch == self.record.branch { same } else { two() };
        }
        // A place that only one name has: contradicting places were excluded above.
        let places = |words: &Words<'_>| words.open().all(|i| i < words.places);
        if open == (0, 0) || places(&a) && places(&b) {
            return same;
        }
        // Registered names leave nothing out: an additional word means another company.
        if self.both_full() {
            return two();
        }
        let query_is_short = self.record.form != NO_FORM || self.query.form == NO_FORM && a.count <= b.count;
        let (short, long) = if query_is_short { (&a, &b) } else { (&b, &a) };
        if short.open().next().is_some() && !places(short) {
            return two();
        }
        // An abbreviation cuts the end off: a word before the last shared one was not left out, it was inserted.
        let last = (0..long.count).rev().find(|i| long.is_matched(*i)).unwrap_or_default();
        let inserted = long.open().any(|i| i < last && i >= long.places);
        if inserted && equal {
            // A word in the middle makes it another company: American Eagle Airlines is not American Airlines.
            return NameVerdict { relation: Relation::Related, slips: forgiven };
        }
        if inserted { two() } else { same }
    }
}

impl Names<'_> {
    /// A legal form with a slip in it is not a word of the name: the other name says which form it is. Returns the slips.
    fn leave_out_misspelt_form(
        &self,
        words: &mut Words<'_>,
        own: &View<'_>,
        other: &View<'_>,
    ) -> Option<Slips> {
        // A form that was recognised has no slip, and only the other name can show what a misspelt one should be.
        if own.form != NO_FORM || other.form == NO_FORM {
            return None;
        }
        let last = words.get(words.count.checked_sub(1)?);
        // A word of both names is a word of the name, whatever form it resembles.
        if other.text.split(' ').any(|word| word == last) {
            return None;
        }
        let mut phrase: Vec<char> = Vec::new();
        // One word at least stays the name. The longest tail first: `private` goes with its misspelt `limited`.
        let longest = MAX_WORDS_OF_FORM.min(words.count - 1);
        (1..=longest).rev().find_map(|count| {
            let from = words.count - count;
            let tail: Vec<char> = (from..words.count).flat_map(|i| words.get(i).chars()).collect();
            let slips = self.gazetteer.spellings_of(other.form.into()).find_map(|spelling| {
                phrase.clear();
                let known = spelling.split(' ').filter(|word| !FILLERS.contains(word));
                phrase.extend(known.flat_map(str::chars));
                slip_of_form(&tail, &phrase)
            })?;
            words.count = from;
            Some(slips)
        })
    }
}

/// More words are not a legal form.
const MAX_WORDS_OF_FORM: usize = 5;

/// Whether a text is a legal form with a keying error: in short ones only where the error explains itself.
fn slip_of_form(written: &[char], form: &[char]) -> Option<Slips> {
    if written == form {
        return Some(Slips::default());
    }
    // A slip in two letters leaves one, too little to know a form by.
    let two = written.len() == 2 && form.len() == 2;
    let found = slips(written, form).filter(|_| !two && form.len() >= 2)?;
    // The shorter the form, the more words of a name are a letter away from it.
    let most = if form.len() >= 10 { 2 } else { 1 };
    let loose = if form.len() >= 6 { 1 } else { 0 };
    (found.count() <= most && found.other <= loose && (found.loose == 0 || form.len() >= 3)).then_some(found)
}

/// Whether slips over the whole name are slips and make no other word: each word that is left is neither common nor
/// a number, or is too short to decide and the rest is long.
fn explains(
    a: &Words<'_>,
    b: &Words<'_>,
    slips: &Slips,
    length: usize,
    information: &impl Information,
) -> bool {
    let long = length >= 12;
    // In a long name that shares a rare word, `ban` is `van`.
    let least = if long && slips.loose == 0 && share_rare_word(a, information) { 4 } else { 3 };
    let common = |words: &Words<'_>| {
        words.open().any(|i| words.get(i).len() >= least && information.is_common(words.get(i)))
    };
    let short = |words: &Words<'_>| words.open().any(|i| words.get(i).len() < 4);
    // Roman numbers too: `ii` and `iii` are two companies, not a slip.
    let figures = |words: &Words<'_>| {
        words
            .open()
            .any(|i| words.get(i).bytes().all(|c| c.is_ascii_digit() || matches!(c, b'i' | b'v' | b'x')))
    };
    if common(a) && common(b) || figures(a) || figures(b) || slips.other > 0 {
        return false;
    }
    // Of three letters one slip leaves a word to know it by, two leave another word.
    !(short(a) || short(b)) || slips.loose == 0 && slips.count() == 1 && length >= 7 || long
}

/// Whether a word of more than two letters that both names have is rare.
fn share_rare_word(words: &Words<'_>, information: &impl Information) -> bool {
    (0..words.count).any(|i| {
        let word = words.get(i);
        words.is_matched(i) && word.len() > 2 && !information.is_common(word)
    })
}

/// Words that one name writes apart and the other together. Each word is matched once: `New Land` is `Newland`, and not
/// `Newland New`.
fn join(apart: &mut Words<'_>, together: &mut Words<'_>) {
    for j in 0..together.count {
        let whole = together.get(j);
        if together.is_matched(j) || whole.len() < 4 {
            continue;
        }
        let written_apart = (0..apart.count.saturating_sub(1)).find_map(|i| {
            if whole.strip_prefix(apart.get(i)) != Some(apart.get(i + 1)) {
                return None;
            }
            let first = apart.open_as(i, None)?;
            Some((first, apart.open_as(i + 1, Some(first))?))
        });
        if let Some((first, second)) = written_apart {
            apart.matched |= 1 << first | 1 << second;
            together.matched |= 1 << j;
        }
    }
}

/// Whether two words in scripts with spaces are one: an abbreviation, or a slip that makes no other word of it.
fn likeness(a: &str, b: &str, two_spellings: bool, information: &impl Information) -> Option<Slips> {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    // A digit makes it another word: `3m` is not a slip of `mm`. Only `2nd` is `second`.
    if short.is_empty()
        || short.bytes().any(|c| c.is_ascii_digit()) != long.bytes().any(|c| c.is_ascii_digit())
    {
        return ordinal(a, b).then(Slips::default);
    }
    if is_abbreviation(short, long, information) {
        return Some(Slips::default());
    }
    if short.len() < 4 || long.len() > short.len() + 2 {
        return None;
    }
    // Cheap, and never wrong: a slip leaves the beginning or the end.
    let ends = |n: usize| {
        short.get(..n) == long.get(..n)
            || short.get(short.len().saturating_sub(n)..) == long.get(long.len().saturating_sub(n)..)
    };
    if !ends(1) {
        return None;
    }
    // On the stack, as this runs for every pair of words; longer words are compared by their first 32 characters.
    let (mut p, mut q) = (['\0'; 32], ['\0'; 32]);
    let count = |text: &str, slots: &mut [char; 32]| {
        text.chars().zip(slots.iter_mut()).map(|(c, slot)| *slot = c).count()
    };
    let (m, n) = (count(a, &mut p), count(b, &mut q));
    let (p, q) = (p.get(..m).unwrap_or_default(), q.get(..n).unwrap_or_default());
    let found = slips_in_spellings(p, q, two_spellings)?;
    // Two slips in five letters are accepted only if each has an explanation.
    let most = if short.len() >= 7 || short.len() > 4 && found.other == 0 { 2 } else { 1 };
    // Two common words a letter apart are two words, as `bank` and `tank`; a plural is the same word.
    let plural = long.strip_suffix('s') == Some(short);
    let likely = found.count() <= most && found.other <= 1;
    let words = || !plural && information.is_common(short) && information.is_common(long);
    (likely && !words()).then_some(found)
}

/// Common words that are abbreviated to their beginning though the beginning is a word.
const CUT: [&str; 24] = [
    "tech", "lab", "labs", "auto", "info", "comm", "admin", "dev", "ent", "chem", "elec", "mech", "sys",
    "eng", "res", "prod", "dist", "fin", "med", "edu", "inv", "ind", "pharma", "bio",
];

/// `tech` and `technologies`, `intl` and `international`, `mfg` and `manufacturing`.
pub(super) fn is_abbreviation(short: &str, long: &str, information: &impl Information) -> bool {
    if short.len() < 3 || long.len() < short.len() + 2 || short.as_bytes().first() != long.as_bytes().first()
    {
        return false;
    }
    // A beginning that is a word itself means that word, unless it is a known abbreviation.
    if long.starts_with(short) {
        return CUT.contains(&short) || !information.is_common(short);
    }
    let mut rest = long.chars();
    // Abbreviations from inside a word keep its consonants: with more vowels it is another word.
    let vowels = short.bytes().skip(1).filter(|b| matches!(b, b'a' | b'e' | b'i' | b'o' | b'u')).count();
    vowels <= 1
        && short.len() <= 5
        && (long.len() >= 6 || vowels == 0)
        && short.chars().all(|c| rest.any(|d| d == c))
        && !information.is_common(short)
}

fn ordinal(a: &str, b: &str) -> bool {
    const ORDINALS: [(&str, &str); 4] =
        [("1st", "first"), ("2nd", "second"), ("3rd", "third"), ("4th", "fourth")];
    ORDINALS.iter().any(|(figure, word)| (a, b) == (*figure, *word) || (b, a) == (*figure, *word))
}
