//! One company, several accounts: finds them in a table, shows what merging does, merges, and takes it back.
//!
//! ```text
//! cargo run --release --example dedupe_accounts                                    the bundled sample, a dry run
//! cargo run --release --example dedupe_accounts -- ACCOUNTS.csv --apply OUT.csv    writes OUT.csv, OUT.csv.undo.json
//! cargo run --release --example dedupe_accounts -- EXPORT.csv --columns MAP.json    a table with column names of its own
//! cargo run --release --example dedupe_accounts -- OUT.csv --undo OUT.csv.undo.json --to BACK.csv
//! ```
//!
//! A row is an account: `id`, `company`, `created_at` (`2026-01-31`, `2026-01-31 09:00` or RFC 3339) and, as far as there,
//! `aliases` (between `;`), `domain`, `registration_number`, `region`, `owner`, `pool`, `maturity`, `tier`,
//! `closed_deal_at` and `contacts`; every other column is kept as the host's own. Contacts stand between `;`, their
//! parts between ` / `: a name, phones, e-mail addresses, `wechat:ID`, and in front `#ID` when they have an id. `--columns`
//! names a file such as `{"Record ID": "id", "Company name": "company", "Create Date": "created_at"}`.
//!
//! A group is ambiguous when merging it loses a value or the accounts contradict each other. `--apply` asks about it at a
//! terminal, or with `--ask` whoever writes the answers; nobody's answer is a no.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufRead, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Utc};
use leadkit::company::{CompanyName, Gazetteer, exact_key};
use leadkit::contact::PhoneOptions;
use leadkit::dedup::{MatchKey, MatchKeyKind, Probe};
use leadkit::merge::{
    Cluster, ClusterOptions, Clusters, MergeError, MergeLog, MergePlan, MergeRules, Merger,
    cluster_with_copies,
};
use leadkit::model::{Account, Contact, Value};
use leadkit::names::{NameIndex, SearchOptions};
use leadkit::rule::{FactContext, HostTables};
use serde::{Deserialize, Serialize};
use support::{Arguments, bundled, read_json, read_text};

#[path = "support/mod.rs"]
mod support;

const USAGE: &str = "\
usage: dedupe_accounts [ACCOUNTS.csv] [options]
  --columns MAP  a JSON object: what each column of the table is here
  --rules FILE   merge rules (JSON); the defaults when left out
  --apply OUT    merge: writes OUT and OUT.undo.json; at a terminal asks about what is ambiguous
  --ask          read the answers, y or n, also from a file or a pipe
  --overwrite    let --apply and --undo write over files that are there
  --ambiguous    merge what is ambiguous too, and do not ask
  --undo FILE    take the merges of an undo file back
  --to BACK      where --undo writes the table";
/// A key that more accounts share is no key: a switchboard number, a public mail domain.
const CROWDED: usize = 5;
/// An alias that accounts of more names have is none.
const MOST_HOLDERS: usize = 100;
/// Names at least this much alike are one company's.
const SURE: f64 = 0.9;
/// Names at least this much alike are worth a look.
const PERHAPS: f64 = 0.5;

