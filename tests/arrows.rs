//! The house plan: modules import only what lies below them, engines never each other, and files stay small.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Lower floors first. Modules of one floor do not import each other.
const FLOORS: &[&[&str]] = &[
    &["text"],
    &["error"],
    &["calendar"],
    &["model"],
    &["contact"],
    &["company"],
    &["rule"],
    &["stage"],
    &["blacklist", "dedup", "score", "assign", "follow_up", "attribution", "funnel"],
    &["intake"],
];

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

fn all_sources() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 20);
    files
        .into_iter()
        .map(|path| {
            let relative = path.strip_prefix(&root).unwrap().to_path_buf();
            let first = relative.components().next().unwrap().as_os_str().to_string_lossy();
            let module = first.trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(&path).unwrap();
            (module, relative, text)
        })
        .collect()
}

/// The modules a source names as `crate::module`, comments and tests apart.
fn imports(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
        .filter(|name: &String| !name.is_empty())
        .collect()
}

#[test]
fn modules_import_only_what_lies_below_them() {
    let floor: BTreeMap<&str, usize> =
        FLOORS.iter().enumerate().flat_map(|(i, names)| names.iter().map(move |name| (*name, i))).collect();
    for (module, path, text) in all_sources() {
        if module == "lib" {
            continue;
        }
        let own = floor.get(module.as_str()).unwrap_or_else(|| panic!("{module} has no floor"));
        for import in imports(&text) {
            let Some(other) = floor.get(import.as_str()) else { continue };
            assert!(other < own || import == module, "{} imports {import}", path.display());
        }
    }
}

#[test]
fn files_have_at_most_600_lines_of_code() {
    for (_, path, text) in all_sources() {
        let code =
            text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count();
        assert!(code <= 600, "{} has {code}", path.display());
    }
}

#[test]
fn private_dependencies_are_named_in_one_place() {
    for (krate, home) in [("rhai::", "rule/script"), ("strsim::", "text"), ("daachorse::", "blacklist")] {
        for (_, path, text) in all_sources() {
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let named = code.into_iter().any(|line| line.contains(krate));
            assert!(!named || path.starts_with(home), "{} names {krate}", path.display());
        }
    }
}
