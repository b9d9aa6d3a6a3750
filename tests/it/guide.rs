//! The pages of the guide say all there is: the codes are collected from the sources.

mod examples;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use expect_test::expect_file;
use regex::Regex;

fn sources() -> Vec<(String, String)> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => collect(&path, found),
                false if path.extension().is_some_and(|end| end == "rs") => found.push(path),
                false => {}
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let name = |path: &Path| path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
    files.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

/// A variant of an enumeration: what its docs say first, and the names of its fields.
struct Variant {
    says: String,
    fields: Vec<String>,
}

/// The variants of an enumeration, by name.
fn variants(source: &str, name: &str) -> BTreeMap<String, Variant> {
    let start = source.find(&format!("pub enum {name} {{")).unwrap_or_else(|| panic!("no enum {name}"));
    let body: Vec<&str> = source[start..].lines().skip(1).take_while(|line| *line != "}").collect();
    // Attributes and comments stand as deep as fields do, and the text of an error may hold a colon.
    let held = Regex::new(r"^\w+\((.+)\),$").unwrap();
    let is_field = Regex::new(r"^[a-z_]+: [^:]").unwrap();
    let mut found: BTreeMap<String, Variant> = BTreeMap::new();
    let mut says = Vec::new();
    let mut current = String::new();
    for line in body {
        let depth = (line.len() - line.trim_start().len()) / 4;
        let text = line.trim();
        match (depth, text.strip_prefix("/// ")) {
            (1, Some(doc)) => says.push(doc),
            (1, None) if text.starts_with(|c: char| c.is_ascii_uppercase()) => {
                current = text.chars().take_while(|c| c.is_alphanumeric()).collect();
                let whole = says.join(" ");
                let first = whole.split_once(". ").map_or(whole.as_str(), |(first, _)| first);
                let says_first = first.strip_suffix('.').unwrap_or(first).to_owned();
                says.clear();
                // A variant that wraps one type of the crate is described by the name of that type.
                let fields = held.captures(text).map_or_else(Vec::new, |held| {
                    held[1].split(", ").map(|kind| format!("`{}`", field_of(kind))).collect()
                });
                found.insert(current.clone(), Variant { says: says_first, fields });
            }
            (2, None) if is_field.is_match(text) => {
                let field = text.split(':').next().unwrap().to_owned();
                found.get_mut(&current).unwrap().fields.push(format!("`{field}`"));
            }
            _ => {}
        }
    }
    found
}

fn snake_case(name: &str) -> String {
    let capital = Regex::new("([a-z])([A-Z])").unwrap();
    capital.replace_all(name, "${1}_$2").to_lowercase()
}

/// The name of what a variant without named fields holds. A plain type says nothing about its value: such a variant
/// needs a named field.
fn field_of(kind: &str) -> String {
    const WITHOUT_MEANING: [&str; 5] = ["String", "DateTime", "NaiveDate", "Vec", "Option"];
    let inner = kind.strip_prefix("Box<").and_then(|kind| kind.strip_suffix('>')).unwrap_or(kind);
    let name = inner.rsplit("::").next().unwrap();
    let says = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(char::is_alphanumeric)
        && !WITHOUT_MEANING.contains(&name);
    assert!(says, "a variant holds `{kind}`: give it a named field");
    snake_case(name)
}

/// One link of a doc comment reads as text on a page.
fn without_links(text: &str) -> String {
    let link = Regex::new(r"\[(`?[^\]]+`?)\](\([^)]*\))?").unwrap();
    link.replace_all(text, "$1").into_owned()
}