fn main() -> ExitCode {
    support::run(run)
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut screen = io::stdout();
    let values = ["columns", "rules", "apply", "undo", "to"];
    let arguments = Arguments::parse(USAGE, &values, &["ambiguous", "ask", "overwrite"])?;
    let path = arguments.plain.first().map_or_else(|| bundled("accounts.csv"), PathBuf::from);
    let names: ColumnNames = match arguments.value("columns") {
        Some(map) => read_json(Path::new(map))?,
        None => ColumnNames::new(),
    };
    let table = Table::read(&path, &names)?;
    if let Some(undo) = arguments.value("undo") {
        let to = arguments.value("to").ok_or_else(|| format!("--undo needs --to\n{USAGE}"))?;
        may_write(Path::new(to), &arguments)?;
        return take_back(table, &path, Path::new(undo), Path::new(to));
    }
    if let Some(out) = arguments.value("apply") {
        may_write(Path::new(out), &arguments)?;
        may_write(&undo_path(Path::new(out)), &arguments)?;
    }
    let rules = match arguments.value("rules") {
        Some(rules) => MergeRules::from_json_str(&read_text(Path::new(rules))?)?,
        None => MergeRules::default(),
    };
    let merger = Merger::compile(&rules)?;
    let tables = HostTables::default();
    let (clusters, pairs) = clusters(&table.accounts, &tables.gazetteer);
    let may_ask = arguments.value("apply").is_some() && !arguments.has("ambiguous");
    let mut answers = io::stdin().lock();
    let asks = may_ask && (arguments.has("ask") || io::stdin().is_terminal());
    let (mut plans, mut ambiguous, mut waiting) = (Vec::new(), 0, 0);
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for (number, cluster) in clusters.clusters.iter().enumerate() {
        let group = Group::of(cluster, &table.accounts, &merger)?;
        writeln!(screen, "group {}: {}", number + 1, group.names.join(" · "))?;
        writeln!(screen, "{}", group.plan)?;
        if let Some(alike) = &group.only_alike {
            writeln!(screen, "  ambiguous: {alike}")?;
        }
        for reason in group.reasons() {
            *reasons.entry(reason).or_default() += 1;
        }
        ambiguous += usize::from(group.is_ambiguous());
        let is_wanted = match group.is_ambiguous() {
            true if asks => group.ask(&mut answers, &mut screen)?,
            true => arguments.has("ambiguous"),
            false => true,
        };
        writeln!(screen)?;
        waiting += usize::from(!is_wanted);
        if is_wanted {
            plans.push(group.plan);
        }
    }
    let near = near_misses(&table.accounts, &pairs, &clusters.labels(), &tables);
    for line in &near {
        writeln!(screen, "perhaps the same: {line}")?;
    }
    let (count, groups) = (table.accounts.len(), clusters.clusters.len());
    let grouped: usize = clusters.clusters.iter().map(|group| group.members.len()).sum();
    writeln!(
        screen,
        "{count} accounts: {groups} groups of {grouped} accounts, {ambiguous} groups ambiguous, {} pairs perhaps the same",
        near.len()
    )?;
    if !reasons.is_empty() {
        let reasons: Vec<String> = reasons.iter().map(|(why, groups)| format!("{why} in {groups}")).collect();
        writeln!(screen, "ambiguous: {}", reasons.join(", "))?;
    }
    let Some(out) = arguments.value("apply") else { return Ok(()) };
    apply(table, &path, &plans, Path::new(out))?;
    if may_ask && !asks && waiting > 0 {
        writeln!(screen, "{waiting} groups wait for an answer: --ask reads it, --ambiguous merges them all")?;
    }
    Ok(())
}

/// Accounts that seem to be one, and what merging them does.
struct Group {
    names: Vec<String>,
    plan: MergePlan<Account>,
    /// Whose names are nothing more than alike.
    only_alike: Option<String>,
}

impl Group {
    fn of(cluster: &Cluster, accounts: &[Account], merger: &Merger) -> Result<Group, MergeError> {
        let members: Vec<Account> = cluster.members.iter().map(|index| accounts[*index].clone()).collect();
        let weakest = cluster.weakest;
        let [a, b] = [weakest.first, weakest.second].map(|place| &accounts[place].id);
        Ok(Group {
            names: members.iter().map(|member| member.company.clone()).collect(),
            plan: MergePlan::for_accounts(&members, merger, &PhoneOptions::default())?,
            only_alike: (weakest.score < 1.0)
                .then(|| format!("{a} and {b} are only alike, {:.3}", weakest.score)),
        })
    }

    fn is_ambiguous(&self) -> bool {
        self.plan.is_ambiguous() || self.only_alike.is_some()
    }

    /// What is ambiguous in it, each once.
    fn reasons(&self) -> BTreeSet<String> {
        let of_contact = |field: &str| {
            let member = field.strip_prefix("contacts.").and_then(|rest| rest.rsplit_once('.'));
            member.map_or_else(|| field.to_owned(), |(_, member)| format!("contacts.{member}"))
        };
        let fields = self.plan.doubts().iter().filter_map(|doubt| doubt.field()).map(of_contact);
        fields.chain(self.only_alike.as_ref().map(|_| "names only alike".to_owned())).collect()
    }

    /// Whether somebody wants the group merged, who sees the values in clear. No answer is a no.
    fn ask(&self, answers: &mut impl BufRead, screen: &mut impl io::Write) -> io::Result<bool> {
        for conflict in self.plan.conflicts() {
            if self.plan.doubts().iter().any(|doubt| doubt.field() == Some(conflict.field.as_str())) {
                let dropped: Vec<String> =
                    conflict.dropped.iter().map(|(from, value)| format!("`{value}` of {from}")).collect();
                let kept = if conflict.kept.is_blank() {
                    "nothing".to_owned()
                } else {
                    format!("`{}`", conflict.kept)
                };
                writeln!(screen, "  `{}`: keep {kept}, lose {}", conflict.field, dropped.join(" and "))?;
            }
        }
        loop {
            write!(screen, "merge these {} accounts? [y/n] ", self.names.len())?;
            screen.flush()?;
            let mut answer = String::new();
            let is_end = answers.read_line(&mut answer)? == 0;
            match answer.trim().to_lowercase().as_str() {
                "y" | "yes" => return Ok(true),
                "n" | "no" => return Ok(false),
                _ if is_end => return Ok(false),
                _ => {}
            }
        }
    }
}

/// Two accounts by place, and how alike their names are.
type Pair = (usize, usize, f64);

