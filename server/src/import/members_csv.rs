//! `members.csv`: a header line, and a line for each member. Spreadsheets separate values as the locale does, and may
//! declare the separator on its own line (`sep=;`).

use std::collections::HashMap;

use csv::{ByteRecord, ReaderBuilder, Trim};
use latchkey_domain::{Email, Timestamp, counted};
use latchkey_storage::content::{Community, NewProfile};

use super::member::{MemberFields, member};
use super::record::{Place, Source};
use super::{Import, Lines};

const COLUMNS: [&str; 8] = [
    "email",
    "name",
    "first_name",
    "last_name",
    "role",
    "joined_at",
    "last_active_at",
    "avatar_url",
];

/// Reads members.
pub(super) fn read(text: &str, now: Timestamp) -> Import {
    let source = Source::new(text, now);
    let (members, members_at) = members(&source, text);
    let faults = source.into_faults();
    Import {
        community: Community {
            members,
            ..Community::default()
        },
        lines: Lines {
            members: members_at,
            ..Lines::default()
        },
        complete: faults.is_empty(),
        faults,
    }
}

/// The valid members and their lines.
fn members(source: &Source<'_>, text: &str) -> (Vec<NewProfile>, Vec<usize>) {
    let (separator, mut announced) = separator_of(text);
    let mut reader = ReaderBuilder::new()
        .delimiter(separator.byte)
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let (mut members, mut lines) = (Vec::new(), Vec::new());
    let mut header: Option<Vec<&str>> = None;
    let mut seen: HashMap<Email, usize> = HashMap::new();
    for record in reader.byte_records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                source.fault(1, error.to_string());
                break;
            }
        };
        // Spreadsheets write emptied rows, and the end of a file may look like one.
        if record.iter().all(<[u8]>::is_empty) || std::mem::take(&mut announced) {
            continue;
        }
        let place = source.place("", start_of(text, &record));
        let line = place.line();
        let Some(header) = &header else {
            header = read_header(&record, line, separator, source);
            if header.is_none() {
                break;
            }
            continue;
        };
        if record.len() != header.len() {
            source.fault(
                line,
                format!(
                    "has {}, and the first line names {}; put values with a {} in quotation marks",
                    counted(record.len(), "value"),
                    header.len(),
                    separator.name
                ),
            );
            continue;
        }
        if let Some(member) = row(place, header, &record) {
            if let Some(first) = seen.get(&member.email) {
                let message = format!("email: {} is already on line {first}", member.email);
                source.fault(line, message);
                continue;
            }
            seen.insert(member.email.clone(), line);
            members.push(member);
            lines.push(line);
        }
    }
    if header.is_none() && source.faults() == 0 {
        source.fault(
            1,
            "the file is empty; expected a first line like email,name,role,joined_at",
        );
    }
    (members, lines)
}

/// A separator of values in a line.
#[derive(Clone, Copy)]
struct Separator {
    byte: u8,
    name: &'static str,
}

const fn separator(byte: u8, name: &'static str) -> Separator {
    Separator { byte, name }
}

const COMMA: Separator = separator(b',', "comma");
const SEPARATORS: [Separator; 4] = [
    COMMA,
    separator(b';', "semicolon"),
    separator(b'\t', "tab"),
    separator(b'|', "vertical bar"),
];

/// The separator of the file, and whether the first line only declares it. Otherwise the one that finds the most
/// columns in the header; a comma on a tie.
fn separator_of(text: &str) -> (Separator, bool) {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let announced = first.trim_matches(['"', ' ']).strip_prefix("sep=");
    let announced = announced.and_then(|said| {
        let said = said.as_bytes();
        SEPARATORS
            .into_iter()
            .find(|separator| said.first() == Some(&separator.byte))
    });
    if let Some(separator) = announced {
        return (separator, true);
    }
    let columns = |separator: &Separator| {
        first
            .split(char::from(separator.byte))
            .filter(|cell| COLUMNS.contains(&column_name(cell.trim_matches(['"', ' '])).as_str()))
            .count()
    };
    // Of equals, the last one wins.
    let best = SEPARATORS.into_iter().rev().max_by_key(columns);
    (best.unwrap_or(COMMA), false)
}

/// Normalizes a column name that a user typed, such as `First name`.
fn column_name(text: &str) -> String {
    text.trim().to_lowercase().replace([' ', '-'], "_")
}

/// The byte where a record starts. The reader includes preceding empty lines and the rest of a line end.
fn start_of(text: &str, record: &ByteRecord) -> usize {
    let start = record.position().map_or(0, csv::Position::byte);
    let start = usize::try_from(start).unwrap_or(0).min(text.len());
    let line_ends = text.as_bytes()[start..]
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'));
    start + line_ends.count()
}

