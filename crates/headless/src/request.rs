//! Reads a request: JSON, a form, or the text of a query. Clients leave an empty field out, or send `null`, an empty
//! string or an empty list. All of them mean the same.

use async_graphql::{Request, ServerError, Variables};
use latchkey_domain::limits::MAX_QUERY_BYTES;
use serde_json::{Map, Value};

use crate::error::{BAD_USER_INPUT, PERSISTED_QUERY_NOT_SUPPORTED};
use crate::query_error::coded;

/// A query, or an error about it.
pub(crate) type Query = Result<Request, ServerError>;

/// A request.
pub(crate) enum Asked {
    One(Box<Query>),
    /// A batch.
    Many(Vec<Query>),
}

/// Reads a body. A body that looks like JSON is read as JSON, whatever its content type: many clients do not set it.
pub(crate) fn read(content_type: &str, body: &[u8]) -> Result<Asked, String> {
    let kind = content_type.split(';').next().unwrap_or("").trim();
    let is_json = matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
    if kind.eq_ignore_ascii_case("application/graphql") {
        let query = std::str::from_utf8(body).map_err(|_| wrong("it is not UTF-8"))?;
        return one([("query", query.into())].map(own));
    }
    if kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") && !is_json {
        let fields = form_urlencoded::parse(body).map(|(name, value)| (name, Value::from(&*value)));
        return one(fields.map(own));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => one(fields),
        Ok(Value::Array(list)) if list.is_empty() => Ok(Asked::One(Box::new(Err(bad(
            "the list of queries is empty; expected at least one",
        ))))),
        Ok(Value::Array(list)) => {
            let queries = list.into_iter().map(|item| match item {
                Value::Object(fields) => query(fields),
                other => Err(wrong(&format!("the list has {}", kind_of(&other)))),
            });
            Ok(Asked::Many(queries.collect::<Result<_, _>>()?))
        }
        Ok(other) => Err(wrong(&format!("it is {}", kind_of(&other)))),
        Err(_) if body.trim_ascii().is_empty() => Err(wrong("it is empty")),
        Err(error) => Err(wrong(&error.to_string())),
    }
}

fn own((name, value): (impl Into<String>, Value)) -> (String, Value) {
    (name.into(), value)
}

fn one(fields: impl IntoIterator<Item = (String, Value)>) -> Result<Asked, String> {
    Ok(Asked::One(Box::new(query(fields.into_iter().collect())?)))
}

fn wrong(why: &str) -> String {
    format!(
        "the body is not a GraphQL request: expected JSON like {{\"query\": \"{{ me {{ id }} }}\"}}; {why}"
    )
}

