//! Merging accounts of a table, and taking it back.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use leadkit::merge::{MergeError, MergeLog, MergePlan, names_parent};
use leadkit::model::Account;
use serde::{Deserialize, Serialize};

use super::support::{Arguments, read_text};
use super::table::Table;

pub(super) fn undo_path(out: &Path) -> PathBuf {
    PathBuf::from(format!("{}.undo.json", out.display()))
}

/// An undo file that is written over can never be used again.
pub(super) fn may_write(path: &Path, arguments: &Arguments) -> Result<(), String> {
    if path.exists() && !arguments.has("overwrite") {
        return Err(format!("{} already exists: name another file, or add --overwrite", path.display()));
    }
    Ok(())
}

type Log = MergeLog<Account>;

/// What is kept to take the merges of a table back.
#[derive(Serialize, Deserialize)]
pub(super) struct UndoFile {
    format: u16,
    /// The merges that led to the table, in order: those of the tables it was made of, then those of its own run.
    pub(super) log: Log,
    /// How many are of its own run.
    own: usize,
    /// The first line of the table, to the byte, and what its columns are.
    #[serde(default)]
    header: String,
    #[serde(default)]
    columns: Vec<String>,
    /// The rows of the accounts its own run merged by id, to the byte.
    rows: BTreeMap<String, String>,
    /// What other accounts said of a parent that is merged away.
    #[serde(default)]
    parents: Vec<ParentChange>,
}

/// An account that names the survivor as its parent, as the one it named before was merged into it.
#[derive(Serialize, Deserialize)]
struct ParentChange {
    account: String,
    column: String,
    before: String,
    after: String,
    /// The account's row, to the byte, unless it was written anew by the merge.
    row: Option<String>,
}

impl UndoFile {
    const FORMAT: u16 = 2;

    fn read(path: &Path) -> Result<UndoFile, Box<dyn Error>> {
        // A program wrote it: it is read as it was written.
        let file: UndoFile = serde_json::from_str(&read_text(path)?)
            .map_err(|error| format!("{}: this is no undo file of a merge: {error}", path.display()))?;
        if file.format != UndoFile::FORMAT {
            return Err(format!("{}: format {} is not known", path.display(), file.format).into());
        }
        Ok(file)
    }

    /// Merges accounts of a table that earlier merges led to.
    pub(super) fn merge(
        table: &mut Table,
        plans: &[MergePlan<Account>],
        earlier: Log,
    ) -> Result<UndoFile, MergeError> {
        let mut undo = UndoFile {
            format: UndoFile::FORMAT,
            log: earlier,
            own: plans.len(),
            header: table.header.clone(),
            columns: table.columns.clone(),
            rows: BTreeMap::new(),
            parents: Vec::new(),
        };
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
        undo.point_at_survivors(table, plans);
        Ok(undo)
    }

    /// Points what other accounts say of their parent at the account that it was merged into.
    fn point_at_survivors(&mut self, table: &mut Table, plans: &[MergePlan<Account>]) {
        let into = |plan: &MergePlan<Account>| {
            let survivor = plan.merged().id.to_string();
            plan.merged_away().iter().map(|gone| (gone.id().to_owned(), survivor.clone())).collect::<Vec<_>>()
        };
        let into: BTreeMap<String, String> = plans.iter().flat_map(into).collect();
        for account in &mut table.accounts {
            for (column, value) in account.attributes.iter_mut().filter(|(column, _)| names_parent(column)) {
                let before = value.to_string();
                let Some(after) = into.get(before.trim()) else { continue };
                *value = after.as_str().into();
                self.parents.push(ParentChange {
                    account: account.id.to_string(),
                    column: column.clone(),
                    before,
                    after: after.clone(),
                    row: table.rows.remove(account.id.as_str()),
                });
            }
        }
    }

    /// Lets accounts name the parents that they named before, unless they have been given others since.
    fn point_back(&self, table: &mut Table) {
        for change in self.parents.iter().rev() {
            let of_id = |account: &&mut Account| account.id.as_str() == change.account;
            let Some(account) = table.accounts.iter_mut().find(of_id) else { continue };
            let Some(value) = account.attributes.get_mut(&change.column) else { continue };
            if value.to_string() != change.after {
                continue;
            }
            *value = change.before.as_str().into();
            let account = account.clone();
            let row = change.row.as_ref().filter(|row| table.row_of(&self.columns, row, &account).is_some());
            match row.and_then(|row| self.row_in(table, row, &account)) {
                Some(row) => table.rows.insert(change.account.clone(), row),
                None => table.rows.remove(&change.account),
            };
        }
    }

    /// Takes the merges of its own run back among the accounts of a table that all merges of `log` led to, and out of the
    /// log; what somebody has changed since, and stays. The last merge first: each finds the table as it left it.
    pub(super) fn take_back(&self, table: &mut Table, log: &mut Log) -> Result<Vec<String>, Box<dyn Error>> {
        let mut changed = Vec::new();
        let own: Vec<_> = self.log.iter().rev().take(self.own).collect();
        // First what came last; nobody sees the table if one of the merges cannot be taken back.
        self.point_back(table);
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
                match self.rows.get(id).filter(|_| exact).and_then(|row| self.row_in(table, row, original)) {
                    Some(row) => table.rows.insert(id.to_owned(), row),
                    None => table.rows.remove(id),
                };
            }
        }
        Ok(changed)
    }

    /// A row as the table has rows now: its columns may have moved, and lines may end otherwise.
    fn row_in(&self, table: &Table, row: &str, account: &Account) -> Option<String> {
        match self.header == table.header {
            true => Some(row.to_owned()),
            false => table.row_of(&self.columns, row, account),
        }
    }
}

/// The merges that led to a table, as far as its undo file lies beside it.
fn log_of(table: &Path) -> Result<Option<(PathBuf, Log)>, Box<dyn Error>> {
    let path = undo_path(table);
    if !path.exists() {
        return Ok(None);
    }
    let log = UndoFile::read(&path)?.log;
    Ok(Some((path, log)))
}

pub(super) fn apply(
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
    for change in &undo.parents {
        let ParentChange { account, column, before, after, .. } = change;
        writeln!(
            screen,
            "account {account}: `{column}` becomes `{after}`, as account {before} is merged into it"
        )?;
    }
    writeln!(screen, "{} merges: wrote {} and {}", plans.len(), out.display(), undo_path.display())?;
    Ok(())
}

pub(super) fn take_back(mut table: Table, from: &Path, undo: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
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
