//! Compares an answer with what the tables in `expected.rs` say.

use std::collections::BTreeSet;

use latchkey_domain::{Scope, ScopeSet};
use serde_json::{Map, Value, json};

use super::content::Content;
use super::expected::{self, Extent, Rule};
use super::graph::Graph;
use super::path::{Path, Step, named};

/// Compares an answer with the expectation.
pub(super) struct Check<'c> {
    pub(super) content: &'c Content,
    pub(super) graph: &'c Graph,
    pub(super) person: &'c str,
    pub(super) scopes: ScopeSet,
    pub(super) path: &'c Path,
    pub(super) wrong: Vec<String>,
    /// The places where an error is expected.
    pub(super) refused: BTreeSet<String>,
    /// The number of objects at the end of the path.
    pub(super) reached: usize,
}

/// The expectation for a field that returns one object.
enum Expectation {
    There,
    Absent,
    Refused,
}

impl Check<'_> {
    /// The scopes of the token that open an object; all of them for an object without a rule.
    fn opening(&self, object: &str, number: i64, written: bool) -> ScopeSet {
        let Rule::Scopes(rule) = expected::rule(object) else {
            return self.scopes;
        };
        rule.iter()
            .filter(|(_, extent)| {
                self.content
                    .covers(*extent, self.person, (object, number), written)
            })
            .map(|(scope, _)| scope.parse::<Scope>().unwrap())
            .filter(|scope| self.scopes.contains(*scope))
            .collect()
    }

    /// Whether a token that opens an object with `opening` may read its field. A scope that opens some objects of a
    /// type opens the fields of only those.
    fn may_read(&self, object: &str, field: &str, opening: ScopeSet) -> bool {
        let Some(any) = expected::requirement(object, field) else {
            return true;
        };
        let ruled: ScopeSet = match expected::rule(object) {
            Rule::Scopes(rule) => rule
                .iter()
                .map(|(scope, _)| scope.parse::<Scope>().unwrap())
                .collect(),
            _ => ScopeSet::EMPTY,
        };
        !any.intersection(self.scopes.without(ruled).union(opening))
            .is_empty()
    }

    /// An object `at` steps along the path.
    pub(super) fn object(
        &mut self,
        value: &Map<String, Value>,
        at: usize,
        from: Option<&Step>,
        place: &mut Vec<Value>,
    ) {
        let object = from.map_or(self.path.root, |step| &step.target);
        let mut opening = self.scopes;
        let mut number = 0;
        let rule = expected::rule(object);
        if rule != Rule::Above {
            let (kind, found) = named(value["id"].as_str().unwrap());
            assert_eq!(kind, object);
            number = found;
            let from = from.unwrap();
            let written = from.object.ends_with("Payload");
            opening = self.opening(object, number, written);
            let is_named = expected::NAMES.contains(&(&from.object, &from.field));
            if rule != Rule::Any && opening.is_empty() && !is_named {
                self.wrong
                    .push(format!("{object} {number} is not open, but there"));
            }
        }
        let graph = self.graph;
        if at == self.path.steps.len() {
            self.reached += 1;
            for field in graph.leaves(object) {
                if !self.may_read(object, &field.name, opening) {
                    self.refuse(&value[&field.name], &field.name, place);
                }
            }
            if object == "SearchResult" {
                let (kind, number) = named(value["id"].as_str().unwrap());
                if !self.content.may_read(self.person, &kind, number) {
                    self.wrong
                        .push(format!("{kind} {number} is found, but not readable"));
                }
            }
            return;
        }
        let step = &self.path.steps[at];
        let below = &value[&step.field];
        if !self.may_read(object, &step.field, opening) {
            self.refuse(below, &step.field, place);
            return;
        }
        match self.expectation(step, number) {
            Expectation::Refused => self.refuse(below, &step.field, place),
            Expectation::Absent if below.is_null() => {}
            Expectation::Absent => self.wrong.push(format!(
                "{}.{} is not to be read, but there",
                step.object, step.field
            )),
            Expectation::There => {
                place.push(json!(step.field));
                match below {
                    Value::Object(one) => self.object(one, at + 1, Some(step), place),
                    Value::Array(rows) => {
                        for (index, row) in rows.iter().enumerate() {
                            place.push(json!(index));
                            match row.as_object() {
                                Some(one) => self.object(one, at + 1, Some(step), place),
                                None => self.wrong.push(format!("a row of {} is null", step.field)),
                            }
                            place.pop();
                        }
                    }
                    _ => self
                        .wrong
                        .push(format!("{}.{} is open, but not there", step.object, step.field)),
                }
                place.pop();
            }
        }
    }

    /// The expectation behind an open field.
    fn expectation(&self, step: &Step, number: i64) -> Expectation {
        match (step.object.as_str(), step.field.as_str()) {
            ("Comment", "post") => {
                let post = self.content.post_of(number);
                if !self.content.may_read(self.person, "Post", post) {
                    Expectation::Absent
                } else if self.opening("Post", post, false).is_empty() {
                    Expectation::Refused
                } else {
                    Expectation::There
                }
            }
            ("Event", "space") if !Content::is_in_space(number) => Expectation::Absent,
            ("Query", "node") => {
                let id = step.arguments.split('"').nth(1).unwrap();
                let (object, number) = named(id);
                let Rule::Scopes(rule) = expected::rule(&object) else {
                    return Expectation::There;
                };
                let looks_up = |(scope, extent): &(&str, Extent)| {
                    *extent != Extent::Written && self.scopes.contains(scope.parse().unwrap())
                };
                if !rule.iter().any(looks_up) {
                    Expectation::Refused
                } else if self.opening(&object, number, false).is_empty() {
                    Expectation::Absent
                } else {
                    Expectation::There
                }
            }
            _ => Expectation::There,
        }
    }

    fn refuse(&mut self, value: &Value, field: &str, place: &[Value]) {
        if !value.is_null() {
            self.wrong.push(format!("{field} is closed, but has a value"));
        }
        let mut place = place.to_vec();
        place.push(json!(field));
        self.refused.insert(Value::Array(place).to_string());
    }
}
