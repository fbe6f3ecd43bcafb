//! `members.csv`: a line of names, and a line for each member.

use std::collections::HashMap;

use csv::{ByteRecord, ReaderBuilder, Trim};
use latchkey_domain::content::AvatarUrl;
use latchkey_domain::{Email, MemberName, Timestamp};
use latchkey_store::content::{Community, NewProfile};

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
    let mut reader = ReaderBuilder::new()
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
        let Some(header) = &header else {
            let found = Header::read(&record, line, &mut faults);
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
                    "has {} values, and the first line names {}; put values with a comma in quotation marks",
                    record.len(),
                    header.names.len()
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
                    format!("email: {} stands on line {first} already", member.email),
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

/// The line on which a record begins. The reader counts empty lines before it, and the rest of a line end, to it.
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

/// The names of the columns, in their order.
struct Header {
    names: Vec<&'static str>,
}

impl Header {
    fn read(record: &ByteRecord, line: usize, faults: &mut Vec<Fault>) -> Self {
        let mut names: Vec<&'static str> = Vec::new();
        for cell in record {
            let text = String::from_utf8_lossy(cell).to_lowercase();
            match COLUMNS.iter().find(|name| **name == text) {
                Some(name) if names.contains(name) => {
                    faults.push(Fault::new(line, format!("the column {name} is there twice")));
                }
                Some(name) => names.push(name),
                None => faults.push(Fault::new(
                    line,
                    format!(
                        "“{}” is not a column; expected some of {}",
                        text.chars().take(40).collect::<String>(),
                        COLUMNS.join(", ")
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

    /// The values that are there, by name.
    fn row<'r>(&self, record: &'r ByteRecord) -> HashMap<&'static str, &'r str> {
        let cells = self.names.iter().zip(record.iter());
        cells
            // The file was text when it was read, so that each part of it is.
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
    let mut moment = |column: &str| {
        let time = get(column).map(|text| past(text, now)).transpose();
        time.map_err(|error| fault(column, error)).unwrap_or_default()
    };
    let (joined_at, last_active_at) = (moment("joined_at"), moment("last_active_at"));
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
