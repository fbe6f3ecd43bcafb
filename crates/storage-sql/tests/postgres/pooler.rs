//! All of these tests once more by way of pgbouncer, which gives each transaction another connection
//! (`pool_mode = transaction`).

use std::process::Command;

use crate::backend::POOLED;

#[test]
fn all_of_it_works_by_way_of_a_pooler() {
    if std::env::var_os(POOLED).is_some() {
        return;
    }
    if !latchkey_testing::pooler::is_installed() {
        eprintln!("left out: pgbouncer is not installed");
        return;
    }
    let run = Command::new(std::env::current_exe().unwrap())
        .env(POOLED, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(
        run.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&run.stderr)
    );
    // Not a filter by mistake that leaves nothing to run.
    let passed = said
        .split("test result: ok. ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next());
    let passed: u32 = passed.unwrap().parse().unwrap();
    assert!(passed > 50, "{said}");
}
