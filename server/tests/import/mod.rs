//! `latchkey import`: members.csv and network.json, everything or nothing.

mod members_csv;
mod network_json;

use serde_json::Value;

use crate::support::Binary;

fn write(binary: &Binary, name: &str, content: &str) {
    std::fs::write(binary.folder().join(name), content).unwrap();
}

fn members(binary: &Binary) -> Vec<Value> {
    let list = binary.run(&["member", "list", "--json"]).json();
    list.as_array().unwrap().clone()
}
