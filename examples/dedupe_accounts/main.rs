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
//! addresses, `wechat:ID`, and in front `#ID` when they have an id. `--columns` names a file such as
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
    let (mut plans, mut ambiguous, mut waiting, mut apart) = (Vec::new(), 0, 0, 0);
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

#[cfg(test)]
mod tests {
    use std::fs;

    use leadkit::contact::{are_two_people, read_phones};
    use leadkit::merge::MergeLog;
    use leadkit::model::Contact;

    use super::undo::UndoFile;
    use super::*;

    fn read(table: &str) -> Table {
        Table::of(Path::new("t.csv"), table.as_bytes().to_vec(), &ColumnNames::new())
            .unwrap_or_else(|error| panic!("{error}"))
    }

    fn groups(table: &Table) -> Vec<Group> {
        let merger = Merger::compile(&MergeRules::default()).unwrap();
        let (clusters, _) = clusters(&table.accounts, &Gazetteer::builtin());
        clusters.clusters.iter().map(|one| Group::of(one, &table.accounts, &merger).unwrap()).collect()
    }

    fn plans(table: &Table) -> Vec<MergePlan<Account>> {
        groups(table).into_iter().map(|group| group.plan).collect()
    }

    /// Whether a contact is still somebody of that name, reached by everything that reached them before.
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
                && name(one).is_empty() >= name(other).is_empty()
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
    fn a_title_stands_behind_the_name_and_two_people_stay_two() {
        let header = "id,company,created_at,aliases,contacts\n";
        let mut table = read(&format!(
            "{header}a,Acme Ltd,2026-01-01,,Dana Reed / CIO / 13812349876\n\
             b,Acme Ltd,2026-01-02,,Tom Fields / CIO / 13812349876\n"
        ));
        let before = table.text().unwrap();
        let wanted = plans(&table);
        let undo = UndoFile::merge(&mut table, &wanted, MergeLog::default()).unwrap();
        let text = table.text().unwrap();
        let both = "Dana Reed / CIO / 13812349876; #b.1 / Tom Fields / CIO / 13812349876";
        assert!(text.contains(both), "{text}");
        let mut again = read(&text);
        undo.take_back(&mut again, &mut undo.log.clone()).unwrap();
        assert_eq!(again.text().unwrap(), before);
    }

    #[test]
    fn what_may_protect_and_two_people_of_one_id_are_not_merged_by_a_general_yes() {
        let group = |table: &str| groups(&read(table)).remove(0);
        let ask = |group: &Group, answers: &str| {
            let mut screen = Vec::new();
            let wanted = group.ask(&mut answers.as_bytes(), &mut screen).unwrap();
            (wanted, String::from_utf8(screen).unwrap())
        };
        let opposed = group(
            "id,company,created_at,aliases,No Marketing\na,Acme Ltd,2026-01-01,,No\nb,Acme Ltd,2026-01-02,,Yes\n",
        );
        assert!(opposed.plan.needs_own_answer());
        assert!(!ask(&opposed, "y\n").0, "the column has an answer, the merge has none");
        let (wanted, shown) = ask(&opposed, "y\ny\n");
        assert!(
            wanted && shown.contains("is what is kept of `attributes.No Marketing` right? [y/n]"),
            "{shown}"
        );
        let shared = group(
            "id,company,created_at,aliases,contacts\n\
             a,Acme Ltd,2026-01-01,,#c1 张伟 / 13812349876\nb,Acme Ltd,2026-01-02,,#c1 李娜 / 13927461853\n",
        );
        assert!(shared.plan.needs_own_answer());
        let (wanted, shown) = ask(&shared, "y\ny\n");
        assert!(
            !wanted && shown.contains("contact c1 is two people: give one of them another id"),
            "{shown}"
        );
    }

    #[test]
    fn a_number_behind_an_id_is_no_name() {
        let mut table = read(
            "id,company,created_at,aliases,contacts\n\
             a,Acme Ltd,2026-01-01,,#c6 13812349876; #c7 Pat Lee / pat@acme.com\n\
             b,Acme Ltd,2026-01-02,,#c6 Dana Reed / 13812349876\n",
        );
        let before = table.text().unwrap();
        let wanted = plans(&table);
        let undo = UndoFile::merge(&mut table, &wanted, MergeLog::default()).unwrap();
        let text = table.text().unwrap();
        assert!(text.contains("#c6 / Dana Reed / 13812349876; #c7 / Pat Lee / pat@acme.com"), "{text}");
        let mut again = read(&text);
        undo.take_back(&mut again, &mut undo.log.clone()).unwrap();
        assert_eq!(again.text().unwrap(), before);
    }

    /// In every way of answering: what is known to protect stays, what may protect is asked about, and no difference is merged
    /// unasked unless somebody has said so.
    #[test]
    fn a_protection_is_lost_by_no_way_of_answering() {
        for (column, free, protecting, is_known) in [
            ("do_not_contact", "no", "yes", true),
            ("勿扰", "否", "是", true),
            ("marketing consent", "yes", "no", true),
            ("Newsletter", "2026-01-01 given", "2026-03-02 withdrawn", true),
            ("No Marketing", "No", "Yes", false),
            ("打电话", "可以", "不可以", false),
        ] {
            let orders = [
                vec![free, protecting],
                vec![protecting, free],
                vec![free, protecting, ""],
                vec!["", free, protecting],
            ];
            for answers in orders {
                let row = |(number, answer): (usize, &&str)| {
                    format!("a{number},Acme Ltd,2026-01-0{},,{answer}\n", number + 1)
                };
                let rows: String = answers.iter().enumerate().map(row).collect();
                let group =
                    groups(&read(&format!("id,company,created_at,aliases,{column}\n{rows}"))).remove(0);
                let kept = group.plan.merged().attributes.get(column).map(ToString::to_string);
                let is_kept = kept.as_deref() == Some(protecting);
                assert!(is_kept || !is_known, "{column} {answers:?}: {kept:?}");
                for (way, said, is_wanted) in [
                    (Way::Wait, "", false),
                    (Way::TakeAll, "", is_known),
                    (Way::Ask, "", false),
                    (Way::Ask, "n\n", false),
                    (Way::Ask, "y\n", is_known),
                    (Way::Ask, "y\nn\n", is_known),
                    (Way::Ask, "y\ny\n", true),
                ] {
                    let mut screen = Vec::new();
                    let found = group.is_wanted(way, &mut said.as_bytes(), &mut screen).unwrap();
                    assert_eq!(found, is_wanted, "{column} {answers:?} {way:?} {said:?}");
                    let shown = String::from_utf8(screen).unwrap();
                    let is_shown = [free, protecting].iter().all(|one| shown.contains(&format!("`{one}`")));
                    assert!(is_shown || !matches!(way, Way::Ask), "{shown}");
                }
            }
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
        assert_eq!(refused, "account a has been merged again since: undo that merge first");
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