fn page() -> String {
    let sources = sources();
    let mut page = String::from(
        "Use codes to count, to translate and to `match`: texts may change, codes do not. `code()` gives the code of a value and\n\
         `CODES` all codes of a type; the last column names the fields that come with a code. Tags, review requests and wake-ups\n\
         are texts in effects, so that rules can name their own: the engines use those of [`TagCode`](crate::model::TagCode),\n\
         [`ReviewCode`](crate::model::ReviewCode) and [`WakeUpCode`](crate::model::WakeUpCode), and notices are on the\n\
         [page of the life](crate::guide::life).\n",
    );
    let block = Regex::new(r"codes! \{\n    (\w+) \{\n([^}]*(?:\{[^}]*\}[^}]*)*?)\n    \}").unwrap();
    let by_hand = Regex::new(r"impl (\w+) \{\n(?:    ///[^\n]*\n)*    pub const CODES").unwrap();
    let row = Regex::new(r#"\w+::(\w+)[^"]*=> "(\w+)""#).unwrap();
    let signal = Regex::new(r"\n    (\w+Code) \{\n([^}]*)    \}\n\}").unwrap();
    let value = Regex::new(r#"^\w+ = "(\w+)",$"#).unwrap();
    let mut tables: BTreeMap<String, String> = BTreeMap::new();
    for (file, source) in &sources {
        let mut tell = |name: &str, rows: Vec<(String, String)>| {
            let home = sources.iter().find(|(_, text)| text.contains(&format!("pub enum {name} {{")));
            let known = variants(&home.unwrap().1, name);
            let mut table = String::new();
            for (variant, code) in rows {
                let Variant { says, fields } = &known[&variant];
                writeln!(table, "| `{code}` | {} | {} |", without_links(says), fields.join(", ")).unwrap();
            }
            let engine = file.split('/').next().unwrap();
            tables.insert(format!("{engine}::{name}"), table);
        };
        for found in block.captures_iter(source) {
            let rows = row.captures_iter(&found[2]).map(|row| (row[1].to_owned(), row[2].to_owned()));
            tell(&found[1], rows.collect());
        }
        // Two give their codes in another way than the macro: each variant has the name of its code.
        for found in by_hand.captures_iter(source) {
            let name = &found[1];
            let called = Regex::new(&format!(r#"{name}::(\w+)[^\n]*=> (?:"\w+"|\w+::\w+),"#)).unwrap();
            let rows = called.captures_iter(source).map(|row| (row[1].to_owned(), snake_case(&row[1])));
            tell(name, rows.collect());
        }
        // What the codes of effects are for.
        for found in signal.captures_iter(source).filter(|_| file == "model/signal.rs") {
            let (mut table, mut says) = (String::new(), "");
            for line in found[2].lines().map(str::trim) {
                match (line.strip_prefix("/// "), value.captures(line)) {
                    (Some(doc), _) => says = doc.trim_end_matches('.'),
                    (None, Some(code)) => writeln!(table, "| `{}` | {says} |  |", &code[1]).unwrap(),
                    (None, None) => panic!("{line}"),
                }
            }
            tables.insert(format!("model::{}", &found[1]), table);
        }
    }
    for (name, table) in tables {
        write!(page, "\n# `{name}`\n\n| code | means | with |\n|---|---|---|\n{table}").unwrap();
    }
    page.push_str(
        "\n# Findings in rules documents\n\nThe `code` of a [`Diagnostic`](crate::error::Diagnostic), and which modules \
         report it. A finding has no parameters: its path, message and help say the rest.\n\n| code | reported by |\n|---|---|\n",
    );
    for (code, rooms) in findings(&sources) {
        let rooms: Vec<&str> = rooms.iter().map(String::as_str).collect();
        writeln!(page, "| `{code}` | {} |", rooms.join(", ")).unwrap();
    }
    page
}

/// The code of a source, without unit tests and comments: an example in the docs may report what no engine reports.
fn without_comments(source: &str) -> String {
    let code = source.split("#[cfg(test)]").next().unwrap();
    code.lines().filter(|line| !line.trim().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn findings(sources: &[(String, String)]) -> BTreeMap<String, BTreeSet<String>> {
    let calls = r#"(?:\.error|\.warning|unknown_name|Diagnostic::error|Diagnostic::warning|Finding::new|\w+Error::new|\bwith|Problem::new|\bsay|\.problem)\(\s*"([a-z][a-z0-9_]+)""#;
    // A code beside the text that goes with it, and one that is chosen first.
    let beside = r#"\(\s*"([a-z][a-z0-9_]+)",\s*(?:format!|message\b|"[^"]*"\.|Some\()"#;
    let chosen = r#"(?:\bcode(?: =|:)[^;\n]*|\bCODE: &str = )"([a-z][a-z0-9_]+)""#;
    let called = Regex::new(calls).unwrap();
    let others = [beside, chosen].map(|pattern| Regex::new(pattern).unwrap());
    let is_reader = |file: &str| {
        ["document/", "rule/", "model/import", "model/lead_field"].iter().any(|room| file.starts_with(room))
    };
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, source) in sources {
        let code = without_comments(source);
        for one in called.captures_iter(&code) {
            let room = file.split(['/', '.']).next().unwrap();
            found.entry(one[1].to_owned()).or_default().insert(room.to_owned());
        }
        // Elsewhere such pairs are ids of rules and codes of notices.
        for one in others.iter().filter(|_| is_reader(file)).flat_map(|other| other.captures_iter(&code)) {
            let room = file.split(['/', '.']).next().unwrap();
            found.entry(one[1].to_owned()).or_default().insert(room.to_owned());
        }
    }
    found
}

#[test]
fn the_page_of_codes_has_every_code() {
    expect_file!["../../src/guide/codes.md"].assert_eq(&page());
    // Every table of codes in the sources has come onto the page.
    let count = |text: &str| text.matches("codes! {\n").count() + text.matches("pub const CODES: ").count();
    // The macro itself has one; tags, review requests and wake-ups have one each.
    let tables = sources().iter().map(|(_, text)| count(text)).sum::<usize>() - 1 + 3;
    assert_eq!(page().matches("\n# `").count(), tables);
}

#[test]
fn the_page_has_every_tag_review_request_and_wake_up() {
    use leadkit::model::{ReviewCode, TagCode, WakeUpCode};
    let page = page();
    let table = |name: &str| {
        page.split(&format!("\n# `model::{name}`\n")).nth(1).unwrap().split("\n# ").next().unwrap()
    };
    for (name, codes) in
        [("TagCode", TagCode::KNOWN), ("ReviewCode", ReviewCode::KNOWN), ("WakeUpCode", WakeUpCode::KNOWN)]
    {
        for code in codes {
            assert!(table(name).contains(&format!("\n| `{code}` | ")), "{name}: {code}");
        }
        assert_eq!(table(name).matches("\n| `").count(), codes.len(), "{name}");
    }
}

/// The calls and constructors through which the engines tag, ask and wake up; a text written there would be a code that no
/// enumeration lists.
fn unlisted(code: &str) -> Vec<String> {
    let effect = Regex::new(
        r#"Effect::(?:AddTag|RemoveTag|RequestReview|SetNextWakeUp) \{[^}]*?\b(?:tag|code)(?::|: \w+ =) *("\w+")"#,
    );
    let call = Regex::new(r#"\b(?:wake|ask|review)\([^;"]*("[a-z_0-9]+")"#);
    // A code or tag of its own name, handed to the effect that follows.
    let named = Regex::new(
        r#"let (?:\([^)]*)?\b(?:code|tag)\b[^=;]*= [^;"]*("[a-z_0-9]+")[^;]*;(?:[^;]|;\s*let)*?Effect::(?:AddTag|RemoveTag|RequestReview|SetNextWakeUp)\b"#,
    );
    let constant = Regex::new(
        r#"(?m)^(?:pub(?:\([a-z]+\))? )?const (?:\w*TAG\w*|\w*REVIEW\w*|RELEASED|COLLISION): &str = ("\w+")"#,
    );
    let patterns = [effect, call, named, constant].map(Result::unwrap);
    patterns.iter().flat_map(|one| one.captures_iter(code)).map(|found| found[1].to_owned()).collect()
}

#[test]
fn effects_have_codes_of_an_enumeration() {
    let mut found = Vec::new();
    for (file, source) in sources() {
        let texts = unlisted(&without_comments(&source));
        found.extend(texts.into_iter().map(|text| format!("src/{file}: {text}")));
    }
    assert!(found.is_empty(), "{found:#?}");
    for (source, text) in [
        (r#"Effect::AddTag { lead, tag: "new".to_owned() }"#, "new"),
        (r#"outcome.wake(case.lead, until, "later");"#, "later"),
        (
            r#"let (of, code) = (id, "odd".into());
 self.effects.push(Effect::RequestReview { lead: of, code });"#,
            "odd",
        ),
        (r#"const NEW_TAG: &str = "new";"#, "new"),
    ] {
        assert_eq!(unlisted(source), [format!("\"{text}\"")], "{source}");
    }
}

/// Codes of notices are texts in the engines' calls.
#[test]
fn the_page_of_the_life_has_every_notice_route_status_and_pool() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide/life.md")).unwrap();
    let called = r#"(?:tell(?:_once|_admins)?|notify)\([^";]*"([a-z_]+)"|Notify \{[^}"]*code: "([a-z_]+)"|code = \|\| "([a-z_]+)""#;
    let called = Regex::new(called).unwrap();
    let named = Regex::new(r"(?:tell(?:_once|_admins)?|notify)\([^;]*?\b([A-Z][A-Z_]+)\b").unwrap();
    let constant = Regex::new(r#"const ([A-Z_]+): &str = "([a-z_]+)""#).unwrap();
    let sources_of = sources();
    // One name may stand for a notice in one room and for a wake-up in another.
    let mut constants: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in sources_of.iter().flat_map(|(_, text)| constant.captures_iter(text)) {
        constants.entry(one[1].to_owned()).or_default().push(one[2].to_owned());
    }
    let is_listed = |notice: &&str| page.contains(&format!("| `{notice}` |"));
    let mut missing = BTreeSet::new();
    for (file, source) in sources() {
        if !["intake/", "dedup/", "follow_up/"].iter().any(|room| file.starts_with(room)) {
            continue;
        }
        let code = without_comments(&source);
        let constants = named.captures_iter(&code).filter_map(|one| {
            let notices = constants.get(&one[1])?;
            notices.iter().map(String::as_str).find(is_listed).or(notices.first().map(String::as_str))
        });
        let literals =
            called.captures_iter(&code).map(|one| one.iter().skip(1).flatten().next().unwrap().as_str());
        for notice in literals.chain(constants) {
            if !page.contains(&format!("| `{notice}` |")) {
                missing.insert(notice.to_owned());
            }
        }
    }
    let routes = leadkit::Route::CODES.iter().copied();
    let statuses = leadkit::model::LeadStatus::ALL.iter().map(|status| status.as_str());
    let rules = [leadkit::Rules::b2b(), leadkit::Rules::b2c()];
    let pools = rules.iter().flat_map(|rules| rules.pools.iter().map(|pool| pool.id.as_str()));
    for name in routes.chain(statuses).chain(pools) {
        if !page.contains(&format!("| `{name}` |")) {
            missing.insert(name.to_owned());
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

fn blocks(text: &str, language: &str) -> Vec<String> {
    let start = format!("```{language}\n");
    text.split(&start).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// A reader copies the document: it must be sound, and give leads to reps.
#[test]
fn the_rules_of_the_readme_assign_leads() {
    let readme = readme();
    let text = blocks(&readme, "json").remove(0);
    let rules = leadkit::Rules::from_json_str(&text).unwrap();
    assert_eq!(rules.lint(), []);
    let intake = leadkit::Intake::compile(&rules).unwrap();
    let roster = leadkit::Roster::from_ids(["li", "wang", "zhao"]);
    let now = "2026-03-02T02:00:00Z".parse().unwrap();
    let owners = ["CN-GD", "CN-GD", "CN-GD", "CN-BJ"].map(|region| {
        let lead = serde_json::json!({
            "id": region, "region": region, "employee_count": 800, "industry": ["软件"],
            "phones": ["13812349876"], "created_at": now,
        });
        let lead = leadkit::model::Lead::from_json(lead).unwrap();
        let input = leadkit::Input { lead, ..Default::default() };
        let outcome = intake.process(&input, &roster, &leadkit::State::default(), now);
        outcome.route().owner().cloned().unwrap_or_else(|| panic!("{outcome}"))
    });
    assert_eq!(owners.map(|rep| rep.to_string()), ["wang", "wang", "wang", "li"]);
}

#[test]
fn the_mistakes_of_the_readme_are_reported_so() {
    let readme = readme();
    let text = blocks(&readme, "json").remove(0);
    let wrong = text
        .replace("\"field\": \"region\"", "\"field\": \"regoin\"")
        .replace("\"ge\": 500", "\"ge\": \"many\"");
    let said = leadkit::Rules::from_json_str(&wrong).unwrap_err().to_string();
    assert_eq!(format!("{said}\n"), blocks(&readme, "text").remove(0));
}
