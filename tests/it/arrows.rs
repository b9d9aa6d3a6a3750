//! The house plan: modules import only what lies below them, engines never each other, files stay small, and no room
//! has a large circle of files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Lower floors first. Modules of one floor do not import each other.
const FLOORS: &[&[&str]] = &[
    &["order", "disjoint"],
    &["text"],
    &["error"],
    &["document"],
    &["calendar"],
    &["model"],
    &["contact"],
    &["company"],
    &["names"],
    &["cleaning"],
    &["rule"],
    &["pipeline", "inquiry"],
    &["blacklist", "dedup", "merge", "score", "assign", "follow_up", "attribution", "funnel"],
    &["book"],
    &["intake"],
    &["guide"],
];

/// Most files of a room that may need each other in a circle.
const MAX_CIRCLE: usize = 3;

/// Circles of so few files that are left.
const LEFT: &[&str] = &[];

/// Other files that define rules: a part of `attribution/rules.rs` that decides by itself too, and the lists of columns
/// that are read where they are defined, with nothing to compile.
const WITH_RULES: &[&str] = &["attribution/ownership_rules.rs", "cleaning.rs"];

/// One file of `src`.
struct Source {
    /// The room: the first folder, or the file at the top.
    room: String,
    /// Path below `src`.
    path: PathBuf,
    /// Without comments and unit tests.
    code: String,
}

impl Source {
    fn read(root: &Path, path: PathBuf) -> Source {
        let text = fs::read_to_string(&path).unwrap();
        let path = path.strip_prefix(root).unwrap().to_path_buf();
        let first = path.components().next().unwrap().as_os_str().to_string_lossy();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        Source {
            room: first.trim_end_matches(".rs").to_owned(),
            code: code.collect::<Vec<_>>().join("\n"),
            path,
        }
    }

    /// The module path: `["names", "evaluate", "table"]`; a `mod.rs` is its folder.
    fn module(&self) -> Vec<String> {
        let path = self.path.with_extension("");
        let steps = path.iter().map(|step| step.to_string_lossy().into_owned());
        steps.filter(|step| step != "mod").collect()
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn all_sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.sort();
    assert!(files.len() > 20);
    files.into_iter().map(|path| Source::read(&root, path)).collect()
}

/// A path that code names, such as `["crate", "rule", "Facts"]`, and whether it is one that is re-exported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Named {
    path: Vec<String>,
    exported: bool,
}

/// Every path a source names, the trees of `use` written out.
fn named(code: &str) -> BTreeSet<Named> {
    let mut found = BTreeSet::new();
    let mut rest = String::new();
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        let trimmed = line.trim_start();
        let visibility =
            ["pub(crate) ", "pub(super) ", "pub "].into_iter().find(|one| trimmed.starts_with(one));
        let after = visibility.map_or(trimmed, |visibility| &trimmed[visibility.len()..]);
        let Some(tree) = after.strip_prefix("use ") else {
            rest.push_str(line);
            rest.push('\n');
            continue;
        };
        let mut tree = tree.to_owned();
        while !tree.contains(';') {
            let Some(more) = lines.next() else { break };
            tree.push(' ');
            tree.push_str(more.trim());
        }
        let (tree, behind) = tree.split_once(';').unwrap_or((&tree, ""));
        rest.push_str(behind);
        let exported = visibility.is_some();
        leaves(tree, &mut Vec::new(), &mut |path| {
            found.insert(Named { path, exported });
        });
    }
    for root in ["crate::", "super::"] {
        for (at, _) in rest.match_indices(root) {
            let inner =
                rest[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || ":_$".contains(c));
            if !inner {
                let end = rest[at..].find(|c: char| !(c.is_alphanumeric() || "_:".contains(c)));
                let path = &rest[at..end.map_or(rest.len(), |end| at + end)];
                let path = path.split("::").filter(|step| !step.is_empty()).map(str::to_owned).collect();
                found.insert(Named { path, exported: false });
            }
        }
    }
    found
}

