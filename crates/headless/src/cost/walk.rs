//! Walks through a query.

use std::collections::HashMap;

use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Positioned, Value as ConstValue, Variables};
use async_graphql_value::Value;
use latchkey_domain::limits::{
    ARGUMENT_BYTES_PER_POINT, DEFAULT_PAGE, INTROSPECTED_FIELDS_PER_POINT, LOOKUP_COST, MAX_NESTED_PAGE,
    MAX_PAGE, SEARCH_COST,
};

use super::too_complex::TooComplex;
use super::weight::Weight;

/// The deepest recursion of the walk, so that it does not run out of stack.
const MAX_STEPS: usize = 150;

/// Where a selection is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    /// In content. `nested` says whether within a list.
    Content { nested: bool },
    /// In an introspection.
    Schema,
}

pub(super) struct Walk<'q> {
    document: &'q ExecutableDocument,
    variables: &'q Variables,
    operation: &'q OperationDefinition,
    /// The weights of fragments in each place; `None` while a fragment is being weighed.
    fragments: HashMap<(&'q str, Place), Option<Weight>>,
    /// The sizes of variables in bytes.
    sizes: HashMap<&'q str, u64>,
}

impl<'q> Walk<'q> {
    pub(super) fn new(
        document: &'q ExecutableDocument,
        variables: &'q Variables,
        operation: &'q OperationDefinition,
    ) -> Self {
        Self {
            document,
            variables,
            operation,
            fragments: HashMap::new(),
            sizes: HashMap::new(),
        }
    }

    /// The weight of the operation.
    pub(super) fn operation(mut self) -> Result<Weight, TooComplex> {
        let place = Place::Content { nested: false };
        let mut weight = self.selection_set(&self.operation.selection_set.node, place, 0)?;
        let directives = self.directives(&self.operation.directives);
        weight.once = weight.once.saturating_add(directives / ARGUMENT_BYTES_PER_POINT);
        Ok(weight)
    }

    fn selection_set(
        &mut self,
        set: &'q SelectionSet,
        place: Place,
        steps: usize,
    ) -> Result<Weight, TooComplex> {
        if steps > MAX_STEPS {
            return Err(TooComplex::Fragments);
        }
        let mut sum = Weight::default();
        for item in &set.items {
            sum.add(match &item.node {
                Selection::Field(field) => self.field(&field.node, place, steps)?,
                Selection::InlineFragment(inline) => {
                    let weight = self.selection_set(&inline.node.selection_set.node, place, steps + 1)?;
                    self.with_directives(weight, &inline.node.directives)
                }
                Selection::FragmentSpread(spread) => {
                    let weight = self.fragment(spread.node.fragment_name.node.as_str(), place, steps)?;
                    self.with_directives(weight, &spread.node.directives)
                }
            });
        }
        Ok(sum)
    }

    fn with_directives(&mut self, mut weight: Weight, directives: &'q [Positioned<Directive>]) -> Weight {
        let bytes = self.directives(directives);
        weight.once = weight.once.saturating_add(bytes / ARGUMENT_BYTES_PER_POINT);
        weight
    }