/// Accounts that seem to be one, and all pairs that are somewhat alike.
fn clusters(accounts: &[Account], gazetteer: &Gazetteer) -> (Clusters, Vec<Pair>) {
    let (copies, pairs) = pairs(accounts, gazetteer);
    let options = ClusterOptions { threshold: SURE, ..ClusterOptions::default() };
    (cluster_with_copies(accounts.len(), copies, pairs.iter().copied(), &options), pairs)
}

/// Accounts of one registered name, and pairs of accounts whose names are alike, by place: those one of whose names
/// another has too, and what the index finds.
fn pairs(accounts: &[Account], gazetteer: &Gazetteer) -> (Vec<(usize, usize)>, Vec<Pair>) {
    let mut index = NameIndex::builder().gazetteer(gazetteer.clone()).build();
    let (mut copies, mut pairs) = (Vec::new(), Vec::new());
    let mut spelt: BTreeMap<String, usize> = BTreeMap::new();
    // By name of any sort: the first account of each registered name that has it.
    let mut called: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (place, account) in accounts.iter().enumerate() {
        let mut first = place;
        for (number, name) in std::iter::once(&account.company).chain(&account.aliases).enumerate() {
            index.insert((place, number), name);
            let key = exact_key(&CompanyName::parse(name, gazetteer));
            if key.is_empty() {
                continue;
            }
            if number == 0 {
                first = *spelt.entry(key.clone()).or_insert(place);
                copies.push((first, place));
            }
            called.entry(key).or_default().insert(first);
        }
    }
    // A name that so many others have as an alias says nothing.
    for holders in called.values().filter(|holders| holders.len() <= MOST_HOLDERS) {
        let pairs_of = |a: &usize| holders.range(a + 1..).map(|b| (*a, *b, 1.0)).collect::<Vec<_>>();
        pairs.extend(holders.iter().flat_map(pairs_of));
    }
    let alike = index.pairs(PERHAPS, &SearchOptions::for_pairs());
    pairs.extend(alike.iter().map(|pair| (pair.first.0, pair.second.0, pair.score)));
    (copies, pairs)
}

/// Accounts of different groups whose names are somewhat alike, or that share a domain or a person.
fn near_misses(
    accounts: &[Account],
    pairs: &[(usize, usize, f64)],
    labels: &[usize],
    tables: &HostTables,
) -> Vec<String> {
    let mut found: BTreeMap<(usize, usize), BTreeSet<String>> = BTreeMap::new();
    let mut hint = |a: usize, b: usize, what: String| {
        if labels[a] != labels[b] {
            found.entry((a.min(b), a.max(b))).or_default().insert(what);
        }
    };
    for (a, b, score) in pairs {
        hint(*a, *b, format!("names alike, {score:.3}"));
    }
    let mut holders: BTreeMap<MatchKey, Vec<usize>> = BTreeMap::new();
    for (index, account) in accounts.iter().enumerate() {
        let probe = Probe::of_account(account, &FactContext::new(tables, account.created_at));
        for key in probe.keys.into_iter().filter(|key| key.kind != MatchKeyKind::CompanyExact) {
            holders.entry(key).or_default().push(index);
        }
    }
    for (key, holders) in holders.iter().filter(|(_, holders)| holders.len() <= CROWDED) {
        for (place, a) in holders.iter().enumerate() {
            holders[place + 1..].iter().for_each(|b| hint(*a, *b, format!("same {}", key.kind)));
        }
    }
    let line = |((a, b), why): ((usize, usize), BTreeSet<String>)| {
        let [a, b] = [a, b].map(|index| format!("{} {}", accounts[index].id, accounts[index].company));
        format!("{a} · {b} ({})", why.into_iter().collect::<Vec<_>>().join(", "))
    };
    found.into_iter().map(line).collect()
}

fn undo_path(out: &Path) -> PathBuf {
    PathBuf::from(format!("{}.undo.json", out.display()))
}

/// An undo file that is written over can never be used again.
fn may_write(path: &Path, arguments: &Arguments) -> Result<(), String> {
    if path.exists() && !arguments.has("overwrite") {
        return Err(format!("{} is there already: name another file, or add --overwrite", path.display()));
    }
    Ok(())
}

/// What is kept to take the merges of a table back.
#[derive(Serialize, Deserialize)]
struct UndoFile {
    format: u16,
    /// The merges that led to the table, in order: those of the tables it was made of, then those of its own run.
    log: MergeLog<Account>,
    /// How many are of its own run.
    own: usize,
    /// The rows of the accounts its own run merged by id, to the byte.
    rows: BTreeMap<String, String>,
}

impl UndoFile {
    const FORMAT: u16 = 2;

    fn read(path: &Path) -> Result<UndoFile, Box<dyn Error>> {
        let file: UndoFile = read_json(path)?;
        if file.format != UndoFile::FORMAT {
            return Err(format!("{}: format {} is not known", path.display(), file.format).into());
        }
        Ok(file)
    }

