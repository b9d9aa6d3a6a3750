//! Operators that replace the engine's where the kinds of values are only known when a script runs. They
//! return what the engine's return, except that values of different kinds are a fault.

use std::cmp::Ordering;

use rhai::{
    Dynamic, Engine, EvalAltResult, FLOAT, INT, ImmutableString as Text, NativeCallContext, Position,
};

use super::kinds::type_word;
use super::limits::MAX_LIST;

type Answer<T> = Result<T, Box<EvalAltResult>>;

/// Appends to a value that may be a list.
pub(super) const APPEND: &str = "~";

/// Subtracts a value that may be a text from a variable.
pub(super) const TAKE: &str = "++";

/// Between the value of a `switch` and the kinds of its cases.
pub(super) const CASES: &str = "@";

/// How cases of a `switch` are written: as whole and other numbers, texts, characters, true and false.
pub(super) const LETTERS: [char; 5] = [WHOLE, BROKEN, TEXT, CHARACTER, BOOL];
pub(super) const WHOLE: char = 'i';
pub(super) const BROKEN: char = 'f';
pub(super) const TEXT: char = 't';
pub(super) const CHARACTER: char = 'c';
pub(super) const BOOL: char = 'b';

/// Between two values that may both be texts.
const MINUS: &str = "--";

/// The guarded operators as a script writes them, their replacements, and how strongly these bind. A script cannot write
/// any of these signs.
type Guard = (&'static str, &'static str, u8);

const COMPARISONS: [Guard; 6] = [
    ("==", "===", 90),
    ("!=", "!==", 90),
    ("<", "<-", 130),
    (">", "->", 130),
    ("<=", "<|", 130),
    (">=", "|>", 130),
];

const CALCULATIONS: [Guard; 1] = [("-", MINUS, 150)];

/// Every operator binds stronger than these.
const STATEMENTS: [Guard; 3] = [("+=", APPEND, 2), ("-=", TAKE, 2), ("switch", CASES, 2)];

fn guards() -> impl Iterator<Item = Guard> {
    COMPARISONS.into_iter().chain(CALCULATIONS).chain(STATEMENTS)
}

/// The replacement of an operator.
pub(super) fn symbol(operator: &str) -> Option<&'static str> {
    guards().find(|(plain, ..)| *plain == operator).map(|(_, guard, _)| guard)
}

/// The name of a guarded operator in a script.
pub(super) fn plain(symbol: &str) -> &str {
    guards().find(|(_, guard, _)| *guard == symbol).map_or(symbol, |(plain, ..)| plain)
}

/// Lets an engine read the guarded operators.
pub(super) fn read(engine: &mut Engine) {
    for (_, sign, strength) in guards() {
        // Each is a reserved sign that means nothing, and the engine lets a host define it.
        let registered = engine.register_custom_operator(sign, strength);
        debug_assert!(registered.is_ok(), "{sign}");
    }
}

/// Lets an engine run the guarded operators.
pub(super) fn register(engine: &mut Engine) {
    for (operator, guard, _) in COMPARISONS {
        let test = Test::of(operator);
        engine.register_fn(guard, move |a: INT, b: INT| (test.ordered)(a.cmp(&b)));
        engine.register_fn(guard, move |a: Text, b: Text| (test.ordered)(a.as_str().cmp(b.as_str())));
        engine.register_fn(guard, move |a: Dynamic, b: Dynamic| compare(test, operator, &a, &b));
    }
    for sign in [MINUS, TAKE] {
        engine.register_fn(sign, |context: NativeCallContext<'_>, a: Dynamic, b: Dynamic| {
            subtract(&context, a, b)
        });
    }
    engine.register_fn(CASES, |value: Dynamic, letters: Text| switched(value, &letters));
    engine
        .register_fn(APPEND, |context: NativeCallContext<'_>, a: Dynamic, b: Dynamic| append(&context, a, b));
}

/// The value of a `switch` as its cases are written: the engine distinguishes 2 from 2.0, and a text of one character from a
/// character. A value of another kind is a fault.
fn switched(value: Dynamic, letters: &str) -> Answer<Dynamic> {
    let has = |letter| letters.contains(letter);
    let (is_met, as_written) = match Class::of(&value) {
        Some(Class::Number(Number::Broken(number))) if has(WHOLE) => {
            let whole = number as INT;
            (true, (whole as FLOAT == number).then(|| Dynamic::from(whole)))
        }
        Some(Class::Number(Number::Whole(number))) if !has(WHOLE) => {
            (has(BROKEN), Some(Dynamic::from(number as FLOAT)))
        }
        Some(Class::Number(_)) => (has(WHOLE) || has(BROKEN), None),
        Some(Class::Text(text)) if value.is_char() => {
            (has(TEXT) || has(CHARACTER), (!has(CHARACTER)).then(|| Dynamic::from(text)))
        }
        Some(Class::Text(text)) if !has(TEXT) => {
            let mut characters = text.chars();
            let only = characters.next().filter(|_| characters.next().is_none());
            (has(CHARACTER), only.map(Dynamic::from))
        }
        Some(Class::Text(_)) => (true, None),
        Some(Class::Bool(_)) => (has(BOOL), None),
        None => (value.is_unit(), None),
    };
    if is_met {
        return Ok(as_written.unwrap_or(value));
    }
    let mut kinds: Vec<&str> = letters.chars().map(word).collect();
    kinds.dedup();
    let found = type_word(value.type_name());
    refuse(format!("`switch` compares {found} with {}", kinds.join(" and ")))
}