fn unexpected(field: &str, value: &Value, expected: &str) -> String {
    wrong(&format!("{field} is {}; expected {expected}", kind_of(value)))
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A query. A field of a wrong type makes the whole body invalid.
fn query(mut fields: Map<String, Value>) -> Result<Query, String> {
    let text = match fields.remove("query") {
        Some(Value::String(text)) => text,
        None | Some(Value::Null) => String::new(),
        Some(other) => return Err(unexpected("query", &other, "the text of a query")),
    };
    // A query that is too long gets another error below.
    if text.len() <= MAX_QUERY_BYTES && text.trim().is_empty() {
        let extensions = fields.remove("extensions").map(unpacked);
        if extensions.is_some_and(|extensions| extensions.get("persistedQuery").is_some()) {
            // Clients recognize this message, and then send the whole query.
            return Ok(Err(coded(
                "PersistedQueryNotSupported",
                PERSISTED_QUERY_NOT_SUPPORTED,
            )));
        }
        return Ok(Err(bad(
            "query is missing; expected the text of a query, like { me { id } }",
        )));
    }
    let mut request = Request::new(text);
    match fields.remove("variables").map(unpacked) {
        None | Some(Value::Null) => {}
        Some(Value::Array(list)) if list.is_empty() => {}
        Some(variables @ Value::Object(_)) => request = request.variables(Variables::from_json(variables)),
        Some(other) => return Err(unexpected("variables", &other, "an object like {\"first\": 5}")),
    }
    match fields.remove("operationName") {
        None | Some(Value::Null) => {}
        Some(Value::String(name)) if name.trim().is_empty() => {}
        Some(Value::String(name)) => request = request.operation_name(name),
        Some(other) => return Err(unexpected("operationName", &other, "the name of an operation")),
    }
    Ok(Ok(request))
}

/// A value that may be a string of JSON. An empty string is null.
fn unpacked(value: Value) -> Value {
    match value {
        Value::String(text) if text.trim().is_empty() => Value::Null,
        Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        other => other,
    }
}

fn bad(message: &str) -> ServerError {
    coded(message, BAD_USER_INPUT)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";

    fn read_one(content_type: &str, body: &str) -> Query {
        match read(content_type, body.as_bytes()) {
            Ok(Asked::One(query)) => *query,
            Ok(Asked::Many(_)) => panic!("a list"),
            Err(error) => panic!("{error}"),
        }
    }

    fn variables(request: &Request) -> Value {
        serde_json::to_value(&request.variables).unwrap()
    }

    #[test]
    fn nothing_has_many_forms() {
        for nothing in [
            json!(null),
            json!(""),
            json!(" "),
            json!("{}"),
            json!("null"),
            json!([]),
            json!({}),
        ] {
            let body = json!({ "query": "{ a }", "variables": nothing }).to_string();
            assert_eq!(variables(&read_one("", &body).unwrap()), json!({}), "{nothing}");
        }
        for nothing in [json!(null), json!(""), json!(" ")] {
            let body =
                json!({ "query": "{ a }", "operationName": nothing, "extensions": nothing }).to_string();
            assert_eq!(read_one("", &body).unwrap().operation_name, None, "{nothing}");
        }
        let body = json!({ "query": "{ a }", "variables": "{\"first\": 5}", "operationName": "A" });
        let request = read_one("text/plain", &body.to_string()).unwrap();
        assert_eq!(variables(&request), json!({ "first": 5 }));
        assert_eq!(request.operation_name.as_deref(), Some("A"));
    }

    #[test]
    fn forms_and_the_text_of_a_query_are_read() {
        let request = read_one(
            FORM,
            "query=%7B+me+%7B+id+%7D+%7D&variables=%7B%22a%22%3A1%7D&operationName=",
        )
        .unwrap();
        assert_eq!(request.query, "{ me { id } }");
        assert_eq!(variables(&request), json!({ "a": 1 }));
        assert_eq!(request.operation_name, None);
        // curl's default content type for JSON.
        assert_eq!(read_one(FORM, " {\"query\": \"{ a }\"}").unwrap().query, "{ a }");
        assert_eq!(read_one("application/graphql", "{ a }").unwrap().query, "{ a }");
    }

    #[test]
    fn what_is_wrong_is_said_in_words() {
        for body in [
            "{}",
            "{\"query\": null}",
            "{\"query\": \" \"}",
            "{\"variables\": {}}",
        ] {
            let error = read_one("application/json", body).unwrap_err();
            assert!(
                error.message.contains("query is missing"),
                "{body}: {}",
                error.message
            );
        }
        assert!(read_one(FORM, "a=b").is_err());
        let error = read_one("application/json", "[]").unwrap_err();
        assert!(error.message.contains("is empty"));
        for (body, words) in [
            ("{\"query\": 5}", "query is a number"),
            (
                "{\"query\": \"{ a }\", \"variables\": [1]}",
                "variables is a list",
            ),
            (
                "{\"query\": \"{ a }\", \"variables\": \"x\"}",
                "variables is a text",
            ),
            (
                "{\"query\": \"{ a }\", \"operationName\": {}}",
                "operationName is an object",
            ),
            ("", "it is empty"),
            ("[1]", "the list has a number"),
            ("5", "it is a number"),
            ("{", "EOF"),
        ] {
            let error = read("application/json", body.as_bytes()).err().unwrap();
            assert!(error.contains(words), "{body}: {error}");
        }
    }

    #[test]
    fn the_hash_of_a_persisted_query_alone_is_refused_so_that_clients_send_the_query() {
        let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": "ab" } });
        for body in [
            json!({ "extensions": extensions }),
            json!({ "query": null, "extensions": extensions }),
            json!({ "operationName": "A", "variables": {}, "extensions": extensions.to_string() }),
        ] {
            let error = read_one("application/json", &body.to_string()).unwrap_err();
            assert_eq!(error.message, "PersistedQueryNotSupported");
            let code = error.extensions.unwrap().get("code").cloned();
            assert_eq!(code, Some(PERSISTED_QUERY_NOT_SUPPORTED.into()));
        }
        let both = json!({ "query": "{ a }", "extensions": extensions });
        assert!(read_one("application/json", &both.to_string()).is_ok());
    }
}
