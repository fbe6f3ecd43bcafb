//! The schema in SDL.

use std::collections::HashSet;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use latchkey_domain::Scope;

use crate::world::{ADA, World};

/// A field of the schema: its type, its name, and the scopes that it declares; `None` if it declares
/// nothing.
pub(crate) struct Declared {
    pub(crate) object: String,
    pub(crate) field: String,
    pub(crate) scopes: Option<HashSet<String>>,
}

/// Every field of every object in the SDL.
pub(crate) fn fields(sdl: &str) -> Vec<Declared> {
    let mut fields = Vec::new();
    for definition in parse_schema(sdl).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let TypeKind::Object(object) = &definition.node.kind else {
            continue;
        };
        for field in &object.fields {
            let mut scopes: Option<HashSet<String>> = None;
            for directive in &field.node.directives {
                match directive.node.name.node.as_str() {
                    "anyToken" => assert!(scopes.replace(HashSet::new()).is_none(), "both open and not"),
                    "requiresScope" => {
                        let scope = directive.node.get_argument("scope").unwrap().node.clone();
                        let scope = scope.into_json().unwrap().as_str().unwrap().to_owned();
                        scopes.get_or_insert_default().insert(scope);
                    }
                    _ => {}
                }
            }
            fields.push(Declared {
                object: definition.node.name.node.to_string(),
                field: field.node.name.node.to_string(),
                scopes,
            });
        }
    }
    fields
}

#[tokio::test]
async fn the_schema_is_as_it_was_reviewed() {
    insta::assert_snapshot!("schema", World::new().await.api.sdl());
}

#[tokio::test]
async fn every_field_says_which_scope_opens_it() {
    let sdl = World::new().await.api.sdl();
    let fields = fields(&sdl);
    assert!(fields.len() > 100);
    for Declared {
        object,
        field,
        scopes,
        ..
    } in fields
    {
        let scopes = scopes.unwrap_or_else(|| panic!("{object}.{field} declares no scope"));
        for scope in scopes {
            assert!(scope.parse::<Scope>().is_ok(), "{object}.{field}: {scope}");
        }
    }
}

#[tokio::test]
async fn introspection_as_tools_send_it_is_answered() {
    let world = World::new().await;
    let token = world.token(ADA, "").await;
    let data = world.data(&token, include_str!("introspection.graphql")).await;
    assert_eq!(data["__schema"]["queryType"]["name"], "Query");
    assert!(data["__schema"]["types"].as_array().unwrap().len() > 30);
}