/// The leaves of a `use` tree.
fn leaves(tree: &str, prefix: &mut Vec<String>, found: &mut impl FnMut(Vec<String>)) {
    let depth = prefix.len();
    match tree.split_once('{') {
        Some((head, group)) if !head.contains(',') => {
            prefix.extend(head.trim().split("::").filter(|step| !step.is_empty()).map(str::to_owned));
            let group = group.trim_end().strip_suffix('}').unwrap();
            let (mut level, mut start) = (0, 0);
            for (at, c) in group.char_indices().chain([(group.len(), ',')]) {
                match c {
                    '{' => level += 1,
                    '}' => level -= 1,
                    ',' if level == 0 => {
                        let item = group[start..at].trim();
                        if !item.is_empty() {
                            leaves(item, prefix, found);
                        }
                        start = at + 1;
                    }
                    _ => {}
                }
            }
        }
        _ => {
            let item = tree.split(" as ").next().unwrap().trim();
            let steps = item.split("::").filter(|step| *step != "self").map(str::to_owned);
            found(prefix.iter().cloned().chain(steps).collect());
        }
    }
    prefix.truncate(depth);
}

/// For each file of a room, the files of the room it needs. A name taken from a `mod.rs` leads to the file that
/// defines it; what a `mod.rs` re-exports is not needed by it.
fn needs(room: &[&Source]) -> BTreeMap<String, BTreeSet<String>> {
    let modules: BTreeMap<Vec<String>, String> =
        room.iter().map(|one| (one.module(), one.path.to_string_lossy().into_owned())).collect();
    let absolute = |module: &[String], is_mod: bool, path: &[String]| -> Option<Vec<String>> {
        let mut at = module.to_vec();
        let mut steps = path;
        match steps.first()?.as_str() {
            "crate" => at.clear(),
            "super" => {
                at.pop();
            }
            _ if is_mod => at.extend(steps.first().cloned()),
            _ => return None,
        }
        steps = &steps[1..];
        while steps.first().is_some_and(|step| step == "super") {
            at.pop();
            steps = &steps[1..];
        }
        at.extend(steps.iter().cloned());
        Some(at)
    };
    let is_mod = |one: &Source| one.path.ends_with("mod.rs");
    let mut exports: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    for one in room.iter().filter(|one| is_mod(one)) {
        for name in named(&one.code).into_iter().filter(|name| name.exported) {
            let (Some(target), Some(last)) = (absolute(&one.module(), true, &name.path), name.path.last())
            else {
                continue;
            };
            exports.insert([one.module(), vec![last.clone()]].concat(), target);
        }
    }
    let home = |mut path: Vec<String>| -> Option<String> {
        while let Some(target) = exports.get(&path) {
            path = target.clone();
        }
        loop {
            if let Some(file) = modules.get(&path) {
                return Some(file.clone());
            }
            path.pop()?;
        }
    };
    let mut needs = BTreeMap::new();
    for one in room {
        let file = one.path.to_string_lossy().into_owned();
        let targets = named(&one.code).into_iter().filter(|name| !(name.exported && is_mod(one)));
        let targets = targets.filter_map(|name| home(absolute(&one.module(), is_mod(one), &name.path)?));
        needs.insert(file.clone(), targets.filter(|target| *target != file).collect());
    }
    needs
}

/// What a file needs, directly or through others.
fn reach<'n>(needs: &'n BTreeMap<String, BTreeSet<String>>, from: &'n String) -> BTreeSet<&'n String> {
    let (mut seen, mut left) = (BTreeSet::new(), vec![from]);
    while let Some(at) = left.pop() {
        left.extend(needs.get(at).into_iter().flatten().filter(|next| seen.insert(*next)));
    }
    seen
}

