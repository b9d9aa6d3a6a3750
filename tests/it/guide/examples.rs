//! Every method that takes an argument, makes a value or turns one into another shows by an example how it is called, and
//! what comes of it.
//!
//! What reads a value (`&self`, or `self` of a type that is copied) needs none: the docs say the unit, the range or the
//! meaning. Methods of a trait are implemented by a host,
//! not called. What is `pub` can be called, as the lint `unreachable_pub` sees to.

use std::collections::BTreeMap;

/// More lines than a header or a signature takes.
const MAX_LINES: usize = 40;

/// A public function or method of a source file.
#[derive(Debug, PartialEq)]
struct Method {
    line: usize,
    /// `Type::method`, or the name of a function.
    name: String,
    takes_arguments: bool,
    /// Without a receiver, or with one that it changes on the way.
    makes_value: bool,
    has_example: bool,
}

/// The public functions and methods of a source, down to its unit tests.
fn methods(source: &str) -> Vec<Method> {
    let source = source.split("#[cfg(test)]\nmod ").next().unwrap();
    let lines: Vec<&str> = source.lines().collect();
    let (mut found, mut docs, mut owner) = (Vec::new(), Vec::new(), None);
    let mut line = 0;
    while line < lines.len() {
        let text = lines[line].trim_start();
        let mut next = line + 1;
        if let Some(doc) = text.strip_prefix("///") {
            docs.push(doc.trim());
        } else if let Some(doc) = text.strip_prefix("#[doc = ") {
            docs.push(doc.trim_start_matches('"'));
        } else if text.starts_with("#[") {
            // An attribute may take several lines.
            next = line + lines_until(&lines[line..], '[', ']');
        } else {
            if text.starts_with("impl") {
                owner = implemented(&lines[line..]);
            } else if text == "}" && lines[line].len() == text.len() {
                owner = None;
            } else if let Some(signature) = signature(text) {
                let end = signature.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap();
                let name = &signature[..end];
                found.push(Method {
                    line: line + 1,
                    name: owner.as_ref().map_or(name.to_owned(), |owner| format!("{owner}::{name}")),
                    takes_arguments: takes_arguments(signature, &lines[line + 1..]),
                    makes_value: makes_value(signature),
                    has_example: has_example(&docs),
                });
            }
            docs.clear();
        }
        line = next;
    }
    found
}

/// How many lines it takes for brackets to close.
fn lines_until(lines: &[&str], open: char, close: char) -> usize {
    let mut depth = 0_i32;
    for (index, line) in lines.iter().enumerate() {
        depth += line.matches(open).count() as i32 - line.matches(close).count() as i32;
        if depth <= 0 {
            return index + 1;
        }
    }
    lines.len()
}

/// The type whose methods an `impl` holds; `None` for the impl of a trait.
fn implemented(lines: &[&str]) -> Option<String> {
    let header = lines[..lines.len().min(MAX_LINES)].join(" ");
    let header = header.split('{').next().unwrap().trim_start().strip_prefix("impl").unwrap();
    let header = after_generics(header).trim();
    if header.contains(" for ") {
        return None;
    }
    let path = header.split(['<', ' ']).next().unwrap();
    path.rsplit("::").next().map(str::to_owned)
}

/// What follows `<…>` at the beginning of a text, or the text. The `>` of an arrow closes nothing.
fn after_generics(text: &str) -> &str {
    if !text.starts_with('<') {
        return text;
    }
    let (mut depth, mut before) = (0, ' ');
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if before != '-' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[at + 1..];
        }
        before = c;
    }
    text
}