    /// Merges accounts of a table that earlier merges led to.
    fn merge(
        table: &mut Table,
        plans: &[MergePlan<Account>],
        earlier: MergeLog<Account>,
    ) -> Result<UndoFile, MergeError> {
        let mut undo =
            UndoFile { format: UndoFile::FORMAT, log: earlier, own: plans.len(), rows: BTreeMap::new() };
        for plan in plans {
            let record = plan.apply(&mut table.accounts)?;
            for original in record.originals() {
                let row = table.rows.get(original.id.as_str()).cloned().unwrap_or_default();
                undo.rows.insert(original.id.to_string(), row);
            }
            // The survivor's row is written anew.
            table.rows.remove(plan.merged().id.as_str());
            undo.log.push(record);
        }
        Ok(undo)
    }

    /// Takes the merges of its own run back among the accounts of a table that all merges of `log` led to, and out of the
    /// log; what somebody has changed since, and stays. The last merge first: each finds the table as it left it.
    fn take_back(
        &self,
        table: &mut Table,
        log: &mut MergeLog<Account>,
    ) -> Result<Vec<String>, Box<dyn Error>> {
        let mut changed = Vec::new();
        let own: Vec<_> = self.log.iter().rev().take(self.own).collect();
        for record in own {
            let merged = &record.merged().id;
            let place = log.iter().position(|one| one == record);
            let place =
                place.ok_or_else(|| format!("the merge into account {merged} was taken back already"))?;
            let conflicts = log.undo(place, &mut table.accounts)?;
            changed
                .extend(conflicts.iter().map(|conflict| format!("conflict in account {merged}: {conflict}")));
            for original in record.originals() {
                let id = original.id.as_str();
                let exact = table.accounts.iter().any(|account| account == original);
                match self.rows.get(id).filter(|_| exact) {
                    Some(row) => table.rows.insert(id.to_owned(), row.clone()),
                    None => table.rows.remove(id),
                };
            }
        }
        Ok(changed)
    }
}

/// The merges that led to a table, as far as its undo file lies beside it.
fn log_of(table: &Path) -> Result<Option<(PathBuf, MergeLog<Account>)>, Box<dyn Error>> {
    let path = undo_path(table);
    if !path.exists() {
        return Ok(None);
    }
    let log = UndoFile::read(&path)?.log;
    Ok(Some((path, log)))
}

fn apply(
    mut table: Table,
    from: &Path,
    plans: &[MergePlan<Account>],
    out: &Path,
) -> Result<(), Box<dyn Error>> {
    let mut screen = io::stdout();
    let earlier = log_of(from)?.map(|(_, log)| log).unwrap_or_default();
    let undo = UndoFile::merge(&mut table, plans, earlier)?;
    let undo_path = undo_path(out);
    let text = table.text()?;
    fs::write(&undo_path, serde_json::to_string_pretty(&undo)?)?;
    fs::write(out, text)?;
    writeln!(screen, "{} merges: wrote {} and {}", plans.len(), out.display(), undo_path.display())?;
    Ok(())
}

fn take_back(mut table: Table, from: &Path, undo: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    let mut screen = io::stdout();
    let undo_file = UndoFile::read(undo)?;
    let (known, mut log) = log_of(from)?.unwrap_or_else(|| (undo.to_owned(), undo_file.log.clone()));
    let changed = undo_file.take_back(&mut table, &mut log);
    for line in changed.map_err(|error| format!("{error} ({})", known.display()))? {
        writeln!(screen, "{line}")?;
    }
    fs::write(to, table.text()?)?;
    writeln!(screen, "{} merges taken back: wrote {}", undo_file.own, to.display())?;
    Ok(())
}

/// What the columns of a table are, by what stands in its first line.
type ColumnNames = BTreeMap<String, String>;

/// A CSV file of accounts. Rows that nobody changes keep their bytes.
struct Table {
    header: String,
    columns: Vec<String>,
    /// What lines end in, for rows that have no line end of their own.
    line_end: &'static str,
    /// By account: what its row ends in.
    line_ends: BTreeMap<String, &'static str>,
    accounts: Vec<Account>,
    /// By account; one that is not here is written anew.
    rows: BTreeMap<String, String>,
}

impl Table {
    fn read(path: &Path, names: &ColumnNames) -> Result<Table, Box<dyn Error>> {
        let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Table::of(path, bytes, names)
    }

