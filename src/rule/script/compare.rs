//! Comparisons of values of different kinds: a mistake where the kinds are known, a guard at run time where they are
//! not. The engine would silently call such values unequal.

use super::grammar::{Comparison, Found, Side, Switch};
use super::guard::{APPEND, BOOL, BROKEN, CASES, CHARACTER, LETTERS, TAKE, TEXT, WHOLE, symbol};
use super::kinds::{Kinds, Shape};
use super::limits::MAX_PROBLEMS;
use super::names::VARIABLES;
use super::places::Edit;
use super::problem::Problem;
use super::token::{Kind, Token};
use crate::error::suggestion;
use crate::rule::FieldType;

/// The code of a comparison that cannot hold, as in conditions.
const CODE: &str = "wrong_comparison";

/// Numbers below are not times of leads: in seconds it is a day of 1973, and `20260301` is a date.
const EARLIEST: f64 = 1e8;

/// The comparisons whose kinds can be known to differ.
pub(super) fn mistakes(tokens: &[Token<'_>], found: &Found) -> Vec<Problem> {
    let look = Look { tokens };
    let compared = found.comparisons.iter().filter_map(|comparison| look.comparison(comparison));
    let switched = found.switches.iter().flat_map(|switch| look.switch(switch));
    compared.chain(switched).take(MAX_PROBLEMS).collect()
}

/// What has to be checked when the script runs.
pub(super) fn guards(tokens: &[Token<'_>], found: &Found) -> Vec<Edit> {
    let bytes = |words: &std::ops::Range<usize>| {
        let first = tokens.get(words.start)?;
        let last = tokens.get(words.end.checked_sub(1)?)?;
        Some(first.start..last.end())
    };
    let compared =
        found.comparisons.iter().filter(|comparison| is_open(comparison)).filter_map(|comparison| {
            if comparison.operator == "-=" {
                let name = tokens.get(comparison.left.words.end.checked_sub(1)?)?;
                return Some((bytes(&comparison.sign)?, format!(" = {} {TAKE} ", name.text)));
            }
            let sign = symbol(comparison.operator)?;
            // With spaces around it, no sign joins its neighbours.
            Some((bytes(&comparison.sign)?, format!(" {sign} ")))
        });
    let appended = found.appends.iter().filter_map(|sign| {
        let name = tokens.get(sign.start.checked_sub(1)?)?;
        Some((bytes(sign)?, format!(" = {} {APPEND} ", name.text)))
    });
    let switched = found.switches.iter().filter_map(|switch| {
        let cases = of_cases(switch);
        let value = switch.value.shape.kinds.of_present();
        let letters = letters(switch, tokens);
        // Also within one kind: the engine distinguishes 2 from 2.0, and a text of one character from a character.
        if letters.is_empty() || cases == Kinds::ANY.of_present() || value == cases && cases == Kinds::BOOL {
            return None;
        }
        let end = tokens.get(switch.value.words.end.checked_sub(1)?)?.end();
        Some((end..end, format!(" {CASES} \"{letters}\" ")))
    });
    compared.chain(appended).chain(switched).collect()
}

/// Whether values of different kinds may meet in a comparison.
fn is_open(comparison: &Comparison) -> bool {
    let (left, right) = (comparison.left.shape.kinds, comparison.right.shape.kinds);
    let nothing = left == Kinds::MISSING || right == Kinds::MISSING;
    let both = left.of_present().or(right.of_present());
    // The engine does not compare lists; a guard reports that.
    !nothing && (!both.is_one() || both == Kinds::LIST)
}

/// The kinds of values that the cases of a `switch` name.
fn of_cases(switch: &Switch) -> Kinds {
    let kinds = switch.cases.iter().fold(Kinds::NONE, |all, case| all.or(case.shape.kinds.of_present()));
    // A range means the numbers in it.
    if kinds.has(Kinds::RANGE) { kinds.or(Kinds::NUMBER) } else { kinds }
}

/// How the cases of a `switch` are written, as the letters that its guard reads at run time.
fn letters(switch: &Switch, tokens: &[Token<'_>]) -> String {
    let written = |case: &Side| {
        let words = tokens.get(case.words.clone()).unwrap_or_default();
        let first = |start: fn(char) -> bool| words.iter().find(|word| word.text.starts_with(start));
        let kinds = case.shape.kinds;
        let is_broken = |word: &Token<'_>| word.text.contains(['.', 'e', 'E']);
        if kinds.has(Kinds::RANGE) {
            Some(WHOLE)
        } else if kinds.has(Kinds::NUMBER) {
            Some(if first(|c| c.is_ascii_digit()).is_some_and(is_broken) { BROKEN } else { WHOLE })
        } else if kinds.has(Kinds::TEXT) {
            Some(if first(|c| c == '\'').is_some() { CHARACTER } else { TEXT })
        } else {
            kinds.has(Kinds::BOOL).then_some(BOOL)
        }
    };
    let found: Vec<char> = switch.cases.iter().filter_map(written).collect();
    LETTERS.into_iter().filter(|letter| found.contains(letter)).collect()
}

/// The places of the items of a literal list: each alone between two marks, because a part of a longer
/// expression is not an item, nor is the content of inner brackets.
fn items_alone<'t>(words: &'t [Token<'_>]) -> impl Iterator<Item = usize> + 't {
    let mut depth = 0_usize;
    words.windows(3).enumerate().filter_map(move |(at, three)| {
        let [before, _, behind] = three else { return None };
        let is_any = |word: &Token<'_>, marks: &[&str]| marks.iter().any(|mark| word.is_mark(mark));
        if is_any(before, &["[", "(", "{"]) {
            depth += 1;
        } else if is_any(before, &["]", ")", "}"]) {
            depth = depth.saturating_sub(1);
        }
        let is_list = words.first().is_some_and(|open| open.is_mark("["));
        let is_item = is_list && depth == 1 && is_any(before, &["[", ","]) && is_any(behind, &[",", "]"]);
        is_item.then_some(at + 1)
    })
}

/// The kind of a literal value.
fn literal_kind(word: &Token<'_>) -> Option<Kinds> {
    match word.kind {
        Kind::Number => Some(Kinds::NUMBER),
        Kind::Text => Some(Kinds::TEXT),
        Kind::Word if matches!(word.text, "true" | "false") => Some(Kinds::BOOL),
        _ => None,
    }
}

struct Look<'t, 's> {
    tokens: &'t [Token<'s>],
}

impl<'s> Look<'_, 's> {
    fn words(&self, side: &Side) -> &[Token<'s>] {
        self.tokens.get(side.words.clone()).unwrap_or_default()
    }

    /// The only word of a side.
    fn word(&self, side: &Side) -> Option<&Token<'s>> {
        match self.words(side) {
            [word] => Some(word),
            _ => None,
        }
    }

    fn text(&self, side: &Side) -> Option<&'s str> {
        self.word(side)?.plain_text()
    }

    /// A side as it is written, shortened.
    fn shown(&self, side: &Side) -> String {
        let mut shown = String::new();
        let mut end = None;
        for word in self.words(side) {
            if end.is_some_and(|end| end != word.start) {
                shown.push(' ');
            }
            shown.extend(word.text.chars().take(40));
            end = Some(word.end());
            if shown.chars().count() > 40 {
                return format!("`{}…`", shown.chars().take(40).collect::<String>());
            }
        }
        format!("`{shown}`")
    }

    fn comparison(&self, comparison: &Comparison) -> Option<Problem> {
        let Comparison { left, right, operator, .. } = comparison;
        let (one, other) = (left.shape.kinds.of_present(), right.shape.kinds.of_present());
        let position = self.words(left).first().map(|word| word.position);
        if operator.ends_with("in") {
            return self.membership(comparison);
        }
        if operator.starts_with('-') {
            return self.difference(comparison);
        }
        if one == Kinds::NONE || other == Kinds::NONE {
            return None;
        }
        if one.has(other) {
            return self
                .never(left, right, operator)
                .or_else(|| self.never(right, left, operator))
                .or_else(|| self.no_time(left, right))
                .or_else(|| self.no_time(right, left));
        }
        let what = |side: &Side| match self.field(side) {
            Some(FieldType::Time) => "a time, in seconds".to_owned(),
            _ => side.shape.kinds.describe(),
        };
        let message = format!(
            "{} is {}, {} is {}: they cannot be compared with `{operator}`",
            self.shown(left),
            what(left),
            self.shown(right),
            what(right)
        );
        let help = self.help(left, right, operator).or_else(|| self.help(right, left, operator));
        let help =
            help.unwrap_or_else(|| "convert one of them with `text(x)`, `int(x)` or `float(x)`".to_owned());
        Some(Problem::new(CODE, position, message, help))
    }

    /// `x in list`, where no item is of the kind of `x`.
    fn membership(&self, comparison: &Comparison) -> Option<Problem> {
        let Comparison { left, right, operator, .. } = comparison;
        let (value, items) = (left.shape.kinds.of_present(), right.shape.items.of_present());
        let is_list = right.shape.kinds.of_present() == Kinds::LIST;
        if let Some(problem) = self.never_in(comparison).or_else(|| self.unlike_items(right)) {
            return Some(problem);
        }
        if !is_list || value == Kinds::NONE || items == Kinds::NONE || value.has(items) {
            return None;
        }
        let position = self.words(left).first().map(|word| word.position);
        let message = format!(
            "{} is {}, but no item of {} is: `{operator}` never finds one",
            self.shown(left),
            value.describe(),
            self.shown(right)
        );
        let is_number = self.word(left).is_some_and(|word| word.kind == Kind::Number);
        let help = match value {
            Kinds::LIST => format!("ask for one item: `{}[0] {operator} …`", self.bare(left)),
            Kinds::NUMBER if items == Kinds::TEXT && is_number => {
                format!("write `\"{}\" {operator} {}`", self.bare(left), self.bare(right))
            }
            _ => format!("list values that are each {}", value.describe()),
        };
        Some(Problem::new(CODE, position, message, help))
    }

    fn switch(&self, switch: &Switch) -> Vec<Problem> {
        let value = switch.value.shape.kinds.of_present();
        let differs = |case: &&Side| {
            let kinds = case.shape.kinds.of_present();
            let kinds = if kinds.has(Kinds::RANGE) { kinds.or(Kinds::NUMBER) } else { kinds };
            value != Kinds::NONE && kinds != Kinds::NONE && !value.has(kinds)
        };
        let told = switch.cases.iter().filter(differs).map(|case| {
            let message = format!(
                "{} is {}, the case {} is {}: it never matches",
                self.shown(&switch.value),
                value.describe(),
                self.shown(case),
                case.shape.kinds.describe()
            );
            let help = self.help(&switch.value, case, "==");
            let help = help.unwrap_or_else(|| format!("write cases that are {}", value.describe()));
            Problem::new(CODE, self.words(case).first().map(|word| word.position), message, help)
        });
        let unmet = switch.cases.iter().filter_map(|case| self.never(&switch.value, case, "=="));
        let told: Vec<Problem> = told.chain(unmet).take(MAX_PROBLEMS).collect();
        if told.is_empty() { self.unlike_cases(switch).into_iter().collect() } else { told }
    }

    /// Cases of different kinds: whatever the value is, it cannot be compared with all of them.
    fn unlike_cases(&self, switch: &Switch) -> Option<Problem> {
        let kinds_of = |case: &Side| {
            let kinds = case.shape.kinds.of_present();
            if kinds == Kinds::RANGE { Kinds::NUMBER } else { kinds }
        };
        let mut known = switch.cases.iter().filter(|case| kinds_of(case).is_one());
        let first = known.next()?;
        let other = known.find(|case| kinds_of(case) != kinds_of(first))?;
        let value = self.bare(&switch.value);
        let help = format!(
            "write them alike, and convert the value if need be: `switch text({value}) {{ \"…\" => …, _ => … }}`"
        );
        Some(self.unlike("the cases", (first, kinds_of(first)), (other, kinds_of(other)), help))
    }

    /// Items of different kinds in a list that is written out, as [cases](Self::unlike_cases).
    fn unlike_items(&self, list: &Side) -> Option<Problem> {
        let written = self.tokens.get(list.words.clone())?;
        let side = |at: usize, kinds| {
            let words = list.words.start + at..list.words.start + at + 1;
            (Side { words, shape: Shape::plain(kinds) }, kinds)
        };
        let mut known = items_alone(written).filter_map(|at| Some(side(at, literal_kind(written.get(at)?)?)));
        let (first, kinds) = known.next()?;
        let (other, others) = known.find(|(_, others)| *others != kinds)?;
        let help = "list values of one kind, and convert what is looked for: `text(x) in [\"…\"]`".to_owned();
        Some(self.unlike("the items", (&first, kinds), (&other, others), help))
    }

    fn unlike(&self, what: &str, first: (&Side, Kinds), other: (&Side, Kinds), help: String) -> Problem {
        let message = format!(
            "{what} {} and {} are of different kinds, {} and {}: no value can be compared with both",
            self.shown(first.0),
            self.shown(other.0),
            first.1.describe(),
            other.1.describe()
        );
        Problem::new(CODE, self.words(other.0).first().map(|word| word.position), message, help)
    }

    /// A text minus a text.
    fn difference(&self, Comparison { left, right, operator, .. }: &Comparison) -> Option<Problem> {
        let is_text = |side: &Side| side.shape.kinds.of_present() == Kinds::TEXT;
        if !is_text(left) || !is_text(right) {
            return None;
        }
        let position = self.words(left).first().map(|word| word.position);
        let message = format!(
            "{} and {} are texts: one cannot be subtracted from the other by `{operator}`",
            self.shown(left),
            self.shown(right)
        );
        let help = format!(
            "test whether one contains the other: `contains({}, {})`",
            self.bare(left),
            self.bare(right)
        );
        Some(Problem::new(CODE, position, message, help))
    }

    /// A side without the marks around it.
    fn bare(&self, side: &Side) -> String {
        self.shown(side).trim_matches('`').to_owned()
    }

    fn field(&self, side: &Side) -> Option<FieldType> {
        let word = self.word(side).filter(|word| word.kind == Kind::Word)?;
        Some(VARIABLES.get(word.text)?.spec().kind)
    }

    /// The fix, seen from one side.
    fn help(&self, one: &Side, other: &Side, operator: &str) -> Option<String> {
        let (kinds, literal) = (one.shape.kinds.of_present(), self.text(other));
        let name = self.bare(one);
        if self.field(one) == Some(FieldType::Time) {
            return Some(match literal {
                Some(text) if super::functions::moment(text).is_some() => format!("write `date(\"{text}\")`"),
                Some(_) => "write a date: `date(\"2026-03-01\")`".to_owned(),
                None => format!("measure it: `days_since({name})`"),
            });
        }
        let item = other.shape.kinds.of_present();
        match kinds {
            Kinds::LIST if item != Kinds::LIST => {
                let item = self.bare(other);
                Some(match operator {
                    "==" => format!("ask whether it is one of them: `{item} in {name}`"),
                    "!=" => format!("ask whether it is none of them: `!({item} in {name})`"),
                    _ => format!("count its items with `len({name})`"),
                })
            }
            Kinds::NUMBER => match literal {
                Some(text) if text.trim().parse::<f64>().is_ok_and(f64::is_finite) => {
                    Some(format!("write the number without quotes: `{}`", text.trim()))
                }
                Some(_) => Some(format!("compare `{name}` with a number")),
                None => None,
            },
            Kinds::TEXT if self.word(other).is_some_and(|word| word.kind == Kind::Number) => {
                Some(format!("write `\"{}\"`, or `int({name})`", self.bare(other)))
            }
            Kinds::TEXT if self.field(one).is_some() => {
                Some(format!("compare `{name}` with a text, in double quotes"))
            }
            Kinds::BOOL if self.word(one).is_none_or(|word| !matches!(word.text, "true" | "false")) => {
                Some(format!("write `{name}` alone, or `!{name}`"))
            }
            _ => None,
        }
    }

    /// A time, compared with a number that is not a time: times are seconds since 1970.
    fn no_time(&self, time: &Side, number: &Side) -> Option<Problem> {
        let word = self.word(number).filter(|word| word.kind == Kind::Number)?;
        if self.field(time) != Some(FieldType::Time) || self.seconds(word)? >= EARLIEST {
            return None;
        }
        let name = self.bare(time);
        let message = format!("`{name}` is a time, in seconds: `{}` is not one", word.text);
        let help = format!("write a date, `date(\"2026-03-01\")`, or measure it: `days_since({name})`");
        Some(Problem::new(CODE, word.position, message, help))
    }

    fn seconds(&self, word: &Token<'_>) -> Option<f64> {
        word.text.replace('_', "").parse().ok()
    }

    /// A field with a closed set of values, compared with none of them.
    fn never(&self, value: &Side, literal: &Side, operator: &str) -> Option<Problem> {
        let text = self.text(literal)?;
        if !matches!(operator, "==" | "!=") { None } else { self.is_never(value, text) }
    }

    /// `x in ["…"]`, where an item is none of the values of `x`.
    fn never_in(&self, Comparison { left, right, .. }: &Comparison) -> Option<Problem> {
        let words = self.words(right);
        let mut texts = items_alone(words).filter_map(|at| words.get(at)?.plain_text());
        texts.find_map(|text| self.is_never(left, text))
    }

    fn is_never(&self, value: &Side, text: &str) -> Option<Problem> {
        let values = value.shape.values;
        if values.is_empty() || values.contains(&text) {
            return None;
        }
        let position = self.words(value).first().map(|word| word.position);
        let shown: String = text.chars().take(40).collect();
        let help = suggestion(text, values.iter().copied());
        Some(Problem::new("wrong_value", position, format!("{} is never `{shown}`", self.shown(value)), help))
    }
}