/// What follows `fn` where a public function begins.
fn signature(text: &str) -> Option<&str> {
    let mut rest = text.strip_prefix("pub ")?;
    for word in ["const ", "async ", "unsafe "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    rest.strip_prefix("fn ")
}

/// Whether a function whose signature begins so takes anything but its receiver.
fn takes_arguments(begins: &str, more: &[&str]) -> bool {
    let whole = format!("{begins} {}", more[..more.len().min(MAX_LINES)].join(" "));
    let rest = after_generics(whole.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'));
    let mut depth = 0;
    let end = rest.char_indices().find(|(_, c)| {
        depth += i32::from(*c == '(') - i32::from(*c == ')');
        depth == 0
    });
    let inside = rest[1..end.unwrap().0].trim().trim_end_matches(',');
    // A receiver comes first: `self`, `mut self`, `&self`, `&'a mut self`.
    let words = |text: &str| text.rsplit([' ', '&']).next() == Some("self");
    match inside.split_once(',') {
        Some((first, _)) if words(first) => true,
        _ => !inside.is_empty() && !words(inside),
    }
}

/// Whether a function whose signature begins so makes a value: a constructor, or a builder's step.
fn makes_value(begins: &str) -> bool {
    let rest = after_generics(begins.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'));
    rest.starts_with("()") || rest.starts_with("(mut self")
}

/// Whether docs hold Rust that is compiled and run.
fn has_example(docs: &[&str]) -> bool {
    let fences = docs.iter().filter_map(|doc| doc.trim_end_matches("\"]").strip_prefix("```"));
    // Every other fence opens a block.
    fences.step_by(2).any(|language| matches!(language, "" | "rust"))
}

#[test]
fn every_method_that_takes_an_argument_or_makes_a_value_has_an_example() {
    let mut missing = Vec::new();
    for (file, source) in super::sources() {
        for method in methods(&source) {
            if (method.takes_arguments || method.makes_value) && !method.has_example {
                missing.push(format!("src/{file}:{}: `{}` has no example", method.line, method.name));
            }
        }
    }
    assert!(missing.is_empty(), "\n{}\n{} in all", missing.join("\n"), missing.len());
}

/// The types a host meets in every call.
#[test]
fn the_main_types_have_examples() {
    let sources = super::sources();
    for kind in ["Probe", "Rows", "Outcome", "Effect", "Verdict", "State"] {
        let declared = |line: &&str| {
            ["struct", "enum"].iter().any(|word| {
                let rest = line.strip_prefix(&format!("pub {word} {kind}"));
                rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
            })
        };
        let mut found = 0;
        for (file, source) in &sources {
            let lines: Vec<&str> = source.lines().collect();
            for at in (0..lines.len()).filter(|at| declared(&lines[*at])) {
                found += 1;
                let header = lines[..at]
                    .iter()
                    .rev()
                    .take_while(|line| line.starts_with("///") || line.starts_with("#["));
                let mut docs: Vec<&str> =
                    header.filter_map(|line| line.strip_prefix("///")).map(str::trim).collect();
                docs.reverse();
                assert!(has_example(&docs), "src/{file}:{}: `{kind}` has no example", at + 1);
            }
        }
        assert!(found > 0, "no `{kind}`");
    }
}

/// A reader opens a module first: its main call is there, in the order a host meets it.
#[test]
fn every_module_opens_with_an_example() {
    let sources: BTreeMap<String, String> = super::sources().into_iter().collect();
    let modules: Vec<&str> = sources["lib.rs"]
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    assert!(modules.len() > 15, "{modules:?}");
    for module in modules {
        // The guide is pages to read.
        if module == "guide" {
            continue;
        }
        let file = [format!("{module}/mod.rs"), format!("{module}.rs")]
            .into_iter()
            .find(|file| sources.contains_key(file));
        let source = &sources[&file.unwrap()];
        let docs: Vec<&str> =
            source.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
        assert!(has_example(&docs), "the docs of `{module}` have no example");
    }
}

#[cfg(test)]
mod parser {
    use super::*;

    fn only(source: &str) -> Method {
        let mut found = methods(source);
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }

    #[test]
    fn a_method_with_an_example() {
        let source = "impl Ledger {\n    /// Adds.\n    ///\n    /// ```\n    /// ```\n    #[must_use]\n    pub fn add(&mut self, n: u32) {}\n}\n";
        let found = only(source);
        let name = "Ledger::add".to_owned();
        assert_eq!(
            found,
            Method { line: 7, name, takes_arguments: true, makes_value: false, has_example: true }
        );
    }

    #[test]
    fn a_method_without_one() {
        let found = only("impl Ledger {\n    /// Adds.\n    pub fn add(&mut self, n: u32) {}\n}\n");
        assert_eq!((found.line, found.takes_arguments, found.has_example), (3, true, false));
        // The example of the method before is not its own.
        let two = "impl A {\n    /// ```\n    /// ```\n    pub fn a(n: u8) {}\n\n    /// No.\n    pub fn b(n: u8) {}\n}\n";
        assert_eq!(methods(two).iter().map(|one| one.has_example).collect::<Vec<_>>(), [true, false]);
        // Nor is an example in another language, or one that is not run.
        for language in ["text", "sql", "ignore"] {
            let source = format!("/// ```{language}\n/// ```\npub fn a(n: u8) {{}}\n");
            assert!(!only(&source).has_example, "{language}");
        }
    }

    #[test]
    fn a_getter() {
        for receiver in ["&self", "self", "mut self", "&'a self", "&mut self", "&'static mut self,"] {
            let found = only(&format!("impl A {{\n    pub const fn a({receiver}) -> u8 {{ 0 }}\n}}\n"));
            assert!(!found.takes_arguments, "{receiver}");
        }
        let all = only("pub fn all() -> u8 { 0 }\n");
        assert!(!all.takes_arguments && all.makes_value);
        assert!(only("impl A {\n    pub fn with<K>(mut self) -> A { self }\n}\n").makes_value);
        assert!(!only("impl A {\n    pub fn a(&mut self) -> u8 { 0 }\n}\n").makes_value);
        assert!(only("impl A {\n    pub fn new(itself: u8) -> A { A }\n}\n").takes_arguments);
    }

    #[test]
    fn the_impl_of_a_trait() {
        let source = "impl<T: Into<u8>> From<T> for A {\n    fn from(n: T) -> A { A }\n}\n";
        assert_eq!(methods(source), []);
        // What is the crate's own, or a test's, is not called by a host.
        assert_eq!(methods("pub(crate) fn a(n: u8) {}\nfn b(n: u8) {}\n"), []);
        assert_eq!(methods("#[cfg(test)]\nmod tests {\n    pub fn a(n: u8) {}\n}\n"), []);
    }

    #[test]
    fn generics_over_several_lines() {
        let source = "impl<K: Fn(u8) -> u8>\n    crate::names::Index<K>\nwhere\n    K: Clone,\n{\n    #[expect(\n        dead_code\n    )]\n    pub fn add<\n        S: Fn(&str) -> Vec<u8>,\n    >(\n        &self,\n        names: &[S],\n    ) {}\n}\n";
        let found = only(source);
        assert_eq!((found.name.as_str(), found.takes_arguments), ("Index::add", true));
        let getter = source.replace("        names: &[S],\n", "");
        assert!(!only(&getter).takes_arguments);
    }

    #[test]
    fn a_function_stands_by_its_name() {
        let found = only("impl A {\n}\n\n/// Adds.\npub fn add(n: (u8, u8)) -> u8 { 0 }\n");
        assert_eq!((found.name.as_str(), found.takes_arguments), ("add", true));
    }
}