    fn of(path: &Path, bytes: Vec<u8>, names: &ColumnNames) -> Result<Table, Box<dyn Error>> {
        let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        support::refuse_utf16(path, &bytes)?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let good = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes()[..good].iter().filter(|byte| **byte == b'\n').count();
            named(&format!("line {line}: found bytes that are not UTF-8: save the table as UTF-8"))
        })?;
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| named(&error))?;
        let own: Vec<&str> = header.iter().map(|name| name.trim_start_matches('\u{feff}').trim()).collect();
        let columns: Vec<String> =
            own.iter().map(|name| names.get(*name).map_or(*name, String::as_str).to_owned()).collect();
        let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut mistakes = String::new();
        for name in names.keys().filter(|name| !own.contains(&name.as_str())) {
            writeln!(mistakes, "line 1: there is no column `{name}`, which --columns names")?;
        }
        for (place, column) in columns.iter().enumerate() {
            if columns[..place].contains(column) {
                writeln!(
                    mistakes,
                    "line 1: found two columns `{column}`, expected one: rename or remove one"
                )?;
            }
        }
        for needed in ["id", "company", "created_at"] {
            if !columns.iter().any(|column| column == needed) {
                writeln!(
                    mistakes,
                    "line 1: there is no column `{needed}`: add it, or name it with --columns"
                )?;
            }
        }
        // A row starts after the line break before it.
        let start_of = |position: &csv::Position| {
            let from = usize::try_from(position.byte()).unwrap_or(usize::MAX).min(text.len());
            text.len() - text[from..].trim_start_matches(['\r', '\n']).len()
        };
        let (mut starts, mut accounts) = (Vec::new(), Vec::new());
        let mut ids = BTreeSet::new();
        for record in reader.records() {
            let record = record.map_err(|error| named(&error))?;
            let position = record.position().cloned().unwrap_or_else(csv::Position::new);
            starts.push(start_of(&position));
            let mut problem = |what: String| writeln!(mistakes, "line {}: {what}", position.line());
            if record.len() > columns.len() {
                let (cells, named) = (record.len(), columns.len());
                problem(format!(
                    "found {cells} cells, expected {named}: name the columns of the others or quote the commas"
                ))?;
            }
            match read_account(&columns, &record) {
                Ok(account) if !ids.insert(account.id.clone()) => {
                    let wanted = "another: it stands on a line before";
                    problem(wrong("id", account.id.as_str(), wanted))?;
                }
                Ok(account) => accounts.push(account),
                Err(wrongs) => wrongs.into_iter().try_for_each(&mut problem)?,
            }
        }
        let after = starts.iter().position(|start| text[..*start].ends_with('\r'));
        if let Some(line) = after.map(|row| row + 1).or(text.ends_with('\r').then_some(starts.len() + 1)) {
            writeln!(mistakes, "line {line}: it ends in CR alone: save the table with LF or CRLF")?;
        }
        if !mistakes.is_empty() {
            return Err(named(&format!("not merged\n{}", mistakes.trim_end())).into());
        }
        let header = text[..starts.first().copied().unwrap_or(text.len())].to_owned();
        let ends = starts.iter().skip(1).copied().chain([text.len()]);
        let row = |((account, start), end): ((&Account, &usize), usize)| {
            (account.id.to_string(), text[*start..end].to_owned())
        };
        let rows: BTreeMap<String, String> = accounts.iter().zip(&starts).zip(ends).map(row).collect();
        let end_of = |row: &str| match (row.trim_end_matches('\n').ends_with('\r'), row.ends_with('\n')) {
            (true, _) => "\r\n",
            (false, true) => "\n",
            (false, false) => line_end,
        };
        let line_ends = rows.iter().map(|(id, row)| (id.clone(), end_of(row))).collect();
        Ok(Table { header, columns, line_end, line_ends, accounts, rows })
    }

    fn text(&self) -> Result<String, Box<dyn Error>> {
        let added: BTreeSet<String> = self.accounts.iter().flat_map(filled_columns).collect();
        if let Some(column) = added.iter().find(|column| !self.columns.contains(column)) {
            return Err(format!("the table has no column `{column}` to write to: add it").into());
        }
        let mut out = self.header.clone();
        for account in &self.accounts {
            if !out.ends_with('\n') {
                out.push_str(self.line_end);
            }
            match self.rows.get(account.id.as_str()) {
                Some(row) => out.push_str(row),
                None => {
                    out.push_str(write_account(&self.columns, account)?.trim_end_matches('\n'));
                    let end = self.line_ends.get(account.id.as_str());
                    out.push_str(end.copied().unwrap_or(self.line_end));
                }
            }
        }
        Ok(out)
    }
}