    fn fragment(&mut self, name: &'q str, place: Place, steps: usize) -> Result<Weight, TooComplex> {
        if let Some(known) = self.fragments.get(&(name, place)) {
            return known.ok_or_else(|| TooComplex::Circle {
                name: name.to_owned(),
            });
        }
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            // Validation reports that it does not exist. It still costs something, because it is looked up.
            return Ok(Weight {
                once: 1,
                ..Weight::default()
            });
        };
        self.fragments.insert((name.as_str(), place), None);
        let weight = self.selection_set(&fragment.node.selection_set.node, place, steps + 1)?;
        self.fragments.insert((name.as_str(), place), Some(weight));
        Ok(weight)
    }

    fn field(&mut self, field: &'q Field, place: Place, steps: usize) -> Result<Weight, TooComplex> {
        let name = field.name.node.as_str();
        let arguments = field.arguments.iter().map(|(_, value)| &value.node);
        let bytes = arguments
            .map(|value| self.size(value))
            .fold(0, u64::saturating_add);
        let bytes = bytes.saturating_add(self.directives(&field.directives));
        let paid = bytes / ARGUMENT_BYTES_PER_POINT;
        let weight = match place {
            Place::Content { .. } if name == "__schema" || name == "__type" => {
                let below = self.selection_set(&field.selection_set.node, Place::Schema, steps + 1)?;
                Weight {
                    once: 1 + paid + below.once / INTROSPECTED_FIELDS_PER_POINT,
                    // An introspection is deep by nature.
                    depth: 1,
                    lists: below.lists,
                    ..Weight::default()
                }
            }
            Place::Content { nested } => {
                let is_rows = matches!(name, "nodes" | "edges");
                let inner = Place::Content {
                    nested: nested || is_rows,
                };
                let below = self.selection_set(&field.selection_set.node, inner, steps + 1)?;
                let size = self.page_size(field, nested);
                let own = match name {
                    "search" => 1 + SEARCH_COST,
                    "memberByEmail" => 1 + LOOKUP_COST,
                    // An edge also has a node.
                    "node" if !field.arguments.is_empty() => 1 + LOOKUP_COST,
                    _ => 1,
                };
                let cost = below
                    .once
                    .saturating_add(below.rows.saturating_mul(size))
                    .saturating_add(own + paid);
                let texts = below
                    .texts
                    .saturating_add(below.row_texts.saturating_mul(size))
                    .saturating_add(u64::from(matches!(name, "body" | "description")));
                let (rows, once) = if is_rows { (cost, 0) } else { (0, cost) };
                let (row_texts, texts) = if is_rows { (texts, 0) } else { (0, texts) };
                Weight {
                    rows,
                    once,
                    depth: below.depth + 1,
                    arguments: below.arguments,
                    texts,
                    row_texts,
                    ..Weight::default()
                }
            }
            Place::Schema => {
                let below = self.selection_set(&field.selection_set.node, place, steps + 1)?;
                let is_type_list = matches!(name, "fields" | "inputFields" | "interfaces" | "possibleTypes");
                Weight {
                    once: below
                        .once
                        .saturating_mul(schema_size(name))
                        .saturating_add(1 + paid),
                    depth: 1,
                    lists: below.lists + u64::from(is_type_list),
                    ..Weight::default()
                }
            }
        };
        Ok(Weight {
            fields: 1,
            arguments: weight.arguments.saturating_add(bytes),
            ..weight
        })
    }

    fn directives(&mut self, directives: &'q [Positioned<Directive>]) -> u64 {
        let values = directives.iter().flat_map(|directive| &directive.node.arguments);
        values
            .map(|(_, value)| self.size(&value.node))
            .fold(0, u64::saturating_add)
    }

    /// The approximate size of an argument in bytes.
    fn size(&mut self, value: &'q Value) -> u64 {
        match value {
            Value::Variable(name) => {
                let name = name.as_str();
                if let Some(known) = self.sizes.get(name) {
                    return *known;
                }
                let size = self.variable(name).map_or(0, const_size);
                self.sizes.insert(name, size);
                size
            }
            Value::String(text) => text.len() as u64,
            Value::Enum(name) => name.len() as u64,
            Value::List(list) => list.iter().fold(0, |sum, value| {
                sum.saturating_add(1).saturating_add(self.size(value))
            }),
            Value::Object(fields) => fields.iter().fold(0, |sum, (name, value)| {
                sum.saturating_add(name.len() as u64)
                    .saturating_add(self.size(value))
            }),
            _ => 4,
        }
    }

    /// The value of a variable, or its default.
    fn variable(&self, name: &str) -> Option<&'q ConstValue> {
        self.variables.get(name).or_else(|| {
            let mut definitions = self.operation.variable_definitions.iter();
            let definition = definitions.find(|definition| definition.node.name.node == name)?;
            definition.node.default_value.as_ref().map(|value| &value.node)
        })
    }

    /// How many rows a field returns, if it is a list.
    fn page_size(&self, field: &Field, nested: bool) -> u64 {
        let most = u64::from(if nested { MAX_NESTED_PAGE } else { MAX_PAGE });
        let asked = match field.get_argument("first").map(|value| &value.node) {
            None => return u64::from(DEFAULT_PAGE).min(most),
            Some(Value::Number(number)) => number.as_u64(),
            Some(Value::Variable(name)) => match self.variable(name) {
                Some(ConstValue::Number(number)) => number.as_u64(),
                _ => None,
            },
            Some(_) => None,
        };
        // An unknown value was most likely not given. The maximum is a safe estimate.
        asked.unwrap_or(most).min(most)
    }
}

fn const_size(value: &ConstValue) -> u64 {
    match value {
        ConstValue::String(text) => text.len() as u64,
        ConstValue::Enum(name) => name.len() as u64,
        ConstValue::List(list) => list.iter().fold(0, |sum, value| {
            sum.saturating_add(1).saturating_add(const_size(value))
        }),
        ConstValue::Object(fields) => fields.iter().fold(0, |sum, (name, value)| {
            sum.saturating_add(name.len() as u64)
                .saturating_add(const_size(value))
        }),
        _ => 4,
    }
}

/// The average length of a list in an introspection.
fn schema_size(list: &str) -> u64 {
    match list {
        "types" => 64,
        "fields" => 8,
        "directives" => 6,
        // Arguments, values of enums and so on: most types and fields have none.
        _ => 1,
    }
}
