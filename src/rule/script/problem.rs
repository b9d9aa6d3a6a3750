//! What is wrong with a script, in words of the people who write it.

use rhai::{Dynamic, EvalAltResult, LexError, ParseErrorType};

use super::functions::FUNCTIONS;
use super::guard::plain;
use super::kinds::type_word;
use super::limits::{FORBIDDEN, MAX_LIST, MAX_OPERATIONS, MAX_SHARED_READ, MAX_TEXT};
use super::sharing::Sharing;
use crate::error::Position;
use crate::text;

/// A mistake with its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Problem {
    pub(super) code: &'static str,
    pub(super) position: Option<Position>,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Problem {
    pub(super) fn new(
        code: &'static str,
        position: impl Into<Option<Position>>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Problem {
        Problem { code, position: position.into(), message: message.into(), help: Some(help.into()) }
    }
}

pub(super) fn position(at: rhai::Position) -> Option<Position> {
    let line = u32::try_from(at.line()?).ok()?;
    // A position without a column is at the beginning of the line.
    let column = u32::try_from(at.position().unwrap_or(1)).ok()?;
    Some(Position { line, column: column.max(1) })
}

/// The line of a place, with a caret under it.
pub(super) fn excerpt(source: &str, position: Position) -> Option<String> {
    let line = source.lines().nth(position.line.checked_sub(1)? as usize)?;
    let number = position.line.to_string();
    let margin = " ".repeat(number.len());
    let before = position.column.checked_sub(1)? as usize;
    // Long lines are shown only around the place.
    let from = before.saturating_sub(60);
    let shown: String =
        line.chars().skip(from).take(100).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let width: usize = shown.chars().take(before - from).map(width).sum();
    Some(format!("{number} | {shown}\n{margin} | {}^", " ".repeat(width)))
}

/// Columns a character takes in a terminal: Chinese characters and full-width forms take two.
fn width(c: char) -> usize {
    let wide = matches!(u32::from(c), 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x2_0000..=0x3_FFFD);
    if wide { 2 } else { 1 }
}

/// The help for a name that is not a variable of a script.
pub(super) fn variable_help<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<String> {
    if name == "attributes" {
        return Some("a custom attribute is read as `attr(\"NAME\")`".to_owned());
    }
    text::closest(name, known).map(|close| format!("did you mean `{close}`?"))
}

/// The help for a name that is not a function.
pub(super) fn function_help<'a>(name: &str, own: impl Iterator<Item = &'a str> + Clone) -> String {
    let known = FUNCTIONS.iter().map(|function| function.name).chain(own);
    match text::closest(name, known) {
        Some(close) => format!("did you mean `{close}`?"),
        None => {
            let names: Vec<String> =
                FUNCTIONS.iter().map(|function| format!("`{}`", function.name)).collect();
            format!("the functions are {}", names.join(", "))
        }
    }
}

/// The parser's message, reworded.
pub(super) fn parse_problem(error: &ParseErrorType, at: rhai::Position, expression: bool) -> Problem {
    use ParseErrorType as E;
    let place = position(at);
    let say = |code, message: String, help: &str| Problem::new(code, place, message, help);
    match error {
        E::UnexpectedEOF => say("bad_script", "the script ends too early".into(), "a bracket is not closed"),
        E::BadInput(LexError::UnexpectedInput(found)) if foreign(found).is_some() => {
            let character = foreign(found).unwrap_or_default();
            say("bad_script", format!("{} is not allowed here", shown(character)), &ascii_help(character))
        }
        E::BadInput(LexError::UnexpectedInput(found)) if expression => {
            let found = unquoted(found);
            let own = symbol_help(found);
            let whole = "a condition is one expression: join parts with `&&` and `||`, or write a `program`";
            let help = if own == REMOVE { whole } else { own };
            say("bad_script", format!("`{found}` cannot follow an expression"), help)
        }
        E::BadInput(LexError::UnexpectedInput(found)) => {
            let found = unquoted(found);
            say("bad_script", format!("`{found}` is not allowed here"), symbol_help(found))
        }
        E::BadInput(LexError::UnterminatedString) => {
            say("bad_script", "the text is not closed".into(), "add a closing quote")
        }
        E::BadInput(LexError::StringTooLong(_)) | E::LiteralTooLarge(..) => say(
            "too_large",
            "the text or list is too long".into(),
            &format!("a text has at most {MAX_TEXT} bytes, a list at most {MAX_LIST} items"),
        ),
        E::BadInput(LexError::MalformedNumber(found)) => {
            say("bad_script", format!("`{found}` is not a number"), "write it like `1.5`")
        }
        E::BadInput(LexError::ImproperSymbol(found, _)) | E::UnknownOperator(found) => {
            say("bad_script", format!("there is no `{found}` in scripts"), symbol_help(found))
        }
        E::BadInput(other) => say("bad_script", lowered(&other.to_string()), "rewrite this part"),
        E::Reserved(found) => {
            let help = FORBIDDEN.iter().find(|(name, _)| name == found).map(|(_, help)| *help);
            say(
                "forbidden",
                format!("`{found}` cannot be used in scripts"),
                help.unwrap_or(symbol_help(found)),
            )
        }
        E::MissingToken(token, what) => say("bad_script", format!("`{token}` is missing {what}"), "add it"),
        E::ExprExpected(_) if expression => say(
            "bad_script",
            "expected an expression".into(),
            "a condition is one expression, without `let` and loops: write a `program` for more",
        ),
        E::ExprExpected(_) => say("bad_script", "expected an expression".into(), "add a value"),
        E::VariableExists(name) => say(
            "shadowed_name",
            format!("`{name}` already has a meaning"),
            "choose another name: fields keep their meaning everywhere",
        ),
        E::ExprTooDeep => say("too_deep", "the script is nested too deeply".into(), "split the expression"),
        E::TooManyFunctions => {
            say("too_large", "the script has too many functions".into(), "split it into several rules")
        }
        E::AssignmentToConstant(_) | E::AssignmentToInvalidLHS(_) => {
            say("bad_script", "this cannot be changed".into(), "compare with `==`")
        }
        E::LoopBreak => say("bad_script", "this is outside of a loop".into(), "remove it"),
        other => say("bad_script", lowered(&other.to_string()), "rewrite this part"),
    }
}

