//! The files to import, the same in each run.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::json;

use crate::chance::Chance;

/// A word in a few posts.
pub(super) const RARE: &str = "quokka";
/// A word in a fifth of the posts.
pub(super) const COMMON: &str = "garden";
/// Another such word.
pub(super) const ALSO_COMMON: &str = "harvest";
/// How many members write posts.
const AUTHORS: usize = 200;
/// The size of the vocabulary. Frequent words come first.
const VOCABULARY: usize = 5_000;
/// Words per post.
const LENGTH: usize = 60;

/// The email of a member.
pub(super) fn email(number: usize) -> String {
    format!("m{number}@bench.example")
}

/// Writes `members.csv`. Many members joined on the same day, as in a network that was imported.
pub(super) fn members(folder: &Path, count: usize) -> Result<PathBuf> {
    let path = folder.join("members.csv");
    let mut file = BufWriter::new(File::create(&path)?);
    let mut chance = Chance(1);
    writeln!(file, "email,first_name,last_name,joined_at,last_active_at")?;
    for number in 0..count {
        let (year, month, day) = (2016 + chance.below(8), 1 + chance.below(12), 1 + chance.below(28));
        writeln!(
            file,
            "{},Member,Number {number},{year}-{month:02}-{day:02},{}-03-04T05:06:07Z",
            email(number),
            year + 1
        )?;
    }
    file.flush()?;
    Ok(path)
}

/// Writes `network.json` with posts in twelve spaces, by some of the members and the two of the demonstration.
pub(super) fn network(folder: &Path, posts: usize) -> Result<PathBuf> {
    let path = folder.join("network.json");
    let mut file = BufWriter::new(File::create(&path)?);
    let mut chance = Chance(2);
    let spaces: Vec<_> = (0..12)
        .map(|number| {
            json!({
                "slug": format!("bench-{number}"),
                "name": format!("Bench {number}"),
                "visibility": if number < 8 { "public" } else { "private" },
                "members": if number < 10 { vec!["member@demo.example"] } else { vec![] },
            })
        })
        .collect();
    write!(file, "{{\"spaces\": {},\n\"posts\": [\n", json!(spaces))?;
    for number in 0..posts {
        let author = match number % 100 {
            0 => "host@demo.example".to_owned(),
            1 => "member@demo.example".to_owned(),
            _ => email(10 * chance.below(AUTHORS)),
        };
        let (year, month, day) = (
            2016 + chance.below(10),
            1 + chance.below(12),
            1 + chance.below(28),
        );
        let post = json!({
            "space": format!("bench-{}", chance.below(12)),
            "author": author,
            "title": format!("{} {} {number}", word(&mut chance), word(&mut chance)),
            "body": body(number, posts, &mut chance),
            "created_at": format!("{year}-{month:02}-{day:02}T{:02}:00:00Z", chance.below(24)),
        });
        let end = if number + 1 < posts { "," } else { "" };
        writeln!(file, "{post}{end}")?;
    }
    writeln!(file, "]}}")?;
    file.flush()?;
    Ok(path)
}

fn body(number: usize, posts: usize, chance: &mut Chance) -> String {
    let mut words: Vec<String> = (0..LENGTH).map(|_| word(chance)).collect();
    for common in [COMMON, ALSO_COMMON] {
        if chance.below(5) == 0 {
            common.clone_into(&mut words[chance.below(LENGTH)]);
        }
    }
    // Five posts, evenly distributed.
    if number % (posts / 5).max(1) == 7 {
        RARE.clone_into(&mut words[chance.below(LENGTH)]);
    }
    let (first, second) = words.split_at(LENGTH / 2);
    format!("<p>{}.</p><p><b>{}</b></p>", first.join(" "), second.join(" "))
}

/// A random word: few are frequent and many are rare, as in natural languages.
fn word(chance: &mut Chance) -> String {
    const STEPS: usize = 1_000;
    let at = chance.below(STEPS);
    let skewed = at * at / STEPS * at / STEPS * VOCABULARY / STEPS + chance.below(VOCABULARY / STEPS);
    spelled(skewed)
}

/// The word of this rank.
pub(super) fn spelled(rank: usize) -> String {
    const SYLLABLES: [&str; 20] = [
        "ba", "co", "di", "fe", "gu", "ha", "jo", "ki", "le", "mu", "na", "po", "ri", "se", "tu", "va", "wo",
        "xi", "ye", "zu",
    ];
    let mut rest = rank;
    let mut word = String::new();
    for _ in 0..3 {
        word += SYLLABLES[rest % 20];
        rest /= 20;
    }
    word
}
