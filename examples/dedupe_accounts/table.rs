//! A table of accounts: read, and written so that what nobody changes keeps its bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Utc};
use leadkit::model::{Account, Contact, RepId, Value};

use super::support;

/// What the columns of a table are, by what stands in its first line.
pub(super) type ColumnNames = BTreeMap<String, String>;

/// A CSV file of accounts. Rows that nobody changes keep their bytes.
pub(super) struct Table {
    /// The first line, to the byte.
    pub(super) header: String,
    pub(super) columns: Vec<String>,
    /// What lines end in, for rows that have no line end of their own.
    line_end: &'static str,
    /// By account: what its row ends in.
    line_ends: BTreeMap<String, &'static str>,
    pub(super) accounts: Vec<Account>,
    /// By account; one that is not here is written anew.
    pub(super) rows: BTreeMap<String, String>,
}

impl Table {
    pub(super) fn read(path: &Path, names: &ColumnNames) -> Result<Table, Box<dyn Error>> {
        let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Table::of(path, bytes, names)
    }

    pub(super) fn of(path: &Path, bytes: Vec<u8>, names: &ColumnNames) -> Result<Table, Box<dyn Error>> {
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
        number_contacts(&mut accounts);
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

    pub(super) fn text(&self) -> Result<String, String> {
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

    /// Whether an account can be written as a row; otherwise why not.
    pub(super) fn can_hold(&self, account: &Account) -> Result<(), String> {
        write_account(&self.columns, account).map(drop)
    }

    /// The row of a table with other columns as a row of this one: its cells by the names of their columns. `None` when it
    /// would not read as the account.
    pub(super) fn row_of(&self, columns: &[String], row: &str, account: &Account) -> Option<String> {
        let mut reader =
            csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(row.as_bytes());
        let cells = reader.records().next()?.ok()?;
        let cell_of = |column: &String| {
            let place = columns.iter().position(|one| one == column);
            place.and_then(|place| cells.get(place)).unwrap_or_default()
        };
        let cells: Vec<&str> = self.columns.iter().map(cell_of).collect();
        let mut read = read_account(&self.columns, &csv::StringRecord::from(cells.clone())).ok()?;
        for (contact, known) in read.contacts.iter_mut().zip(&account.contacts) {
            if contact.id.as_str().is_empty() {
                contact.id = known.id.clone();
            }
        }
        let row = (read == *account).then(|| write_row(&cells).ok())??;
        Some(format!("{}{}", row.trim_end_matches('\n'), self.line_end))
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
            "owners" => match owners(cell) {
                Some(owners) => account.owners = owners,
                None => expect(OWNERS),
            },
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
    let contacts = columns.iter().zip(record).find(|(column, _)| *column == "contacts");
    let cell = contacts.map_or("", |(_, cell)| cell);
    for person in cell.split(';').filter(|person| !person.trim().is_empty()) {
        match read_contact(&account, person) {
            Ok(contact) => account.contacts.push(contact),
            Err(part) => wrongs.push(wrong("contacts", &part, CONTACT)),
        }
    }
    if wrongs.is_empty() { Ok(account) } else { Err(wrongs) }
}

/// What a table says of a person.
const CONTACT: &str = "a name and a title of each person, no third text: put it into a column of its own, or `;` between two people";

/// What a table says of a time.
const TIME: &str = "a time such as `2026-03-02`, `2026-03-02 09:00` (UTC) or `2026-03-02T09:00:00+08:00`";

/// What a table says of reps who share an account.
const OWNERS: &str = "who has which part, such as `crm = li; erp = wang`, each part once";

fn owners(cell: &str) -> Option<BTreeMap<String, RepId>> {
    let mut owners = BTreeMap::new();
    for part in cell.split(';').filter(|part| !part.trim().is_empty()) {
        let (value, rep) = part.rsplit_once('=')?;
        let (value, rep) = (value.trim(), rep.trim());
        let is_whole = !value.is_empty() && !rep.is_empty();
        if !is_whole || owners.insert(value.to_owned(), rep.into()).is_some() {
            return None;
        }
    }
    Some(owners)
}

fn wrong(column: &str, cell: &str, wanted: &str) -> String {
    let found = if cell.trim().is_empty() { "nothing".to_owned() } else { format!("`{}`", cell.trim()) };
    format!("column `{column}`: found {found}, expected {wanted}")
}

/// The person that a part of a cell says; what of it has no place when there is more.
fn read_contact(account: &Account, text: &str) -> Result<Contact, String> {
    let mut contact = Contact { account: Some(account.id.clone()), ..Contact::default() };
    for part in text.split(" / ") {
        let mut part = part.trim();
        if let Some(of_id) = part.strip_prefix('#') {
            // What stands behind the id is read like any other part.
            let (id, rest) = of_id.split_once(char::is_whitespace).unwrap_or((of_id, ""));
            contact.id = id.into();
            part = rest.trim();
        }
        if part.is_empty() {
            continue;
        } else if let Some(id) = part.strip_prefix("wechat:") {
            contact.wechat = Some(id.into());
        } else if part.contains('@') {
            contact.emails.push(part.into());
        } else if part.chars().filter(char::is_ascii_digit).count() >= 5 {
            contact.phones.push(part.into());
        } else if contact.name.is_none() {
            contact.name = Some(part.to_owned());
        } else if contact.title.is_none() {
            contact.title = Some(part.to_owned());
        } else {
            return Err(part.to_owned());
        }
    }
    Ok(contact)
}

/// Gives contacts without an id one by their account and place. It says nothing of who they are, so it is nobody else's: an
/// earlier merge may have written the same into another row.
fn number_contacts(accounts: &mut [Account]) {
    let all = accounts.iter().flat_map(|account| &account.contacts);
    let mut taken: BTreeSet<String> = all.map(|contact| contact.id.to_string()).collect();
    for account in accounts {
        // An id ends at a space, a contact at a semicolon.
        let stem = account.id.as_str().replace(|letter: char| letter.is_whitespace() || letter == ';', "_");
        let mut ids = (1..).map(|number| format!("{stem}.{number}"));
        for contact in account.contacts.iter_mut().filter(|contact| contact.id.as_str().is_empty()) {
            contact.id = ids.by_ref().find(|id| taken.insert(id.clone())).unwrap_or_default().into();
        }
    }
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
    // With the id of each: by its place it would be another when somebody adds or removes a contact.
    let people = account.contacts.iter().map(|contact| {
        let mut parts = vec![format!("#{}", contact.id)];
        parts.extend(contact.name.clone());
        parts.extend(contact.title.clone());
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
    let shared = account.owners.iter().map(|(value, rep)| format!("{value} = {rep}"));
    let known = [
        ("id", account.id.to_string()),
        ("company", account.company.clone()),
        ("created_at", moment(&account.created_at)),
        ("aliases", account.aliases.join("; ")),
        ("domain", text(&account.domain)),
        ("registration_number", text(&account.registration_number)),
        ("region", account.region.map(|region| region.to_string()).unwrap_or_default()),
        ("owner", account.owner.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("owners", shared.collect::<Vec<_>>().join("; ")),
        ("pool", account.pool.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("maturity", text(&account.maturity)),
        ("tier", text(&account.tier)),
        ("closed_deal_at", account.closed_deal_at.as_ref().map(moment).unwrap_or_default()),
        ("contacts", people.collect::<Vec<_>>().join("; ")),
    ];
    let known = known.into_iter().map(|(column, cell)| (column.to_owned(), cell));
    known.chain(own).filter(|(_, cell)| !cell.trim().is_empty()).collect()
}

/// A row that reads as the account again; otherwise why there is none.
fn write_account(columns: &[String], account: &Account) -> Result<String, String> {
    let id = &account.id;
    let written = cells(account);
    if let Some(column) = written.keys().find(|column| !columns.contains(column)) {
        return Err(format!("account {id}: the table has no column `{column}` to write to: add it"));
    }
    let row: Vec<&str> =
        columns.iter().map(|column| written.get(column).map_or("", String::as_str)).collect();
    let read = read_account(columns, &csv::StringRecord::from(row.clone()))
        .map_err(|wrongs| format!("account {id}: {}", wrongs.join("; ")))?;
    if read != *account {
        let again = cells(&read);
        let differs = |column: &&String| match column.as_str() {
            "contacts" => read.contacts != account.contacts,
            name => {
                again.get(name) != written.get(name)
                    || read.attributes.get(name) != account.attributes.get(name)
            }
        };
        let column = columns.iter().find(differs).map_or("company", String::as_str);
        let cell = written.get(column).map_or("", String::as_str);
        return Err(format!(
            "account {id}: column `{column}`: `{cell}` would be read as something else: change it"
        ));
    }
    write_row(&row).map_err(|error| format!("account {id}: {error}"))
}

fn write_row(row: &[&str]) -> Result<String, Box<dyn Error>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(row)?;
    Ok(String::from_utf8(writer.into_inner()?)?)
}

#[cfg(test)]
mod tests {
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
    fn who_shares_an_account_and_who_is_named_behind_an_id_are_read() {
        let header = "id,company,created_at,owners,contacts\n";
        let row = "a,Acme,2026-03-02,crm = li; erp=wang,#c1 Ann Poe / ann.poe@acme.com\n";
        let table = read(&format!("{header}{row}"));
        let account = &table.accounts[0];
        let owners: Vec<String> = account.owners.iter().map(|(part, rep)| format!("{part}: {rep}")).collect();
        assert_eq!(owners, ["crm: li", "erp: wang"]);
        let person = &account.contacts[0];
        assert_eq!((person.id.as_str(), person.name.as_deref()), ("c1", Some("Ann Poe")));
        // Written anew it reads the same.
        let written = write_account(&table.columns, account).unwrap();
        assert!(written.contains("crm = li; erp = wang"), "{written}");
        for wrong in ["li", "crm = li; crm = wang", "= li", "crm ="] {
            let said = said(format!("{header}a,Acme,2026-03-02,{wrong},\n").as_bytes());
            assert!(said.contains("column `owners`") && said.contains(OWNERS), "{said}");
        }
    }

    #[test]
    fn a_third_text_of_a_person_is_told_with_its_line() {
        let header = "id,company,created_at,contacts\n";
        let row = "a,Acme,2026-03-02,#c1 Ann Poe / CIO / ann.poe@acme.com; Bo / 13927461853\n";
        let table = read(&format!("{header}{row}"));
        let people = &table.accounts[0].contacts;
        assert_eq!((people[0].name.as_deref(), people[0].title.as_deref()), (Some("Ann Poe"), Some("CIO")));
        assert_eq!(people[1].title, None);
        let written = write_account(&table.columns, &table.accounts[0]).unwrap();
        assert!(written.contains("#c1 / Ann Poe / CIO / ann.poe@acme.com"), "{written}");
        let said = said(format!("{header}a,Acme,2026-03-02,Ann Poe / CIO / 转介绍\n").as_bytes());
        assert_eq!(
            said,
            format!("t.csv: not merged\nline 2: column `contacts`: found `转介绍`, expected {CONTACT}")
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
}