const REMOVE: &str = "remove it";

/// The token in the parser's message.
fn unquoted(found: &str) -> &str {
    found.strip_prefix("Unexpected '").and_then(|rest| rest.strip_suffix('\'')).unwrap_or(found)
}

/// The character found, when no script may have it outside of texts.
fn foreign(found: &str) -> Option<char> {
    let mut chars = unquoted(found).chars();
    let character = chars.next().filter(|c| !c.is_ascii() || c.is_ascii_control())?;
    chars.next().is_none().then_some(character)
}

/// A character, or its number where it cannot be seen.
pub(super) fn shown(character: char) -> String {
    if character.is_control() || character.is_whitespace() {
        format!("the character U+{:04X}", u32::from(character))
    } else {
        format!("`{character}`")
    }
}

pub(super) fn ascii_help(character: char) -> String {
    let sign = match character {
        c if c.is_control() => return REMOVE.to_owned(),
        c if c.is_whitespace() => return "write a plain space".to_owned(),
        // The full-width forms are in the order of ASCII.
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(u32::from(character) - 0xFEE0).map_or_else(String::new, String::from)
        }
        '≥' => ">=".to_owned(),
        '≤' => "<=".to_owned(),
        '≠' => "!=".to_owned(),
        '×' => "*".to_owned(),
        '÷' => "/".to_owned(),
        '−' | '–' | '—' => "-".to_owned(),
        '。' => ".".to_owned(),
        '、' => ",".to_owned(),
        '【' => "[".to_owned(),
        '】' => "]".to_owned(),
        '《' | '〈' => "<".to_owned(),
        '》' | '〉' => ">".to_owned(),
        '“' | '”' | '‘' | '’' | '「' | '」' => "\"".to_owned(),
        _ => return "names and signs are written in ASCII, texts in double quotes".to_owned(),
    };
    format!("write `{sign}`")
}

fn symbol_help(symbol: &str) -> &'static str {
    match symbol {
        "**" | "**=" => "write `pow(x, y)`",
        "#{" => "maps are not supported: use variables",
        "=" => "compare with `==`",
        "and" => "write `&&`",
        "or" => "write `||`",
        "not" => "write `!`",
        "<>" | "!==" => "write `!=`",
        "===" => "write `==`",
        "?." | "?[" => "give a default with `or(x, …)`",
        "<<" | ">>" | "<<=" | ">>=" => "multiply or divide",
        _ => REMOVE,
    }
}

