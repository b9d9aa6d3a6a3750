//! One company, several accounts: finds them in a table, shows what merging does, merges, and takes it back.
//!
//! ```text
//! cargo run --release --example dedupe_accounts                                    the bundled sample, a dry run
//! cargo run --release --example dedupe_accounts -- ACCOUNTS.csv --apply OUT.csv    writes OUT.csv, OUT.csv.undo.json
//! cargo run --release --example dedupe_accounts -- EXPORT.csv --columns MAP.json    a table with column names of its own
//! cargo run --release --example dedupe_accounts -- OUT.csv --undo OUT.csv.undo.json --to BACK.csv
//! ```
//!
//! A row is an account: `id`, `company`, `created_at` (`2026-01-31`, `2026-01-31 09:00` or RFC 3339) and, as far as
//! there, `aliases` (between `;`), `domain`, `registration_number`, `region`, `owner`, `owners`
//! (`crm = li; erp = wang`), `pool`, `maturity`, `tier`, `closed_deal_at` and `contacts`; every other column is kept as
//! the host's own. Contacts stand between `;`, their parts between ` / `: a name and behind it a title, phones, e-mail
//! addresses, `wechat:ID`, and in front `#ID` when they have an id; rows that merging writes give each contact one. `--columns` names a file such as
//! `{"Record ID": "id", "Company name": "company", "Create Date": "created_at"}`.
//!
//! A group is ambiguous when merging it loses a value or the accounts contradict each other. `--apply` asks about it at a
//! terminal, or with `--ask` whoever writes the answers; nobody's answer is a no. Two accounts that answer yes and no to what
//! may protect somebody are merged by an answer to that very column or by a rule for it, not by `--ambiguous`, and two people
//! of one `#ID` not before one of them has another.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{self, BufRead, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use leadkit::company::{CompanyName, Gazetteer, exact_key};
use leadkit::contact::{PhoneOptions, names_company};
use leadkit::dedup::{MatchKey, MatchKeyKind, Probe};
use leadkit::merge::{
    Cluster, ClusterOptions, Clusters, MergeError, MergePlan, MergeRules, Merger, cluster_with_copies,
};
use leadkit::model::Account;
use leadkit::names::{NameIndex, SearchOptions};
use leadkit::rule::{FactContext, HostTables};
use support::{Arguments, bundled, read_json, read_text};
use table::{ColumnNames, Table};
use undo::{apply, may_write, take_back, undo_path};

#[path = "../support/mod.rs"]
mod support;
mod table;
#[cfg(test)]
mod tests;
mod undo;

const USAGE: &str = "\
usage: dedupe_accounts [ACCOUNTS.csv] [options]
  --columns MAP  a JSON object: what each column of the table is here
  --rules FILE   merge rules (JSON); the defaults when left out
  --apply OUT    merge: writes OUT and OUT.undo.json; at a terminal asks about what is ambiguous
  --ask          read the answers, y or n, also from a file or a pipe
  --overwrite    let --apply and --undo write over files that are there
  --ambiguous    merge what is ambiguous too, and do not ask; not a yes against a no that may protect
  --undo FILE    take the merges of an undo file back
  --to BACK      where --undo writes the table";
/// A key that more accounts share is no key: a switchboard number, a public mail domain.
const CROWDED: usize = 5;
/// An alias that accounts of more names have is none.
const MAX_HOLDERS: usize = 100;
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
    let way = match asks {
        true => Way::Ask,
        false if arguments.has("ambiguous") => Way::TakeAll,
        false => Way::Wait,
    };
    let (mut plans, mut ambiguous, mut waiting, mut apart, mut unwritten) = (Vec::new(), 0, 0, 0, 0);
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
        // Nobody is asked about what cannot be written.
        if let Err(cause) = table.can_hold(group.plan.merged()) {
            writeln!(screen, "  not merged: {cause}\n")?;
            unwritten += 1;
            continue;
        }
        let is_wanted = group.is_wanted(way, &mut answers, &mut screen)?;
        writeln!(screen)?;
        match group.plan.needs_own_answer() {
            true => apart += usize::from(!is_wanted),
            false => waiting += usize::from(!is_wanted),
        }
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
    if unwritten > 0 {
        writeln!(
            screen,
            "{unwritten} groups cannot be written to the table, as said above, and are not merged"
        )?;
    }
    let Some(out) = arguments.value("apply") else { return Ok(()) };
    apply(table, &path, &plans, Path::new(out))?;
    if may_ask && !asks && waiting > 0 {
        writeln!(screen, "{waiting} groups wait for an answer: --ask reads it, --ambiguous merges them all")?;
    }
    if !asks && apart > 0 {
        writeln!(
            screen,
            "{apart} groups wait for an answer of their own: --ask reads it, a rule for the column gives it; of two people of one \
             #ID give one another"
        )?;
    }
    Ok(())
}

/// What becomes of what is ambiguous.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// Somebody answers.
    Ask,
    /// It is merged, except what needs an answer of its own.
    TakeAll,
    /// It stays as it is.
    Wait,
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
        let whole = self.plan.doubts().iter().filter(|doubt| doubt.field().is_none());
        let whole = whole.map(|doubt| doubt.code().replace('_', " "));
        fields.chain(whole).chain(self.only_alike.as_ref().map(|_| "names only alike".to_owned())).collect()
    }

    fn is_wanted(
        &self,
        way: Way,
        answers: &mut impl BufRead,
        screen: &mut impl io::Write,
    ) -> io::Result<bool> {
        match way {
            _ if !self.is_ambiguous() => Ok(true),
            Way::Ask => self.ask(answers, screen),
            Way::TakeAll => Ok(!self.plan.needs_own_answer()),
            Way::Wait => Ok(false),
        }
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
        for doubt in self.plan.doubts().iter().filter(|doubt| doubt.needs_own_answer()) {
            let Some(field) = doubt.field() else {
                writeln!(screen, "  not merged: {doubt}")?;
                return Ok(false);
            };
            if !is_yes(&format!("is what is kept of `{field}` right?"), answers, screen)? {
                return Ok(false);
            }
        }
        is_yes(&format!("merge these {} accounts?", self.names.len()), answers, screen)
    }
}

/// What somebody answers to a question. No answer is a no.
fn is_yes(question: &str, answers: &mut impl BufRead, screen: &mut impl io::Write) -> io::Result<bool> {
    loop {
        write!(screen, "{question} [y/n] ")?;
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
        let names = std::iter::once(&account.company).chain(&account.aliases).enumerate();
        // A name that says nothing is no reason to take two accounts for one.
        for (number, name) in names.filter(|(_, name)| names_company(name)) {
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
    for holders in called.values().filter(|holders| holders.len() <= MAX_HOLDERS) {
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
