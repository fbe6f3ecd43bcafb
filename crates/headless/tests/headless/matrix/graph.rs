//! The schema as a graph, read from the SDL: objects, and the fields that lead from one to another.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};

/// A field of an object.
pub(crate) struct Field {
    pub(crate) name: String,
    /// The objects that it may return: none for a value, several for an interface.
    pub(crate) targets: Vec<String>,
    /// Whether it returns an interface.
    pub(crate) is_interface: bool,
    /// Whether it has the argument `first`.
    pub(crate) takes_first: bool,
    /// Whether it has required arguments.
    pub(crate) needs_arguments: bool,
}

/// All objects and their fields.
pub(crate) struct Graph(BTreeMap<String, Vec<Field>>);

impl Graph {
    pub(crate) fn read(sdl: &str) -> Self {
        let types: Vec<_> = parse_schema(sdl)
            .unwrap()
            .definitions
            .into_iter()
            .filter_map(|definition| match definition {
                TypeSystemDefinition::Type(definition) => Some(definition.node),
                _ => None,
            })
            .collect();
        let mut targets: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for definition in &types {
            let name = definition.name.node.to_string();
            match &definition.kind {
                TypeKind::Object(object) => {
                    targets.entry(name.clone()).or_default().push(name.clone());
                    for interface in &object.implements {
                        targets
                            .entry(interface.node.to_string())
                            .or_default()
                            .push(name.clone());
                    }
                }
                TypeKind::Union(union) => {
                    let members = union.members.iter().map(|member| member.node.to_string());
                    targets.entry(name).or_default().extend(members);
                }
                _ => {}
            }
        }
        let graph = types.iter().filter_map(|definition| {
            let TypeKind::Object(object) = &definition.kind else {
                return None;
            };
            let fields = object.fields.iter().map(|field| {
                let field = &field.node;
                let gives = field.ty.node.to_string().replace(['!', '[', ']'], "");
                let found = targets.get(&gives).cloned().unwrap_or_default();
                Field {
                    name: field.name.node.to_string(),
                    is_interface: found.len() > 1 || found.first().is_some_and(|only| *only != gives),
                    targets: found,
                    takes_first: field
                        .arguments
                        .iter()
                        .any(|argument| argument.node.name.node == "first"),
                    needs_arguments: field.arguments.iter().any(|argument| {
                        !argument.node.ty.node.nullable && argument.node.default_value.is_none()
                    }),
                }
            });
            Some((definition.name.node.to_string(), fields.collect()))
        });
        Self(graph.collect())
    }

    /// Every object with its fields.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (&str, &[Field])> {
        self.0
            .iter()
            .map(|(name, fields)| (name.as_str(), fields.as_slice()))
    }

    /// The fields of an object.
    pub(crate) fn fields(&self, object: &str) -> &[Field] {
        &self.0[object]
    }

    /// The fields of an object that return values.
    pub(crate) fn leaves(&self, object: &str) -> impl Iterator<Item = &Field> {
        self.fields(object)
            .iter()
            .filter(|field| field.targets.is_empty())
    }

    /// Every edge from one object to another: object, field, object.
    pub(crate) fn edges(&self) -> BTreeSet<(String, String, String)> {
        let edge = |object: &str, field: &Field, target: &String| {
            (object.to_owned(), field.name.clone(), target.clone())
        };
        self.objects()
            .flat_map(|(object, fields)| {
                fields.iter().flat_map(move |field| {
                    field
                        .targets
                        .iter()
                        .map(move |target| edge(object, field, target))
                })
            })
            .collect()
    }
}
