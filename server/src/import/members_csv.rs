//! `members.csv`: a header line, and a line for each member. Spreadsheets separate values as the locale does, and may
//! declare the separator on its own line (`sep=;`).

use std::collections::HashMap;

use csv::{ByteRecord, ReaderBuilder, Trim};
use latchkey_domain::content::AvatarUrl;
use latchkey_domain::{Email, MemberName, Timestamp};
use latchkey_storage::content::{Community, NewProfile};

use super::fields::{in_words, past, role};
use super::{Fault, Import, Lines};

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
    let mut faults = Vec::new();
    let (separator, mut announced) = separator_of(text);
    let mut reader = ReaderBuilder::new()
        .delimiter(separator.byte())
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let mut header: Option<Header> = None;
    let mut record = ByteRecord::new();
    let (mut members, mut lines) = (Vec::new(), Vec::new());
    let mut seen: HashMap<Email, usize> = HashMap::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                faults.push(Fault::new(1, in_words(error)));
                break;
            }
        }
        let line = line_of(text, &record);
        // Spreadsheets write emptied rows, and the end of a file may look like one.
        if record.iter().all(<[u8]>::is_empty) || std::mem::take(&mut announced) {
            continue;
        }
        let Some(header) = &header else {
            let found = Header::read(&record, line, separator, &mut faults);
            if faults.is_empty() {
                header = Some(found);
                continue;
            }
            break;
        };
        if record.len() != header.names.len() {
            faults.push(Fault::new(
                line,
                format!(
                    "has {} values, and the first line names {}; put values with a {} in quotation marks",
                    record.len(),
                    header.names.len(),
                    separator.name()
                ),
            ));
            continue;
        }
        let before = faults.len();
        let member = member(&header.row(&record), line, now, &mut faults);
        if let Some(member) = member
            && faults.len() == before
        {
            if let Some(first) = seen.get(&member.email) {
                faults.push(Fault::new(
                    line,
                    format!("email: {} is already on line {first}", member.email),
                ));
                continue;
            }
            seen.insert(member.email.clone(), line);
            members.push(member);
            lines.push(line);
        }
    }
    if header.is_none() && faults.is_empty() {
        faults.push(Fault::new(
            1,
            "the file is empty; expected a first line like email,name,role,joined_at",
        ));
    }
    Import {
        community: Community {
            members,
            ..Community::default()
        },
        lines: Lines {
            members: lines,
            ..Lines::default()
        },
        complete: faults.is_empty(),
        faults,
    }
}

/// The separator of values in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separator {
    Comma,
    Semicolon,
    Tab,
    Bar,
}

impl Separator {
    const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Bar];

    const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Bar => b'|',
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
            Self::Bar => "vertical bar",
        }
    }
}

/// The separator of the file, and whether the first line only declares it. Otherwise the one that finds the most
/// columns in the header; a comma on a tie.
fn separator_of(text: &str) -> (Separator, bool) {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let announced = first.trim_matches(['"', ' ']).strip_prefix("sep=");
    let announced = announced.and_then(|said| {
        let said = said.as_bytes();
        Separator::ALL
            .into_iter()
            .find(|separator| said.first() == Some(&separator.byte()))
    });
    if let Some(separator) = announced {
        return (separator, true);
    }
    let columns = |separator: &Separator| {
        first
            .split(char::from(separator.byte()))
            .filter(|cell| COLUMNS.contains(&column_name(cell.trim_matches(['"', ' '])).as_str()))
            .count()
    };
    // Of equals, the last one wins.
    let best = Separator::ALL.into_iter().rev().max_by_key(columns);
    (best.unwrap_or(Separator::Comma), false)
}

/// Normalizes a column name that a user typed, such as `First name`.
fn column_name(text: &str) -> String {
    text.trim().to_lowercase().replace([' ', '-'], "_")
}

/// The line where a record starts. The reader includes preceding empty lines and the rest of a line end.
fn line_of(text: &str, record: &ByteRecord) -> usize {
    let Some(position) = record.position() else {
        return 1;
    };
    let start = usize::try_from(position.byte()).unwrap_or(0);
    let skipped = text.as_bytes()[start.min(text.len())..]
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'))
        .filter(|byte| **byte == b'\n')
        .count();
    usize::try_from(position.line()).unwrap_or(1) + skipped
}

/// The column names, in order.
struct Header {
    names: Vec<&'static str>,
}

impl Header {
    fn read(record: &ByteRecord, line: usize, separator: Separator, faults: &mut Vec<Fault>) -> Self {
        let mut names: Vec<&'static str> = Vec::new();
        for cell in record {
            let text = column_name(&String::from_utf8_lossy(cell));
            match COLUMNS.iter().find(|name| **name == text) {
                Some(name) if names.contains(name) => {
                    faults.push(Fault::new(line, format!("the column {name} is there twice")));
                }
                Some(name) => names.push(name),
                None => faults.push(Fault::new(
                    line,
                    format!(
                        "“{}” is not a column; expected some of {} (the values are separated with a {})",
                        text.chars().take(40).collect::<String>(),
                        COLUMNS.join(", "),
                        separator.name()
                    ),
                )),
            }
        }
        if faults.is_empty() && !names.contains(&"email") {
            faults.push(Fault::new(line, "there is no column email"));
        }
        if faults.is_empty() && !names.contains(&"name") && !names.contains(&"first_name") {
            faults.push(Fault::new(
                line,
                "there is no column name, nor first_name and last_name",
            ));
        }
        Self { names }
    }

    /// The existing values, by name.
    fn row<'r>(&self, record: &'r ByteRecord) -> HashMap<&'static str, &'r str> {
        let cells = self.names.iter().zip(record.iter());
        cells
            // The whole file is valid text, so each part is too.
            .filter_map(|(name, cell)| Some((*name, std::str::from_utf8(cell).ok()?)))
            .filter(|(_, cell)| !cell.is_empty())
            .collect()
    }
}

fn member(
    row: &HashMap<&'static str, &str>,
    line: usize,
    now: Timestamp,
    faults: &mut Vec<Fault>,
) -> Option<NewProfile> {
    let mut fault = |column: &str, message: String| {
        faults.push(Fault::new(line, format!("{column}: {message}")));
    };
    let get = |column: &str| row.get(column).copied();
    let email = match get("email").map(str::parse::<Email>) {
        Some(Ok(email)) => Some(email),
        Some(Err(error)) => {
            fault("email", in_words(error));
            None
        }
        None => {
            fault("email", "is missing".to_owned());
            None
        }
    };
    let parts = [get("first_name"), get("last_name")];
    let whole = get("name").map_or_else(
        || parts.into_iter().flatten().collect::<Vec<_>>().join(" "),
        str::to_owned,
    );
    let name = MemberName::parse(&whole)
        .map_err(|error| fault("name", in_words(error)))
        .ok();
    let role = role(get("role")).map_err(|error| fault("role", error)).ok();
    let mut past_time = |column: &str| {
        let time = get(column).map(|text| past(text, now)).transpose();
        time.map_err(|error| fault(column, error)).unwrap_or_default()
    };
    let (joined_at, last_active_at) = (past_time("joined_at"), past_time("last_active_at"));
    let avatar_url = get("avatar_url").map(AvatarUrl::parse).transpose();
    let avatar_url = avatar_url
        .map_err(|error| fault("avatar_url", in_words(error)))
        .unwrap_or_default();
    Some(NewProfile {
        email: email?,
        name: name?,
        role: role?,
        joined_at,
        last_active_at,
        avatar_url,
        password: None,
    })
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