/// The column names, in order; `None` if something is wrong with them.
fn read_header(
    record: &ByteRecord,
    line: usize,
    separator: Separator,
    source: &Source<'_>,
) -> Option<Vec<&'static str>> {
    let mut names: Vec<&'static str> = Vec::new();
    for cell in record {
        let text = column_name(&String::from_utf8_lossy(cell));
        match COLUMNS.iter().find(|name| **name == text) {
            Some(name) if names.contains(name) => {
                source.fault(line, format!("the column {name} is there twice"));
            }
            Some(name) => names.push(name),
            None => source.fault(
                line,
                format!(
                    "“{}” is not a column; expected some of {} (the values are separated with a {})",
                    text.chars().take(40).collect::<String>(),
                    COLUMNS.join(", "),
                    separator.name
                ),
            ),
        }
    }
    if source.faults() == 0 && !names.contains(&"email") {
        source.fault(line, "there is no column email");
    }
    if source.faults() == 0 && !names.contains(&"name") && !names.contains(&"first_name") {
        source.fault(line, "there is no column name, nor first_name and last_name");
    }
    (source.faults() == 0).then_some(names)
}

/// Reads the member of a line.
fn row(place: Place<'_, '_>, header: &[&str], record: &ByteRecord) -> Option<NewProfile> {
    let cell = |column: &str| {
        let index = header.iter().position(|name| *name == column)?;
        let cell = record.get(index).filter(|cell| !cell.is_empty())?;
        Some(String::from_utf8_lossy(cell).into_owned())
    };
    let parts = [cell("first_name"), cell("last_name")].into_iter().flatten();
    let fields = MemberFields {
        email: cell("email"),
        name: cell("name").unwrap_or_else(|| parts.collect::<Vec<_>>().join(" ")),
        role: cell("role"),
        joined_at: cell("joined_at"),
        last_active_at: cell("last_active_at"),
        avatar_url: cell("avatar_url"),
    };
    member(place, fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(text: &str) -> Import {
        super::super::read(text, super::super::Format::MembersCsv, Timestamp::from_millis(0))
    }

    #[test]
    fn values_may_be_separated_as_spreadsheets_do() {
        for separator in [",", ";", "\t", "|"] {
            for announced in [
                String::new(),
                format!("sep={separator}\r\n"),
                format!("\u{FEFF}\"sep={separator}\"\n"),
            ] {
                let rows = [
                    "email,name,role",
                    "ada@example.com,\"Lovelace, Ada; | x\",host",
                    "bob@example.com,Bob,",
                ];
                let rows: Vec<String> = rows
                    .iter()
                    .map(|row| row.replacen(',', separator, 1))
                    .map(|row| match row.rsplit_once(',') {
                        Some((before, last)) => format!("{before}{separator}{last}"),
                        None => row,
                    })
                    .collect();
                let text = format!("{announced}{}\r\n{separator}{separator}\r\n", rows.join("\r\n"));
                let mut import = import(&text);
                assert_eq!(import.faults(&[]), [], "{text:?}");
                let first = if announced.is_empty() { 2 } else { 3 };
                assert_eq!(import.lines.members, [first, first + 1]);
                let members = import.take_community().members;
                assert_eq!(members[0].name.as_str(), "Lovelace, Ada; | x");
                assert_eq!(members.len(), 2);
            }
        }
    }

    #[test]
    fn faults_name_the_separator_and_their_lines() {
        let first = |text: &str| import(text).faults(&[])[0].to_string();
        assert_eq!(
            first("sep=;\n\nemail;name\nada@example.com;Lovelace; Ada\n"),
            "4: has 3 values, and the first line names 2; put values with a semicolon in quotation marks"
        );
        assert!(first("email:name\na@b.example:A\n").ends_with("(the values are separated with a comma)"));
        assert!(first("sep=:\nemail:name\n").starts_with("1: “sep=:” is not a column"));
        assert!(first("email;nickname\na@b.example;A\n").contains("“nickname” is not a column"));
    }

    #[test]
    fn rows_without_values_do_not_count() {
        let text = "Email;First Name;Last-Name\n;;\nada@example.com;Ada;Lovelace\n  \n;;\n ; ; \n";
        let mut import = import(text);
        assert_eq!(import.faults(&[]), []);
        assert_eq!(import.lines.members, [3]);
        assert_eq!(import.take_community().members[0].name.as_str(), "Ada Lovelace");
    }

    #[test]
    fn one_address_in_two_spellings_is_one_member() {
        let import = import("email,name\nada@bücher.example,Ada\nada@xn--bcher-kva.example,Ada\n");
        assert_eq!(
            import.faults(&[])[0].to_string(),
            "3: email: ada@xn--bcher-kva.example is already on line 2"
        );
    }
}