fn word(letter: char) -> &'static str {
    match letter {
        WHOLE | BROKEN => "numbers",
        TEXT | CHARACTER => "texts",
        _ => "true and false",
    }
}

/// A fault, with a suggested fix in a second line.
fn refuse<T>(message: String) -> Answer<T> {
    let message = format!("{message}\nconvert one of them with `text(x)`, `int(x)` or `float(x)`");
    Err(EvalAltResult::ErrorRuntime(message.into(), Position::NONE).into())
}

/// A comparison.
#[derive(Clone, Copy)]
struct Test {
    ordered: fn(Ordering) -> bool,
    /// The greatest difference of equal numbers, as a share of the greater: the engine treats numbers as equal that differ in
    /// their last bit only.
    apart: fn(FLOAT) -> bool,
    /// When one of two values is missing, and when both are.
    one_missing: bool,
    both_missing: bool,
}

impl Test {
    fn of(operator: &str) -> Test {
        const BIT: FLOAT = FLOAT::EPSILON;
        let test =
            |ordered, apart, one_missing, both_missing| Test { ordered, apart, one_missing, both_missing };
        match operator {
            "==" => test(Ordering::is_eq, |d| d.abs() <= BIT, false, true),
            "!=" => test(Ordering::is_ne, |d| d.abs() > BIT, true, false),
            "<" => test(Ordering::is_lt, |d| -d > BIT, false, false),
            ">" => test(Ordering::is_gt, |d| d > BIT, false, false),
            "<=" => test(Ordering::is_le, |d| -d > -BIT, false, false),
            _ => test(Ordering::is_ge, |d| d > -BIT, false, false),
        }
    }
}

/// A value that can be compared.
enum Class {
    Number(Number),
    Text(Text),
    Bool(bool),
}

enum Number {
    Whole(INT),
    Broken(FLOAT),
}

impl Class {
    fn of(value: &Dynamic) -> Option<Class> {
        if let Ok(whole) = value.as_int() {
            return Some(Class::Number(Number::Whole(whole)));
        }
        if let Ok(broken) = value.as_float() {
            return Some(Class::Number(Number::Broken(broken)));
        }
        if let Ok(flag) = value.as_bool() {
            return Some(Class::Bool(flag));
        }
        if let Ok(character) = value.as_char() {
            return Some(Class::Text(Text::from(character.to_string())));
        }
        value.as_immutable_string_ref().ok().map(|text| Class::Text(text.clone()))
    }
}

impl Number {
    fn broken(&self) -> FLOAT {
        match self {
            Number::Whole(whole) => *whole as FLOAT,
            Number::Broken(broken) => *broken,
        }
    }
}

fn compare(test: Test, operator: &str, a: &Dynamic, b: &Dynamic) -> Answer<bool> {
    match (a.is_unit(), b.is_unit()) {
        (true, true) => return Ok(test.both_missing),
        (true, false) | (false, true) => return Ok(test.one_missing),
        (false, false) => {}
    }
    Ok(match (Class::of(a), Class::of(b)) {
        (Some(Class::Number(Number::Whole(a))), Some(Class::Number(Number::Whole(b)))) => {
            (test.ordered)(a.cmp(&b))
        }
        (Some(Class::Number(a)), Some(Class::Number(b))) => {
            let (a, b) = (a.broken(), b.broken());
            let greater = if a * b == 0.0 { 1.0 } else { a.abs().max(b.abs()) };
            (test.apart)((a - b) / greater)
        }
        (Some(Class::Text(a)), Some(Class::Text(b))) => (test.ordered)(a.as_str().cmp(b.as_str())),
        (Some(Class::Bool(a)), Some(Class::Bool(b))) => (test.ordered)(a.cmp(&b)),
        _ => {
            let (a, b) = (type_word(a.type_name()), type_word(b.type_name()));
            return refuse(format!("{a} and {b} cannot be compared with `{operator}`"));
        }
    })
}

/// `a - b`, except of two texts, where the engine would copy the first without the second and count neither.
fn subtract(context: &NativeCallContext<'_>, mut a: Dynamic, mut b: Dynamic) -> Answer<Dynamic> {
    if let (Some(Class::Text(_)), Some(Class::Text(_))) = (Class::of(&a), Class::of(&b)) {
        let message =
            "a text cannot be subtracted from a text\ntest whether one contains the other: `contains(x, y)`";
        return Err(EvalAltResult::ErrorRuntime(message.into(), Position::NONE).into());
    }
    context.call_native_fn_raw("-", false, &mut [&mut a, &mut b])
}

/// `a += b`, with the size of the whole bounded before anything is copied.
fn append(context: &NativeCallContext<'_>, a: Dynamic, b: Dynamic) -> Answer<Dynamic> {
    if !a.is_array() {
        let (mut a, mut b) = (a, b);
        return context.call_native_fn_raw("+", false, &mut [&mut a, &mut b]);
    }
    let mut list = a.into_array().unwrap_or_default();
    match b.is_array() {
        true => list.extend(b.into_array().unwrap_or_default()),
        false => list.push(b),
    }
    // Items in lists inside of the list are counted when the engine takes the result.
    if list.len() > MAX_LIST {
        return Err(EvalAltResult::ErrorDataTooLarge("list".to_owned(), Position::NONE).into());
    }
    Ok(Dynamic::from_array(list))
}
