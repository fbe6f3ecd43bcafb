//! `latchkey import`

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use latchkey_domain::{Actor, counted};
use latchkey_storage::content::{Added, ProgressReport, TellProgress};

use super::open::open;
use super::output::print;
use super::progress::Progress;
use super::{CliError, DataArgs};
use crate::import::{self, Fault, Format};

/// The maximum number of faults listed one by one.
const NAMED: usize = 100;

/// Imports with at least this many rows show progress.
const MANY: usize = 1_000;

#[derive(ClapArgs, Debug)]
pub(super) struct Args {
    // The help shows this text verbatim, without Markdown.
    #[allow(clippy::doc_markdown)]
    /// members.csv (email, name or first_name and last_name, role, joined_at, last_active_at, avatar_url) or network.json
    /// (members, spaces, plans, events, posts with comments, courses with lessons and enrolments)
    file: PathBuf,
    /// Check everything and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(Args { file, dry_run }: Args, data: &DataArgs) -> Result<(), CliError> {
    let format = format_of(&file)?;
    let bytes = std::fs::read(&file)
        .map_err(|error| CliError::Failed(format!("cannot read {}: {error}", file.display())))?;
    let text = match utf_16(&bytes) {
        Some(text) => text,
        None => String::from_utf8(bytes).map_err(|error| not_utf_8(&file, &error))?,
    };
    let instance = open(data).await?;
    let now = instance.clock.now();
    let mut import = import::read(&text, format, now);
    let community = import.take_community();
    let (community, conflicts) = instance.store.check_community(community).await?;
    let faults = import.faults(&conflicts);
    if !faults.is_empty() {
        return Err(refuse(&file, &faults));
    }
    if dry_run {
        print(&format!(
            "{} has no errors: {} would be added. Nothing was changed.",
            file.display(),
            in_words(&Added::of(&community))
        ));
        return Ok(());
    }
    // Hashing thousands of passwords with Argon2 would take hours; one hash that nothing matches serves all members.
    let locked = instance.passwords.matches_nothing();
    let added = instance
        .store
        .add_community(community, locked, progress(), &Actor::operator(), now)
        .await?;
    let added = added.map_err(|conflicts| refuse(&file, &import.faults(&conflicts)))?;
    let took = instance.clock.now().since(now);
    let passwords = if added.members > 0 {
        " Members cannot sign in yet: `latchkey member invite --all-not-invited` makes a link for each."
    } else {
        ""
    };
    print(&format!(
        "Added {} in {:.1} s.{passwords}",
        in_words(&added),
        took.as_secs_f64()
    ));
    Ok(())
}

fn format_of(file: &Path) -> Result<Format, CliError> {
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or("");
    match ending.to_ascii_lowercase().as_str() {
        "csv" => Ok(Format::MembersCsv),
        "json" => Ok(Format::NetworkJson),
        _ => Err(CliError::Usage(format!(
            "cannot tell the format of {}: expected a name that ends in .csv (members) or .json (a network)",
            file.display()
        ))),
    }
}

/// The text of a file with a UTF-16 byte order mark, as spreadsheets write “Unicode text”.
fn utf_16(bytes: &[u8]) -> Option<String> {
    let (mark, pairs) = bytes.split_first_chunk::<2>()?;
    let unit = match mark {
        [0xFF, 0xFE] => u16::from_le_bytes,
        [0xFE, 0xFF] => u16::from_be_bytes,
        _ => return None,
    };
    let (pairs, _) = pairs.as_chunks::<2>();
    String::from_utf16(&pairs.iter().map(|pair| unit(*pair)).collect::<Vec<u16>>()).ok()
}

fn not_utf_8(file: &Path, error: &std::string::FromUtf8Error) -> CliError {
    let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
    let line = 1 + String::from_utf8_lossy(good).matches('\n').count();
    refuse(
        file,
        &[Fault {
            line,
            message: "is not UTF-8; save the file as UTF-8 (a spreadsheet may call it “CSV UTF-8”)"
                .to_owned(),
        }],
    )
}

/// Lists each fault on its own line, so that an editor can jump to it; the command's own line gives the summary.
fn refuse(file: &Path, faults: &[Fault]) -> CliError {
    let mut stderr = io::stderr().lock();
    for fault in faults.iter().take(NAMED) {
        let _ = writeln!(stderr, "{}:{fault}", file.display());
    }
    let more = faults.len().saturating_sub(NAMED);
    if more > 0 {
        let _ = writeln!(stderr, "{}: and {more} more", file.display());
    }
    CliError::Failed(format!(
        "nothing was imported: {} in {}; correct the file and import it again",
        counted(faults.len(), "fault"),
        file.display()
    ))
}

fn progress() -> TellProgress {
    let progress = Progress::default();
    Box::new(move |ProgressReport { what, done, of }| {
        if of >= MANY {
            progress.show(what, done as u64, of as u64, 0);
        }
    })
}

fn in_words(added: &Added) -> String {
    let parts: Vec<String> = [
        (added.members, "member"),
        (added.spaces, "space"),
        (added.plans, "plan"),
        (added.events, "event"),
        (added.posts, "post"),
        (added.comments, "comment"),
        (added.courses, "course"),
    ]
    .iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| counted(*count, what))
    .collect();
    if parts.is_empty() {
        "nothing".to_owned()
    } else {
        parts.join(", ")
    }
}
