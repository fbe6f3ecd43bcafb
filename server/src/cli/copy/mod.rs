//! `latchkey copy`: a network from one database into another, of either kind.

pub(super) mod key;

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use latchkey_domain::{Actor, Clock, counted};
use latchkey_storage::{AuditAction, AuditEntry};
use latchkey_storage_sql::copy::{Copied, CopyProgress, Place, Source, Target, copy};
use serde_json::json;

use self::key::Key;
use super::output::{OutputArgs, print, print_json, table};
use super::progress::Progress;
use super::signals::Signals;
use super::{CliError, DataArgs};
use crate::settings::{DataSettings, Database, DatabaseArgument};
use crate::system::SystemClock;

#[derive(ClapArgs, Debug)]
pub(super) struct Args {
    /// The database with the network; it is only read, and may be in use
    #[arg(long, value_name = "FILE|URL")]
    from: DatabaseArgument,
    /// The database to copy it into: one that does not exist yet, or is empty. Its key has to be where --database would
    /// look for it, and is copied there if none is
    #[arg(long, value_name = "FILE|URL")]
    to: DatabaseArgument,
    /// A file with the password of the database that --from names, for a URL without one
    #[arg(long, value_name = "FILE", env = "LATCHKEY_FROM_PASSWORD_FILE")]
    from_password_file: Option<PathBuf>,
    /// The same for the database that --to names
    #[arg(long, value_name = "FILE", env = "LATCHKEY_TO_PASSWORD_FILE")]
    to_password_file: Option<PathBuf>,
    /// Check everything and copy nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// One end of the copy: a database and its key.
pub(super) struct End {
    pub(super) settings: DataSettings,
    pub(super) place: Place,
}

impl End {
    pub(super) fn new(database: Database, data_dir: &Path) -> Self {
        Self {
            place: match &database {
                Database::Sqlite(path) => Place::Sqlite(path.clone()),
                Database::Postgres(url) => Place::Postgres(url.clone()),
            },
            settings: DataSettings {
                data_dir: data_dir.to_owned(),
                database: Some(database),
                // The schema stays as it is, so no upgrade needs this backup.
                upgrade_backup: true,
            },
        }
    }

    fn of(
        flag: &str,
        DatabaseArgument(database): DatabaseArgument,
        password_file: Option<&Path>,
        data: &DataSettings,
    ) -> Result<Self, CliError> {
        let database = database.map_err(|why| CliError::Usage(format!("{flag}: {why}")))?;
        let database = match password_file {
            Some(file) => database
                .with_password_of(file)
                .map_err(|why| CliError::Usage(format!("{flag}-password-file: {why}")))?,
            None => database,
        };
        Ok(Self::new(database, &data.data_dir))
    }
}

pub(super) async fn run(args: Args, data: &DataArgs) -> Result<(), CliError> {
    let mut signals =
        Signals::new().map_err(|error| CliError::Failed(format!("cannot wait for signals: {error}")))?;
    tokio::select! {
        outcome = work(args, data) => outcome,
        // Dropping the copy undoes what is half done.
        () = signals.next() => Err(CliError::Failed(
            "stopped before the end: the target is as it was, or whole if the last step was under way; copy again, which \
             says so"
                .into(),
        )),
    }
}

async fn work(args: Args, data: &DataArgs) -> Result<(), CliError> {
    let (data, output) = (data.resolve()?, args.output);
    let from = End::of("--from", args.from, args.from_password_file.as_deref(), &data)?;
    let to = End::of("--to", args.to, args.to_password_file.as_deref(), &data)?;
    if from.place.is(&to.place) {
        return Err(CliError::Usage(format!(
            "--from and --to are the same database, {}: name another to copy it into",
            from.place
        )));
    }
    let started = SystemClock.now();
    let source = Source::open(&from.place).await?;
    let target = Target::open(&to.place).await?;
    let key = key::look(&source, &from, &to)?;
    let rows: u64 = source.tables().iter().map(|table| table.rows).sum();
    let what = format!("“{}” from {} to {}", source.network(), from.place, to.place);
    if args.dry_run {
        if output.json {
            print_json(&document(&source, &from, &to, &key, None));
        } else {
            print(&format!(
                "{what} can be copied: {rows} rows ({}). {} Nothing was copied.",
                in_words(&source),
                key.would_do()
            ));
        }
        return Ok(());
    }
    if !output.json {
        print(&format!(
            "Copying {what}, as it is now: {rows} rows ({}).",
            in_words(&source)
        ));
    }
    key.bring()?;
    let entry = AuditEntry {
        at: started,
        actor: Actor::operator(),
        action: AuditAction::DatabaseCopied,
        target: to.place.to_string(),
        detail: format!("from {}, {rows} rows", from.place),
    };
    let progress = Progress::default();
    let tell = |report: CopyProgress<'_>| progress.tell(report);
    let copied = copy(&source, target, Some(&key.ring), Some(entry), &tell).await?;
    let took = SystemClock.now().since(started);
    if output.json {
        print_json(&document(&source, &from, &to, &key, Some((&copied, took))));
        return Ok(());
    }
    summarise(&copied);
    print(&format!(
        "Copied {rows} rows in {:.1} s; each was read back, and is as it is in the source.",
        took.as_secs_f64()
    ));
    if copied.nul_replaced > 0 {
        print(&format!(
            "In {} the character NUL, which PostgreSQL cannot hold, was replaced.",
            counted(copied.nul_replaced, "text")
        ));
    }
    print(&key.did());
    print(&format!(
        "What is done in {} from now on is not in the copy: when you move, let no server work there any more, and start it \
         on {}.",
        from.place, to.place
    ));
    Ok(())
}

fn summarise(copied: &Copied) {
    let rows: Vec<[String; 2]> = copied
        .tables
        .iter()
        .map(|one| [one.table.clone(), one.rows.to_string()])
        .collect();
    print(&table(["TABLE", "ROWS"], &rows));
}

fn document(
    source: &Source,
    from: &End,
    to: &End,
    key: &Key,
    copied: Option<(&Copied, std::time::Duration)>,
) -> serde_json::Value {
    let tables: serde_json::Map<_, _> = source
        .tables()
        .iter()
        .map(|one| (one.table.clone(), one.rows.into()))
        .collect();
    json!({
        "network": source.network(),
        "from": from.place.to_string(),
        "to": to.place.to_string(),
        "rows": source.tables().iter().map(|one| one.rows).sum::<u64>(),
        "tables": tables,
        "copied": copied.is_some(),
        "nul_replaced": copied.map_or(0, |(copied, _)| copied.nul_replaced),
        "key": key.place,
        "key_copied": copied.is_some() && key.is_missing(),
        "seconds": copied.map(|(_, took)| took.as_secs_f64()),
    })
}

fn in_words(source: &Source) -> String {
    let count = |table: &str, what: &str| counted(source.rows_of(table), what);
    format!(
        "{}, {}, {}",
        count("members", "member"),
        count("applications", "application"),
        count("grants", "grant")
    )
}