/// The files that need each other in circles, the largest circles first.
fn circles(needs: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<&str>> {
    let reached: BTreeMap<&String, BTreeSet<&String>> =
        needs.keys().map(|file| (file, reach(needs, file))).collect();
    let mut circles: BTreeSet<Vec<&str>> = BTreeSet::new();
    for (file, theirs) in &reached {
        let circle = theirs.iter().filter(|other| reached[**other].contains(*file));
        let circle: Vec<&str> = circle.map(|other| other.as_str()).collect();
        if circle.len() > 1 {
            circles.insert(circle);
        }
    }
    let mut circles: Vec<Vec<&str>> = circles.into_iter().collect();
    circles.sort_by_key(|circle| std::cmp::Reverse(circle.len()));
    circles
}

/// Where a source of a room imports what does not lie below it. A room may name what the crate re-exports at its root
/// no more than the room that defines it.
fn breaches(source: &Source) -> Vec<String> {
    let floor: BTreeMap<&str, usize> =
        FLOORS.iter().enumerate().flat_map(|(i, names)| names.iter().map(move |name| (*name, i))).collect();
    let Some(own) = floor.get(source.room.as_str()) else {
        return vec![format!("{} has no floor", source.room)];
    };
    let mut found = Vec::new();
    for name in named(&source.code) {
        let steps = name.path.iter().map(String::as_str);
        // From a file or folder of a room, as many `super` as it is deep lead to the root.
        let module = source.module();
        let supers = steps.clone().take_while(|step| *step == "super").count();
        let import = match name.path.first().map(String::as_str) {
            Some("crate") => steps.clone().nth(1),
            _ if supers >= module.len() => steps.clone().nth(supers),
            _ => continue,
        };
        match import.map(|import| (import, floor.get(import))) {
            Some((import, _)) if import == source.room => {}
            Some((_, Some(other))) if other < own => {}
            Some((import, _)) => found.push(format!("{} imports {import}", source.path.display())),
            // `super` alone, out of a module inside the file.
            None => {}
        }
    }
    found
}

#[test]
fn modules_import_only_what_lies_below_them() {
    let found: Vec<String> =
        all_sources().iter().filter(|source| source.room != "lib").flat_map(breaches).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn arrows_that_point_up_are_seen() {
    let at = |path: &str, code: &str| {
        let room = path.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        breaches(&Source { room, path: path.into(), code: code.to_owned() })
    };
    assert_eq!(at("rule/facts.rs", "use crate::{text, intake::Intake};"), ["rule/facts.rs imports intake"]);
    assert_eq!(at("score/fit.rs", "use crate::dedup::{self, Rows};").len(), 2);
    assert_eq!(at("score/fit.rs", "use crate::{Intake, State};").len(), 2, "what the root re-exports");
    assert_eq!(
        at("score/fit.rs", "fn f() {\n    use crate::{assign, text};\n}"),
        ["score/fit.rs imports assign"]
    );
    assert_eq!(at("score/fit.rs", "fn f() { super::super::assign::g(); }"), ["score/fit.rs imports assign"]);
    assert_eq!(at("nowhere/a.rs", ""), ["nowhere has no floor"]);
    assert!(at("score/fit.rs", "use super::rules::Rule;\nuse crate::{rule, model::Lead};").is_empty());
}

#[test]
fn rooms_have_no_large_circles() {
    let sources = all_sources();
    let mut rooms: BTreeMap<&str, Vec<&Source>> = BTreeMap::new();
    for source in &sources {
        rooms.entry(&source.room).or_default().push(source);
    }
    let (mut large, mut left) = (Vec::new(), Vec::new());
    for (room, files) in rooms {
        let needs = needs(&files);
        for circle in circles(&needs) {
            left.push(circle.join(" "));
            if circle.len() > MAX_CIRCLE {
                let of = |file: &&str| {
                    format!(
                        "    {file} needs {:?}",
                        needs[*file].iter().filter(|n| circle.contains(&n.as_str())).collect::<Vec<_>>()
                    )
                };
                large.push(format!("{room}:\n{}", circle.iter().map(of).collect::<Vec<_>>().join("\n")));
            }
        }
    }
    assert!(large.is_empty(), "circles of more than {MAX_CIRCLE} files:\n{}", large.join("\n"));
    // Small ones that are left; a new one is looked at before it joins.
    assert_eq!(left, LEFT);
}

/// Where the code of engines departs from their plan: `mod.rs`, `rules.rs` (data that needs neither what compiles it
/// nor what is compiled), `compile.rs`, and a file for the engine.
fn departures(sources: &[Source]) -> (Vec<String>, usize) {
    let (mut found, mut engines) = (Vec::new(), 0);
    for source in sources {
        let Some((_, compiles)) = source.code.split_once("fn compile_into(") else { continue };
        engines += 1;
        let folder = source.path.parent().unwrap();
        let shown = source.path.display();
        if !source.path.ends_with("compile.rs") {
            found.push(format!("{shown} compiles rules and is no `compile.rs`"));
        }
        let files: Vec<&Source> = sources.iter().filter(|one| one.path.parent() == Some(folder)).collect();
        for wanted in ["mod.rs", "rules.rs", "preset.rs"] {
            if !files.iter().any(|one| one.path.ends_with(wanted)) {
                found.push(format!("{} has no `{wanted}`", folder.display()));
            }
        }
        let engine = compiles.split_once("-> ").and_then(|(_, rest)| rest.split_once(' ')).unwrap().0;
        let defines = |one: &&&Source| one.code.contains(&format!("pub struct {engine} {{"));
        let Some(engine) = files.iter().find(defines) else {
            found.push(format!("{} does not define {engine}", folder.display()));
            continue;
        };
        let room: Vec<&Source> = sources.iter().filter(|one| one.room == source.room).collect();
        let needs = needs(&room);
        let rules = folder.join("rules.rs").to_string_lossy().into_owned();
        let reached = reach(&needs, &rules);
        for file in [source, engine] {
            let path = file.path.to_string_lossy().into_owned();
            if path == rules || reached.contains(&path) {
                found.push(format!("{rules} needs {path}"));
            }
        }
    }
    for source in sources {
        let path = source.path.to_string_lossy();
        let is_struct = |line: &str| line.starts_with("pub struct ") && line.ends_with("Rules {");
        let apart = source.path.ends_with("rules.rs") || WITH_RULES.contains(&&*path);
        if !apart && source.code.lines().any(is_struct) {
            found.push(format!("{path} defines rules and is no `rules.rs`"));
        }
    }
    (found, engines)
}

#[test]
fn every_engine_has_the_one_inner_plan() {
    let (found, engines) = departures(&all_sources());
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(engines, 13);
}

#[test]
fn engines_that_depart_from_the_plan_are_seen() {
    let at = |path: &str, code: &str| {
        let room = path.split('/').next().unwrap().to_owned();
        Source { room, path: path.into(), code: code.to_owned() }
    };
    let one = at(
        "score/fit.rs",
        "pub struct FitRules {\n    pub format: u16,\n}\npub struct Fit {\n}\nfn compile_into() -> Fit {}",
    );
    assert_eq!(
        departures(&[one]).0,
        [
            "score/fit.rs compiles rules and is no `compile.rs`",
            "score has no `mod.rs`",
            "score has no `rules.rs`",
            "score has no `preset.rs`",
            "score/fit.rs defines rules and is no `rules.rs`",
        ]
    );
    let plan = |rules: &str| {
        departures(&[
            at("score/mod.rs", "mod compile;\nmod engine;\nmod rules;\npub use engine::Fit;"),
            at("score/rules.rs", rules),
            at("score/compile.rs", "use super::engine::Fit;\nfn compile_into() -> Fit {}"),
            at("score/preset.rs", ""),
            at("score/engine.rs", "pub struct Fit {\n}"),
        ])
        .0
    };
    assert_eq!(plan("use super::Fit;"), ["score/rules.rs needs score/engine.rs"]);
    assert!(plan("pub struct FitRules {\n    pub format: u16,\n}").is_empty());
}

#[test]
fn paths_are_read_from_use_trees_and_from_code() {
    let code = "use crate::{rule::{self, Facts}, text::fold as f};\npub use super::a::B;\nfn x() { crate::error::y(); }";
    let paths: Vec<String> = named(code).iter().map(|name| name.path.join("::")).collect();
    assert_eq!(
        paths,
        ["crate::error::y", "crate::rule", "crate::rule::Facts", "crate::text::fold", "super::a::B"]
    );
    let ring = |pairs: &[(&str, &str)]| -> BTreeMap<String, BTreeSet<String>> {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), BTreeSet::from([(*b).to_owned()]))).collect()
    };
    assert_eq!(circles(&ring(&[("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")])), [["a", "b", "c"]]);
}

#[test]
fn files_have_at_most_600_lines_of_code() {
    for source in all_sources() {
        let code = source.code.lines().filter(|line| !line.trim().is_empty()).count();
        assert!(code <= 600, "{} has {code}", source.path.display());
    }
}

#[test]
fn private_dependencies_are_named_in_one_place() {
    for (krate, home) in [("rhai::", "rule/script"), ("strsim::", "text")] {
        for source in all_sources() {
            let named = source.code.lines().any(|line| line.contains(krate));
            assert!(!named || source.path.starts_with(home), "{} names {krate}", source.path.display());
        }
    }
}