fn lowered(message: &str) -> String {
    let mut chars = message.trim_end_matches('.').chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// The run-time error of a script, reworded.
pub(super) fn run_problem(error: &EvalAltResult, sharing: Option<Sharing>) -> Problem {
    use EvalAltResult as E;
    let place = position(error.position());
    let say = |code, message: String, help: &str| Problem::new(code, place, message, help);
    match error {
        E::ErrorInFunctionCall(name, _, inner, at) => {
            let mut problem = run_problem(inner, sharing);
            problem.message = format!("in `{name}`: {}", problem.message);
            problem.position = problem.position.or(position(*at));
            problem
        }
        // Nothing else ends a run.
        E::ErrorTerminated(..) => shared_operations(sharing.unwrap_or(Sharing::Lead), place),
        E::ErrorTooManyOperations(_) => say(
            "too_many_operations",
            format!("the script takes more than {MAX_OPERATIONS} operations"),
            "check for a loop that never ends",
        ),
        E::ErrorStackOverflow(_) => {
            say("too_deep", "functions call each other too deeply".into(), "avoid recursion")
        }
        E::ErrorTooManyVariables(_) => {
            say("too_large", "the script has too many variables".into(), "use fewer variables")
        }
        E::ErrorDataTooLarge(..) => say(
            "too_large",
            "a text or list has grown too long".into(),
            &format!("a text has at most {MAX_TEXT} bytes, a list at most {MAX_LIST} items"),
        ),
        E::ErrorArithmetic(said, _) if said.to_lowercase().contains("zero") => {
            say("arithmetic", "a number is divided by zero".into(), "test the divisor first")
        }
        E::ErrorArithmetic(..) => {
            say("arithmetic", "a number is too large to calculate with".into(), "use `float(x)`")
        }
        E::ErrorFunctionNotFound(signature, _) => {
            let help = if signature.contains("()") {
                "test with `known(x)`, or give a default with `or(x, …)`"
            } else {
                "convert with `text(x)`, `int(x)` or `float(x)`"
            };
            say("wrong_values", no_such_call(signature), help)
        }
        E::ErrorVariableNotFound(name, _) => say(
            "unknown_name",
            format!("there is no field or variable `{name}` here"),
            "inside `fn`, only its parameters are known",
        ),
        E::ErrorAssignmentToConstant(name, _) => {
            say("forbidden", format!("`{name}` cannot be changed"), "use another variable: `let x = …`")
        }
        E::ErrorMismatchDataType(wanted, found, _) => {
            let message = format!("expected {}, found {}", type_word(wanted), type_word(found));
            say("wrong_values", message, "compare it, or test with `known(x)`")
        }
        E::ErrorArrayBounds(length, index, _) => say(
            "wrong_values",
            format!("there is no item {index} in a list of {length}"),
            "test `len(list)` first",
        ),
        E::ErrorStringBounds(length, index, _) => say(
            "wrong_values",
            format!("there is no character {index} in a text of {length}"),
            "test `len(x)` first",
        ),
        E::ErrorIndexingType(..) | E::ErrorDotExpr(..) | E::ErrorPropertyNotFound(..) => {
            say("wrong_values", "this has no parts".into(), "only lists are taken apart: `industry[0]`")
        }
        E::ErrorFor(_) => {
            say("wrong_values", "this is not a list to loop over".into(), "test with `known(x)` first")
        }
        E::ErrorRuntime(said, _) => {
            let said = said_text(said);
            // A function may add a suggested fix in a separate line.
            let (message, help) = said.split_once('\n').unwrap_or((&said, "rewrite this part"));
            say("script_failed", message.to_owned(), help)
        }
        other => say("script_failed", lowered(&unplaced(&other.to_string())), "rewrite this part"),
    }
}

/// The scripts of a lead have used up their common operations.
pub(super) fn shared_operations(sharing: Sharing, place: Option<Position>) -> Problem {
    let (most, of) = (sharing.operations(), sharing.describe());
    let message = format!("the scripts take more than {most} operations for {of}");
    Problem::new("too_many_operations", place, message, sharing.help())
}

/// The same for the text they read.
pub(super) fn shared_read(sharing: Sharing) -> Problem {
    let message =
        format!("the scripts read more than {MAX_SHARED_READ} bytes of text for {}", sharing.describe());
    Problem::new("too_many_operations", None, message, sharing.help())
}

fn said_text(said: &Dynamic) -> String {
    said.clone().into_string().unwrap_or_else(|_| "the script gave up".to_owned())
}

/// The message without the place that rhai appends.
fn unplaced(message: &str) -> String {
    message.rsplit_once(" (line ").map_or(message, |(message, _)| message).to_owned()
}

/// `len (i64)` in words: ``there is no `len` for a whole number``.
fn no_such_call(signature: &str) -> String {
    let Some((name, types)) = signature.split_once(" (") else {
        return format!("there is no function `{signature}`");
    };
    let words: Vec<&str> = types
        .strip_suffix(')')
        .unwrap_or(types)
        .split(", ")
        .filter(|word| !word.is_empty())
        .map(type_word)
        .collect();
    let name = plain(name);
    if words.is_empty() {
        return format!("there is no function `{name}` without values");
    }
    format!("`{name}` cannot be called with {}", words.join(" and "))
}