/// Reads one row; what is wrong with it, cell by cell.
fn read_account(columns: &[String], record: &csv::StringRecord) -> Result<Account, Vec<String>> {
    let mut account = Account::default();
    let mut wrongs = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        let cell = record.get(index).unwrap_or_default();
        let filled = || Some(cell.to_owned());
        let mut expect = |wanted: &str| wrongs.push(wrong(column, cell, wanted));
        match column.as_str() {
            "id" if cell.trim().is_empty() => expect("the account's id"),
            "id" => account.id = cell.trim().into(),
            "company" => account.company = cell.to_owned(),
            "created_at" if cell.trim().is_empty() => expect(TIME),
            _ if cell.trim().is_empty() => {}
            "created_at" => match time(cell) {
                Some(time) => account.created_at = time,
                None => expect(TIME),
            },
            "aliases" => account.aliases = cell.split(';').map(|alias| alias.trim().to_owned()).collect(),
            "domain" => account.domain = filled(),
            "registration_number" => account.registration_number = filled(),
            "region" => match cell.trim().parse() {
                Ok(region) => account.region = Some(region),
                Err(_) => expect("a region such as `CN-GD` or `US-CA`"),
            },
            "owner" => account.owner = Some(cell.trim().into()),
            "pool" => account.pool = Some(cell.trim().into()),
            "maturity" => account.maturity = filled(),
            "tier" => account.tier = filled(),
            "closed_deal_at" => match time(cell) {
                Some(time) => account.closed_deal_at = Some(time),
                None => expect(TIME),
            },
            "contacts" => {}
            other => drop(account.attributes.insert(other.to_owned(), cell.into())),
        }
    }
    if !wrongs.is_empty() {
        return Err(wrongs);
    }
    let contacts = columns.iter().zip(record).find(|(column, _)| *column == "contacts");
    let cell = contacts.map_or("", |(_, cell)| cell);
    let people = cell.split(';').filter(|person| !person.trim().is_empty()).enumerate();
    account.contacts = people.map(|(index, person)| read_contact(&account, index, person)).collect();
    Ok(account)
}

/// What a table says of a time.
const TIME: &str = "a time such as `2026-03-02`, `2026-03-02 09:00` (UTC) or `2026-03-02T09:00:00+08:00`";

fn wrong(column: &str, cell: &str, wanted: &str) -> String {
    let found = if cell.trim().is_empty() { "nothing".to_owned() } else { format!("`{}`", cell.trim()) };
    format!("column `{column}`: found {found}, expected {wanted}")
}

fn read_contact(account: &Account, index: usize, text: &str) -> Contact {
    let mut contact = Contact {
        id: place_id(account, index).into(),
        account: Some(account.id.clone()),
        ..Contact::default()
    };
    for part in text.split(" / ").map(str::trim).filter(|part| !part.is_empty()) {
        if let Some(id) = part.strip_prefix('#') {
            contact.id = id.into();
        } else if let Some(id) = part.strip_prefix("wechat:") {
            contact.wechat = Some(id.into());
        } else if part.contains('@') {
            contact.emails.push(part.into());
        } else if part.chars().filter(char::is_ascii_digit).count() >= 5 {
            contact.phones.push(part.into());
        } else {
            contact.name = Some(part.to_owned());
        }
    }
    contact
}

/// The id of a contact that is given none.
fn place_id(account: &Account, index: usize) -> String {
    format!("{}.{}", account.id, index + 1)
}

fn time(cell: &str) -> Option<DateTime<Utc>> {
    // `2026/03/02` with the year in front is no guess.
    let cell = &cell.trim().replace('/', "-");
    let local = |format: &&str| NaiveDateTime::parse_from_str(cell, format).ok();
    let formats = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
    let date = || Some(cell.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN));
    let without_zone = || formats.iter().find_map(local).or_else(date).map(|time| time.and_utc());
    cell.parse().ok().or_else(without_zone)
}

