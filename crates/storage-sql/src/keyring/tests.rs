use std::fs;

use super::*;
use crate::keys::FORMAT as KEY_FORMAT;

fn day(number: u64) -> Timestamp {
    Timestamp::from_millis(0).plus(Duration::from_secs(number * 86_400))
}

fn usual() -> Duration {
    retired_stays(None)
}

fn prints(ring: &Keyring) -> Vec<String> {
    ring.all().map(ServerKey::fingerprint).collect()
}

#[test]
fn a_rotated_file_reads_back_with_the_new_key_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latchkey.key");
    let first = Keyring::load_or_create(&path, true).unwrap();
    let second = first.rotated(day(1), usual()).unwrap();
    second.replace_file(&path).unwrap();
    let read = Keyring::load(&path).unwrap().unwrap();
    assert_eq!(prints(&read), prints(&second));
    assert_eq!(prints(&read)[1], first.current().fingerprint());
    assert_eq!([read.0[0].number, read.0[1].number], [2, 1]);
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no draft is left"
    );
    assert_eq!(
        prints(&Keyring::load_or_create(&path, false).unwrap()),
        prints(&second)
    );
}

#[test]
fn a_file_is_made_with_all_keys_and_replaces_none() {
    let folder = tempfile::tempdir().unwrap();
    let first = Keyring::of(ServerKey::from_bytes([1; 32]));
    for (name, ring) in [
        ("one.key", first.clone()),
        ("two.key", first.rotated(day(1), usual()).unwrap()),
    ] {
        let path = folder.path().join(name);
        ring.create_file(&path).unwrap();
        let read = Keyring::load(&path).unwrap().unwrap();
        assert_eq!(prints(&read), prints(&ring));
        assert!(ring.create_file(&path).is_err());
    }
    let text = fs::read_to_string(folder.path().join("one.key")).unwrap();
    assert!(
        text.contains("latchkey-key-v1 "),
        "as one that was never rotated: {text}"
    );
}

#[test]
fn a_key_goes_once_nothing_that_it_made_can_be_left() {
    let ring = Keyring::of(ServerKey::from_bytes([1; 32]))
        .rotated(day(0), usual())
        .unwrap();
    assert_eq!(ring.rotated(day(90), usual()).unwrap().0.len(), 3);
    assert_eq!(ring.rotated(day(91), usual()).unwrap().0.len(), 2);
    let longer = retired_stays(Some(DAY * 365));
    assert_eq!(ring.rotated(day(365), longer).unwrap().0.len(), 3);
    assert_eq!(ring.rotated(day(366), longer).unwrap().0.len(), 2);
}

#[test]
fn a_key_outlives_every_refresh_token_that_it_may_have_made() {
    for (longest, days) in [
        (None, 91),
        (Some(1), 91),
        (Some(90), 91),
        (Some(91), 92),
        (Some(365), 366),
    ] {
        assert_eq!(retired_stays(longest.map(|days| DAY * days)), DAY * days);
    }
}

#[test]
fn numbers_are_free_ones_and_there_is_a_limit() {
    let mut ring = Keyring::of(ServerKey::from_bytes([1; 32]));
    for _ in 1..MOST {
        ring = ring.rotated(day(0), usual()).unwrap();
    }
    assert!(
        ring.rotated(day(0), usual())
            .unwrap_err()
            .to_string()
            .contains("within 91 days")
    );
    for round in 0..300 {
        ring = ring.rotated(day(100 * (round + 1)), usual()).unwrap();
        assert!(ring.0.len() == 2 && ring.0[0].number != ring.0[1].number && ring.0[0].number != 0);
    }
}

#[test]
fn what_is_no_key_file_is_refused() {
    let key = URL_SAFE_NO_PAD.encode([7; 32]);
    for bad in [
        String::new(),
        format!("{FORMAT} 0 {key}"),
        format!("{FORMAT} 1 {key} replaced 5"),
        format!("{FORMAT} 1 {key}\n{FORMAT} 2 {key}"),
        format!("{FORMAT} 1 {key}\n{FORMAT} 1 {key} replaced 5"),
        format!("{FORMAT} 2 {key}\n{FORMAT} 1 {key} replaced soon"),
        format!("latchkey-key-v3 1 {key}"),
    ] {
        assert!(Keyring::parse(&bad).is_none(), "{bad}");
    }
    assert!(
        Keyring::parse(&format!(
            "# note\r\n{FORMAT} 2 {key}\r\n{FORMAT} 1 {key} replaced 5\r\n"
        ))
        .is_some()
    );
}

fn refusal(path: &Path, may_create: bool) -> String {
    Keyring::load_or_create(path, may_create).unwrap_err().to_string()
}

#[test]
fn is_made_once_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latchkey.key");
    assert!(refusal(&path, false).contains("put the original latchkey.key back"));
    let made = Keyring::load_or_create(&path, true).unwrap();
    let read = Keyring::load_or_create(&path, false).unwrap();
    assert_eq!(made.current().fingerprint(), read.current().fingerprint());
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no draft is left behind"
    );
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.len() == 2 && lines[0].starts_with('#') && lines[1].len() == "latchkey-key-v1 ".len() + 43);
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latchkey.key");
    Keyring::load_or_create(&path, true).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn of_many_makers_one_wins() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latchkey.key");
    let prints: Vec<String> = std::thread::scope(|scope| {
        let make = || {
            Keyring::load_or_create(&path, true)
                .unwrap()
                .current()
                .fingerprint()
        };
        let makers: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
        makers.into_iter().map(|maker| maker.join().unwrap()).collect()
    });
    assert!(prints.iter().all(|print| *print == prints[0]));
}

#[test]
fn a_malformed_file_is_refused_with_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latchkey.key");
    let good = format!("{KEY_FORMAT} {}", URL_SAFE_NO_PAD.encode([7; 32]));
    for bad in [
        "",
        "hello",
        KEY_FORMAT,
        "latchkey-key-v1 abc",
        "latchkey-key-v2 AAAA",
        &format!("{good}\n{good}\n"),
    ] {
        fs::write(&path, bad).unwrap();
        let message = refusal(&path, true);
        assert!(
            message.contains("is malformed") && message.contains("put the original"),
            "{bad}: {message}"
        );
    }
    fs::write(&path, [0xFF, 0xFE, 0x00]).unwrap();
    assert!(refusal(&path, true).contains("is malformed"));
    fs::write(&path, format!("# a comment\r\n\r\n{good}\r\n")).unwrap();
    assert!(Keyring::load_or_create(&path, false).is_ok());
}
