//! Going through a query.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, Field, Selection, SelectionSet};
use async_graphql::{Value, Variables};

use super::TooComplex;
use crate::connection::{DEFAULT_PAGE, MAX_NESTED_PAGE, MAX_PAGE};

/// How deep the walk itself goes, so that it does not run out of stack.
const MAX_STEPS: usize = 150;
/// What a search costs besides its fields.
const SEARCH: u64 = 30;
/// What a list of types costs in an introspection.
const TYPES: u64 = 50;

/// How much work a selection is.
#[derive(Clone, Copy, Default)]
pub(super) struct Weight {
    /// What is done for each row of the list that it belongs to.
    pub(super) rows: u64,
    /// What is done once.
    pub(super) once: u64,
    /// How deep its fields stand in each other.
    pub(super) depth: u64,
    /// How often lists of types stand in each other.
    pub(super) lists: u64,
}

impl Weight {
    fn add(&mut self, other: Self) {
        self.rows = self.rows.saturating_add(other.rows);
        self.once = self.once.saturating_add(other.once);
        self.depth = self.depth.max(other.depth);
        self.lists = self.lists.max(other.lists);
    }
}

pub(super) struct Walk<'q> {
    document: &'q ExecutableDocument,
    variables: &'q Variables,
    /// What fragments weigh, at the top and within a list; `None` while one is looked at.
    fragments: HashMap<(&'q str, bool), Option<Weight>>,
}

impl<'q> Walk<'q> {
    pub(super) fn new(document: &'q ExecutableDocument, variables: &'q Variables) -> Self {
        Self {
            document,
            variables,
            fragments: HashMap::new(),
        }
    }

    /// What a selection weighs. `None` if it comes back to itself.
    pub(super) fn selection_set(
        &mut self,
        set: &'q SelectionSet,
        nested: bool,
        steps: usize,
    ) -> Result<Option<Weight>, TooComplex> {
        if steps > MAX_STEPS {
            return Err(TooComplex::Fragments);
        }
        let mut sum = Weight::default();
        for item in &set.items {
            let weight = match &item.node {
                Selection::Field(field) => self.field(&field.node, nested, steps)?,
                Selection::InlineFragment(inline) => {
                    self.selection_set(&inline.node.selection_set.node, nested, steps + 1)?
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment(spread.node.fragment_name.node.as_str(), nested, steps)?
                }
            };
            let Some(weight) = weight else { return Ok(None) };
            sum.add(weight);
        }
        Ok(Some(sum))
    }

    fn fragment(&mut self, name: &'q str, nested: bool, steps: usize) -> Result<Option<Weight>, TooComplex> {
        if let Some(known) = self.fragments.get(&(name, nested)) {
            return Ok(*known);
        }
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            // Validation says that it does not exist.
            return Ok(Some(Weight::default()));
        };
        self.fragments.insert((name.as_str(), nested), None);
        let weight = self.selection_set(&fragment.node.selection_set.node, nested, steps + 1)?;
        self.fragments.insert((name.as_str(), nested), weight);
        Ok(weight)
    }

    fn field(&mut self, field: &'q Field, nested: bool, steps: usize) -> Result<Option<Weight>, TooComplex> {
        let name = field.name.node.as_str();
        let is_rows = matches!(name, "nodes" | "edges");
        let below = self.selection_set(&field.selection_set.node, nested || is_rows, steps + 1)?;
        let Some(below) = below else { return Ok(None) };
        let own = match name {
            "search" => 1 + SEARCH,
            "types" | "fields" | "inputFields" | "interfaces" | "possibleTypes" => 1 + TYPES,
            _ => 1,
        };
        let repeated = below.rows.saturating_mul(self.page_size(field, nested));
        let cost = below.once.saturating_add(repeated).saturating_add(own);
        let is_type_list = matches!(name, "fields" | "inputFields" | "interfaces" | "possibleTypes");
        Ok(Some(Weight {
            rows: if is_rows { cost } else { 0 },
            once: if is_rows { 0 } else { cost },
            // An introspection is deep by nature; what it may cost is limited in other ways.
            depth: if name.starts_with("__") {
                1
            } else {
                below.depth + 1
            },
            lists: below.lists + u64::from(is_type_list),
        }))
    }

    /// How many rows a field gives, if it is a list.
    fn page_size(&self, field: &Field, nested: bool) -> u64 {
        let most = if nested { MAX_NESTED_PAGE } else { MAX_PAGE };
        let asked = field.get_argument("first").and_then(|value| {
            let value = value.node.clone().into_const_with(|name| {
                Ok::<_, ()>(self.variables.get(&name).cloned().unwrap_or(Value::Null))
            });
            match value {
                Ok(Value::Number(number)) => number.as_u64(),
                _ => None,
            }
        });
        // A variable that is left out may have a default; the most is a safe guess for it.
        let fallback = if field.get_argument("first").is_some() {
            most
        } else {
            DEFAULT_PAGE
        };
        asked.unwrap_or(u64::from(fallback)).min(u64::from(most))
    }
}