/// The cells of an account by column; blank ones are left out.
fn cells(account: &Account) -> BTreeMap<String, String> {
    let moment = |time: &DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let people = account.contacts.iter().enumerate().map(|(index, contact)| {
        let mut parts = Vec::new();
        if contact.id.as_str() != place_id(account, index) {
            parts.push(format!("#{}", contact.id));
        }
        parts.extend(contact.name.clone());
        parts.extend(contact.phones.iter().map(|phone| phone.as_str().to_owned()));
        parts.extend(contact.emails.iter().map(|email| email.as_str().to_owned()));
        parts.extend(contact.wechat.iter().map(|id| format!("wechat:{}", id.as_str())));
        parts.join(" / ")
    });
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let own = account.attributes.iter().map(|(name, value)| {
        let cell = if let Value::Null = value { String::new() } else { value.to_string() };
        (name.clone(), cell)
    });
    let known = [
        ("id", account.id.to_string()),
        ("company", account.company.clone()),
        ("created_at", moment(&account.created_at)),
        ("aliases", account.aliases.join("; ")),
        ("domain", text(&account.domain)),
        ("registration_number", text(&account.registration_number)),
        ("region", account.region.map(|region| region.to_string()).unwrap_or_default()),
        ("owner", account.owner.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("pool", account.pool.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("maturity", text(&account.maturity)),
        ("tier", text(&account.tier)),
        ("closed_deal_at", account.closed_deal_at.as_ref().map(moment).unwrap_or_default()),
        ("contacts", people.collect::<Vec<_>>().join("; ")),
    ];
    let known = known.into_iter().map(|(column, cell)| (column.to_owned(), cell));
    known.chain(own).filter(|(_, cell)| !cell.trim().is_empty()).collect()
}

fn filled_columns(account: &Account) -> Vec<String> {
    cells(account).into_keys().collect()
}

/// A row that reads as the account again.
fn write_account(columns: &[String], account: &Account) -> Result<String, Box<dyn Error>> {
    let cells = cells(account);
    let row: Vec<&str> = columns.iter().map(|column| cells.get(column).map_or("", String::as_str)).collect();
    if read_account(columns, &csv::StringRecord::from(row.clone())).as_ref() != Ok(account) {
        return Err(format!("account {} holds something that the table cannot", account.id).into());
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&row)?;
    Ok(String::from_utf8(writer.into_inner()?)?)
}

#[cfg(test)]
mod tests {
    use leadkit::contact::{are_two_people, read_phones};

    use super::*;

    fn read(table: &str) -> Table {
        Table::of(Path::new("t.csv"), table.as_bytes().to_vec(), &ColumnNames::new())
            .unwrap_or_else(|error| panic!("{error}"))
    }

    fn said(table: &[u8]) -> String {
        Table::of(Path::new("t.csv"), table.to_vec(), &ColumnNames::new())
            .err()
            .expect("it is refused")
            .to_string()
    }

    #[test]
    fn what_cannot_be_read_is_told_with_line_column_found_and_wanted() {
        let table = "id,company,created_at,region,closed_deal_at\n\
                     a,Acme,2026-03-02,CN-GD,\n\
                     ,Bolt,yesterday,XX-,1.2.\n\
                     a,Acme,,,\n\
                     c,Coda,2026-03-02 09:00,,,9,9\n";
        assert_eq!(
            said(table.as_bytes()),
            format!(
                "t.csv: not merged\n\
                 line 3: column `id`: found nothing, expected the account's id\n\
                 line 3: column `created_at`: found `yesterday`, expected {TIME}\n\
                 line 3: column `region`: found `XX-`, expected a region such as `CN-GD` or `US-CA`\n\
                 line 3: column `closed_deal_at`: found `1.2.`, expected {TIME}\n\
                 line 4: column `created_at`: found nothing, expected {TIME}\n\
                 line 5: found 7 cells, expected 5: name the columns of the others or quote the commas"
            )
        );
    }

    #[test]
    fn columns_that_cannot_be_told_apart_are_refused() {
        assert_eq!(
            said(b"\xef\xbb\xbfid,tier,company, tier \nx,,,\n"),
            "t.csv: not merged\n\
             line 1: found two columns `tier`, expected one: rename or remove one\n\
             line 1: there is no column `created_at`: add it, or name it with --columns"
        );
    }

    #[test]
    fn tables_of_another_encoding_are_told_with_the_cure() {
        for table in [&b"\xff\xfei\0d\0"[..], b"\xfe\xff\0i\0d"] {
            assert_eq!(said(table), "t.csv: the table is UTF-16: save it as UTF-8 (in Excel: \"CSV UTF-8\")");
        }
        assert_eq!(
            said(b"id,company,created_at\na,\xb1\xb1,2026-03-02\n"),
            "t.csv: line 2: found bytes that are not UTF-8: save the table as UTF-8"
        );
    }

    #[test]
    fn times_are_read_as_spreadsheets_write_them_and_rows_keep_their_bytes() {
        let table = "\u{feff}id,company,created_at,tier\r\n\
                     a,Acme,2026-03-02 09:00,x\r\n\
                     b,Bolt,2026-03-02T09:00:30,\r\n\
                     c,Coda,2026-03-02T17:00:00+08:00,\r\n\
                     d,Dyne,2026-03-02,50.0\r\n";
        let read = read(table);
        let times: Vec<String> =
            read.accounts.iter().map(|account| account.created_at.format("%d %T").to_string()).collect();
        assert_eq!(times, ["02 09:00:00", "02 09:00:30", "02 09:00:00", "02 00:00:00"]);
        assert_eq!(read.text().unwrap(), table);
    }

    fn groups(table: &Table) -> Vec<Group> {
        let merger = Merger::compile(&MergeRules::default()).unwrap();
        let (clusters, _) = clusters(&table.accounts, &Gazetteer::builtin());
        clusters.clusters.iter().map(|one| Group::of(one, &table.accounts, &merger).unwrap()).collect()
    }

    fn plans(table: &Table) -> Vec<MergePlan<Account>> {
        groups(table).into_iter().map(|group| group.plan).collect()
    }

    /// Whether a contact is still somebody of his name, reached by all that reached him.
    fn is_still(one: &Contact, after: &[Contact]) -> bool {
        let options = PhoneOptions::default();
        let reach = |one: &Contact| -> BTreeSet<String> {
            let phones = one.phones.iter().flat_map(|phone| read_phones(phone.as_str(), &options));
            let phones = phones.filter_map(|phone| phone.value.key().map(str::to_owned));
            let mails = one.emails.iter().map(|mail| mail.as_str().to_lowercase());
            phones.chain(mails).chain(one.wechat.iter().map(|id| id.as_str().to_lowercase())).collect()
        };
        let name = |one: &Contact| one.name.clone().unwrap_or_default();
        after.iter().any(|other| {
            !are_two_people(&name(one), &name(other))
                && name(one).is_empty() <= name(other).is_empty()
                && reach(one).is_subset(&reach(other))
        })
    }

    #[test]
    fn merging_an_export_loses_nobody_and_no_refusal_and_its_undo_gives_the_bytes_back() {
        for (export, map, refusal, expected) in [
            ("export_hubspot.csv", "export_hubspot_columns.json", "do_not_contact", (14, 13)),
            ("export_fenxiang.csv", "export_fenxiang_columns.json", "勿扰", (13, 10)),
        ] {
            let names: ColumnNames = read_json(&bundled(map)).unwrap();
            let before = Table::read(&bundled(export), &names).unwrap();
            let mut table = Table::read(&bundled(export), &names).unwrap();
            let groups = groups(&table);
            let ambiguous = groups.iter().filter(|group| group.is_ambiguous()).count();
            assert_eq!((groups.len(), ambiguous), expected, "{export}");
            let plans: Vec<_> = groups.into_iter().map(|group| group.plan).collect();
            let undo = UndoFile::merge(&mut table, &plans, MergeLog::default()).unwrap();
            let text = table.text().unwrap();
            let after = Table::of(Path::new(export), text.clone().into_bytes(), &names).unwrap();
            let into = |id: &str| {
                let merged = plans.iter().find(|plan| plan.records().iter().any(|one| one.id() == id));
                let id = merged.map_or(id, |plan| plan.merged().id.as_str());
                after.accounts.iter().find(|account| account.id.as_str() == id).unwrap()
            };
            let refuses = |account: &Account| {
                let answer = account.attributes.get(refusal).map(ToString::to_string).unwrap_or_default();
                matches!(answer.as_str(), "Yes" | "yes" | "是")
            };
            for account in &before.accounts {
                let merged = into(account.id.as_str());
                for contact in &account.contacts {
                    assert!(is_still(contact, &merged.contacts), "{contact:?} is not on {}", merged.id);
                }
                assert!(refuses(merged) || !refuses(account), "{}", account.id);
            }
            let mut again = after;
            let undo: UndoFile = serde_json::from_str(&serde_json::to_string(&undo).unwrap()).unwrap();
            let mut log = undo.log.clone();
            assert_eq!(undo.take_back(&mut again, &mut log).unwrap(), Vec::<String>::new());
            assert_eq!(again.text().unwrap().into_bytes(), fs::read(bundled(export)).unwrap(), "{export}");
        }
    }

    #[test]
    fn an_earlier_merge_of_an_account_is_not_taken_back_under_a_later_one() {
        let mut table = read(
            "id,company,created_at,aliases,tier\na,Acme Ltd,2026-01-01,,\nb,Acme Ltd,2026-01-02,,bronze\n",
        );
        let wanted = plans(&table);
        let first = UndoFile::merge(&mut table, &wanted, MergeLog::default()).unwrap();
        let text = format!("{}c,Acme Ltd,2026-01-03,,gold\n", table.text().unwrap());
        let mut table = read(&text);
        let wanted = plans(&table);
        let second = UndoFile::merge(&mut table, &wanted, first.log.clone()).unwrap();
        let mut log = second.log.clone();
        let merged = table.text().unwrap();
        let refused = first.take_back(&mut table, &mut log).unwrap_err().to_string();
        assert_eq!(refused, "account a was merged again since: take that back first");
        assert_eq!(table.text().unwrap(), merged);
        second.take_back(&mut table, &mut log).unwrap();
        assert_eq!(table.text().unwrap(), text);
        first.take_back(&mut table, &mut log).unwrap();
        assert!(table.text().unwrap().contains("a,Acme Ltd,2026-01-01,,\n"), "the tier is blank again");
        let again = first.take_back(&mut table, &mut log).unwrap_err().to_string();
        assert_eq!(again, "the merge into account a was taken back already");
    }

    #[test]
    fn whoever_is_asked_sees_the_values_and_no_answer_is_a_no() {
        let table = read(
            "id,company,created_at,aliases,do_not_contact\n\
             a,Acme Ltd,2026-01-01,,no\nb,Acme Ltd,2026-01-02,,yes\n",
        );
        let group = groups(&table).remove(0);
        let ask = |answers: &str| {
            let mut screen = Vec::new();
            let wanted = group.ask(&mut answers.as_bytes(), &mut screen).unwrap();
            (wanted, String::from_utf8(screen).unwrap())
        };
        assert!(group.is_ambiguous());
        let (wanted, shown) = ask("perhaps\nY\n");
        assert!(wanted);
        assert!(shown.contains("`attributes.do_not_contact`: keep `yes`, lose `no` of account a"), "{shown}");
        assert_eq!(shown.matches("[y/n]").count(), 2);
        assert!(!ask("n\n").0 && !ask("").0 && !ask("perhaps").0);
    }
}
