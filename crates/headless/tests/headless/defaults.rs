//! Arguments with a default: for a variable without a value (GraphQL section 6.4.1) and for null, the default applies.

use std::collections::{HashMap, VecDeque};

use serde_json::{Value, json};

use crate::world::{HOST, World, code};

const ALL: &str = "read:search read:posts read:courses host:read:network_posts host:read:network_spaces \
                   host:read:network_members host:read:network_events host:read:network_plans";

/// The innermost name of a type, and the full type as a query writes it.
fn named(ty: &Value) -> (String, String) {
    match ty["kind"].as_str().unwrap() {
        "NON_NULL" => {
            let (name, written) = named(&ty["ofType"]);
            (name, format!("{written}!"))
        }
        "LIST" => {
            let (name, written) = named(&ty["ofType"]);
            (name, format!("[{written}]"))
        }
        _ => {
            let name = ty["name"].as_str().unwrap().to_owned();
            (name.clone(), name)
        }
    }
}

/// The required arguments of the fields on the path.
fn required(arguments: &Value) -> Option<String> {
    let mut given = Vec::new();
    for argument in arguments.as_array().unwrap() {
        if argument["type"]["kind"] == "NON_NULL" && argument["defaultValue"].is_null() {
            let value = match argument["name"].as_str().unwrap() {
                "query" => "\"beans\"",
                _ => return None,
            };
            given.push(format!("{}: {value}", argument["name"].as_str().unwrap()));
        }
    }
    Some(given.join(", "))
}

#[tokio::test]
async fn a_variable_without_a_value_and_null_mean_the_default() {
    let world = World::new().await;
    let token = world.token(HOST, ALL).await;
    let schema = world.data(&token, include_str!("introspection.graphql")).await;
    let types: HashMap<&str, &Value> = schema["__schema"]["types"]
        .as_array()
        .unwrap()
        .iter()
        .map(|ty| (ty["name"].as_str().unwrap(), ty))
        .collect();
    // From the root to every type, by the fields on the path.
    let mut ways: HashMap<String, Vec<String>> = HashMap::from([("Query".to_owned(), Vec::new())]);
    let mut next = VecDeque::from(["Query".to_owned()]);
    let mut tried = 0;
    while let Some(name) = next.pop_front() {
        let way = ways[&name].clone();
        let Some(fields) = types[name.as_str()]["fields"].as_array() else {
            continue;
        };
        for field in fields {
            let Some(given) = required(&field["args"]) else {
                continue;
            };
            let field_name = field["name"].as_str().unwrap();
            let arguments = if given.is_empty() {
                String::new()
            } else {
                format!("({given})")
            };
            let (target, _) = named(&field["type"]);
            for argument in field["args"].as_array().unwrap() {
                if argument["defaultValue"].is_null() {
                    continue;
                }
                let (_, ty) = named(&argument["type"]);
                let ty = ty.trim_end_matches('!');
                let argument = argument["name"].as_str().unwrap();
                let ask = async |definition: &str, value: &str, variables: Value| {
                    let given = if given.is_empty() {
                        String::new()
                    } else {
                        format!("{given}, ")
                    };
                    let mut query = format!("{field_name}({given}{argument}: {value}) {{ __typename }}");
                    for field in way.iter().rev() {
                        query = format!("{field} {{ {query} }}");
                    }
                    let query = format!("query{definition} {{ {query} }}");
                    let body = json!({ "query": query, "variables": variables });
                    let answer = world.send(&token, &body).await;
                    assert_eq!(answer.get("errors"), None, "{query}: {answer}");
                };
                let definition = format!("($v: {ty})");
                ask(&definition, "$v", json!({})).await;
                ask(&definition, "$v", json!({ "v": null })).await;
                ask("", "null", json!({})).await;
                tried += 1;
            }
            let is_object = types
                .get(target.as_str())
                .is_some_and(|ty| ty["kind"] == "OBJECT");
            if is_object && !ways.contains_key(&target) {
                let mut longer = way.clone();
                longer.push(format!("{field_name}{arguments}"));
                ways.insert(target.clone(), longer);
                next.push_back(target);
            }
        }
    }
    assert!(tried >= 9, "{tried}");
}

#[tokio::test]
async fn the_default_is_what_it_is_without_the_argument() {
    let world = World::new().await;
    let token = world.token(HOST, ALL).await;
    let query = "query($first: Int, $sort: MemberSort, $order: SortOrder) { network { \
                 members(first: $first, sort: $sort, sortOrder: $order) { nodes { name } } \
                 posts(first: $first, sortOrder: $order) { nodes { title } } } }";
    let answer = world
        .send(&token, &json!({ "query": query, "variables": { "first": 5 } }))
        .await;
    let plain = "{ network { members(first: 5) { nodes { name } } posts(first: 5) { nodes { title } } } }";
    assert_eq!(answer["data"], world.data(&token, plain).await);
}

#[tokio::test]
async fn of_a_field_that_does_not_exist_nothing_is_said_about_its_arguments() {
    let world = World::new().await;
    let token = world.token(HOST, ALL).await;
    for query in [
        "{ network { people(limit: 5, name: \"x\") { id } } }",
        "{ network { members(first: 1) { totalCount } people(first: \"x\") { id } } }",
        "{ network { ...f } } fragment f on Network { people(limit: 5) { id } }",
    ] {
        let answer = world.ask(&token, query).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{answer}");
        let message = answer["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("Unknown field \"people\""), "{answer}");
    }
    // An unknown argument of a field that exists is reported.
    let answer = world
        .ask(&token, "{ network { members(limit: 5) { totalCount } } }")
        .await;
    assert!(
        answer["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("Unknown argument")
    );
}
