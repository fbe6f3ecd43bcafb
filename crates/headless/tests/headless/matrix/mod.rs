//! Tests every path of the schema, from every root to every object including payloads of mutations, with each scope
//! alone, each pair of member scopes, all scopes and none, for a host, a member and another member. Each object and
//! field must be open exactly where the tables in `expected.rs` say so, by any path.
//!
//! The paths are generated from the schema. A new type, field or argument fails the test until the tables expect it.

mod content;
pub(crate) mod expected;
mod graph;

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use latchkey_domain::{Scope, ScopeSet};
use latchkey_headless::Caller;
use serde_json::{Map, Value, json};

use self::content::Content;
use self::expected::{Extent, Rule};
use self::graph::{Field, Graph};
use crate::sdl;
use crate::world::{ADA, BOB, EVERYONE, HOST, World};

/// The longest path: the API allows twelve nested fields, and the last is a value.
const LONGEST: usize = 11;
/// How many wrong answers the test reports before it stops.
const MOST_WRONG: usize = 10;
/// How many rows of each list a path reads.
const ROWS: usize = 3;

/// A step of a path: from an object through a field, with these arguments, to an object.
#[derive(Clone, Debug)]
struct Step {
    object: String,
    field: String,
    arguments: String,
    target: String,
    is_interface: bool,
}

/// A path from a root type.
#[derive(Clone, Debug)]
struct Path {
    root: &'static str,
    steps: Vec<Step>,
}

impl Path {
    /// The object at its end.
    fn end(&self) -> &str {
        self.steps.last().map_or(self.root, |step| &step.target)
    }

    /// The path with one more step, unless it already contains that step.
    fn with(&self, step: Step) -> Option<Self> {
        let known = self.steps.iter().any(|known| {
            (&known.object, &known.field, &known.target) == (&step.object, &step.field, &step.target)
        });
        (!known).then(|| {
            let mut steps = self.steps.clone();
            steps.push(step);
            Self {
                root: self.root,
                steps,
            }
        })
    }

    /// The query that follows the path and reads all values at its end.
    fn query(&self, graph: &Graph) -> String {
        let leaves = |object: &str| {
            let leaves: Vec<_> = graph.leaves(object).map(|field| field.name.as_str()).collect();
            leaves.join(" ")
        };
        let mut query = leaves(self.end());
        for (index, step) in self.steps.iter().enumerate().rev() {
            // The id identifies the object.
            let has_id = expected::rule(&step.target) != Rule::Above;
            let own = if has_id && index + 1 < self.steps.len() {
                "id "
            } else {
                ""
            };
            query = if step.is_interface {
                format!("... on {} {{ {own}{query} }}", step.target)
            } else {
                format!("{own}{query}")
            };
            query = format!("{}{} {{ __typename {query} }}", step.field, step.arguments);
        }
        let root = if self.root == "Mutation" {
            "mutation"
        } else {
            "query"
        };
        format!("{root} {{ {query} }}")
    }
}

/// The global id of an object.
fn global(object: &str, number: i64) -> String {
    STANDARD.encode(format!("{object}:{number}"))
}

/// The type and number of a global id.
fn named(id: &str) -> (String, i64) {
    let text = String::from_utf8(STANDARD.decode(id).unwrap()).unwrap();
    let (object, number) = text.split_once(':').unwrap();
    (object.to_owned(), number.parse().unwrap())
}

/// The arguments for testing a field. Mutations are chosen so that they can be repeated.
fn arguments(
    content: &Content,
    network: i64,
    person: &str,
    object: &str,
    field: &Field,
    target: &str,
) -> Vec<String> {
    let posts = [content.post_by(HOST), content.post_by(ADA), content.post_by(BOB)];
    let one = |text: &str| vec![text.to_owned()];
    match (object, field.name.as_str()) {
        ("Query", "node") => {
            let numbers = match target {
                "Network" => vec![network],
                _ => Content::examples(target),
            };
            let ids = numbers
                .into_iter()
                .map(|number| format!("(id: \"{}\")", global(target, number)));
            ids.collect()
        }
        ("Query", "search") => one("(query: \"beans\", first: 10)"),
        ("Network", "member") => one("(id: 2)"),
        ("Network", "memberByEmail") => one("(email: \"bob@b.example\")"),
        ("Mutation", "createPost") => one("(input: {spaceId: 1, title: \"New beans\", body: \"x\"})"),
        ("Mutation", "updatePost") => one(&format!(
            "(input: {{id: {}, title: \"Beans\"}})",
            content.post_by(person)
        )),
        ("Mutation", "createComment") => posts
            .iter()
            .map(|post| format!("(input: {{postId: {post}, body: \"x\"}})"))
            .collect(),
        ("Mutation", "updateComment") => one(&format!(
            "(input: {{id: {}, body: \"x\"}})",
            content.comment_of(person)
        )),
        ("Mutation", "deletePost") => one("(input: {id: FRESH_POST})"),
        ("Mutation", "deleteComment") => one("(input: {id: FRESH_COMMENT})"),
        _ if field.needs_arguments => panic!("{object}.{} needs arguments: add some", field.name),
        _ if field.takes_first => one(&format!("(first: {ROWS})")),
        _ => one(""),
    }
}

/// Walks all paths with one token.
struct Walk<'c> {
    content: &'c mut Content,
    graph: &'c Graph,
    network: i64,
    person: &'static str,
    token: Caller,
    /// The edges that led to an object.
    reached: &'c mut BTreeSet<(String, String, String)>,
    asked: usize,
    wrong: Vec<String>,
}

impl Walk<'_> {
    async fn run(&mut self) {
        let mut paths: Vec<_> = ["Query", "Mutation"]
            .map(|root| Path { root, steps: vec![] })
            .into();
        while let Some(path) = paths.pop() {
            // If a path reaches nothing, longer paths reach nothing either.
            if !path.steps.is_empty() && !self.follow(&path).await {
                continue;
            }
            if path.steps.len() < LONGEST {
                paths.extend(self.onwards(&path));
            }
        }
    }

    fn onwards(&self, path: &Path) -> Vec<Path> {
        let object = path.end();
        let mut paths = Vec::new();
        for field in self.graph.fields(object) {
            for target in &field.targets {
                for arguments in arguments(self.content, self.network, self.person, object, field, target) {
                    paths.extend(path.with(Step {
                        object: object.to_owned(),
                        field: field.name.clone(),
                        arguments,
                        target: target.clone(),
                        is_interface: field.is_interface,
                    }));
                }
            }
        }
        paths
    }

    /// Queries the end of a path and compares the answer with the expectation. Returns whether any object was there.
    async fn follow(&mut self, path: &Path) -> bool {
        let mut query = path.query(self.graph);
        if query.contains("FRESH_POST") {
            let post = self.content.fresh_post(self.person).await;
            query = query.replace("FRESH_POST", &post.to_string());
        }
        if query.contains("FRESH_COMMENT") {
            let comment = self.content.fresh_comment(self.person).await;
            query = query.replace("FRESH_COMMENT", &comment.to_string());
        }
        let answer = self.content.world.ask(&self.token, &query).await;
        self.asked += 1;
        if path.root == "Mutation" {
            self.content.learn().await;
        }
        let mut check = Check {
            content: self.content,
            graph: self.graph,
            person: self.person,
            scopes: self.token.scopes,
            path,
            wrong: vec![],
            refused: BTreeSet::new(),
            reached: 0,
        };
        match &answer["data"] {
            Value::Object(data) => check.object(data, 0, None, &mut vec![]),
            _ => check.wrong.push("there is no data".to_owned()),
        }
        let errors = answer["errors"].as_array().map_or(&[][..], Vec::as_slice);
        let mut told = BTreeSet::new();
        for error in errors {
            if error["extensions"]["code"] != "FORBIDDEN" || !error["extensions"]["requiredScope"].is_string()
            {
                check.wrong.push(format!("unexpected error {error}"));
            }
            told.insert(error["path"].to_string());
        }
        if told != check.refused {
            check
                .wrong
                .push(format!("refused: {told:?}, expected {:?}", check.refused));
        }
        if !check.wrong.is_empty() {
            let wrong = format!(
                "{} with “{}”: {query}\n{:#?}\n{answer}",
                self.person, self.token.scopes, check.wrong
            );
            self.wrong.push(wrong);
            assert!(self.wrong.len() < MOST_WRONG, "{}", self.wrong.join("\n\n"));
        }
        let reached = check.reached > 0;
        if reached {
            let last = path.steps.last().unwrap();
            self.reached
                .insert((last.object.clone(), last.field.clone(), last.target.clone()));
        }
        reached
    }
}

/// Compares an answer with the expectation.
struct Check<'c> {
    content: &'c Content,
    graph: &'c Graph,
    person: &'c str,
    scopes: ScopeSet,
    path: &'c Path,
    wrong: Vec<String>,
    /// The places where an error is expected.
    refused: BTreeSet<String>,
    /// The number of objects at the end of the path.
    reached: usize,
}

/// The expectation for a field that returns one object.
enum Fate {
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
    fn object(&mut self, value: &Map<String, Value>, at: usize, from: Option<&Step>, place: &mut Vec<Value>) {
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
        match self.fate(step, number) {
            Fate::Refused => self.refuse(below, &step.field, place),
            Fate::Absent if below.is_null() => {}
            Fate::Absent => self.wrong.push(format!(
                "{}.{} is not to be read, but there",
                step.object, step.field
            )),
            Fate::There => {
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
    fn fate(&self, step: &Step, number: i64) -> Fate {
        match (step.object.as_str(), step.field.as_str()) {
            ("Comment", "post") => {
                let post = self.content.post_of(number);
                if !self.content.may_read(self.person, "Post", post) {
                    Fate::Absent
                } else if self.opening("Post", post, false).is_empty() {
                    Fate::Refused
                } else {
                    Fate::There
                }
            }
            ("Event", "space") if !Content::is_in_space(number) => Fate::Absent,
            ("Query", "node") => {
                let id = step.arguments.split('"').nth(1).unwrap();
                let (object, number) = named(id);
                let Rule::Scopes(rule) = expected::rule(&object) else {
                    return Fate::There;
                };
                let looks_up = |(scope, extent): &(&str, Extent)| {
                    *extent != Extent::Written && self.scopes.contains(scope.parse().unwrap())
                };
                if !rule.iter().any(looks_up) {
                    Fate::Refused
                } else if self.opening(&object, number, false).is_empty() {
                    Fate::Absent
                } else {
                    Fate::There
                }
            }
            _ => Fate::There,
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

/// None, all, every scope alone, and every pair of member scopes: with one of a pair a token reaches an object, and the
/// other must not reveal more of it. Host scopes open everything to their holders.
fn scope_sets() -> Vec<ScopeSet> {
    let mut sets = vec![ScopeSet::EMPTY, ScopeSet::ALL];
    for (index, one) in Scope::ALL.iter().enumerate() {
        sets.push(ScopeSet::from_iter([*one]));
        let others = Scope::ALL[..index].iter().filter(|other| !other.is_host_only());
        sets.extend(others.map(|other| ScopeSet::from_iter([*one, *other])));
    }
    sets
}

#[tokio::test]
async fn whatever_the_path_a_token_opens_the_same() {
    let mut content = Content::new().await;
    let graph = Graph::read(&content.world.api.sdl());
    let network = {
        let token = content.world.token(HOST, "").await;
        let data = content.world.data(&token, "{ network { resourceId } }").await;
        data["network"]["resourceId"].as_str().unwrap().parse().unwrap()
    };
    let mut reached = BTreeSet::new();
    let mut asked = 0;
    for person in EVERYONE {
        let mut known = Vec::new();
        for scopes in scope_sets() {
            let token = content.world.token(person, &scopes.to_string()).await;
            // Only hosts hold host scopes, so many sets are the same for others.
            if known.contains(&token.scopes) {
                continue;
            }
            known.push(token.scopes);
            let mut walk = Walk {
                content: &mut content,
                graph: &graph,
                network,
                person,
                token,
                reached: &mut reached,
                asked: 0,
                wrong: vec![],
            };
            walk.run().await;
            assert!(walk.wrong.is_empty(), "{}", walk.wrong.join("\n\n"));
            asked += walk.asked;
        }
    }
    let missed: Vec<_> = graph.edges().difference(&reached).cloned().collect();
    assert!(missed.is_empty(), "nothing was ever found behind {missed:?}");
    assert!(asked > 5_000, "{asked}");
}

#[tokio::test]
async fn something_is_expected_of_every_field_and_the_schema_says_the_same() {
    let sdl = World::new().await.api.sdl();
    let graph = Graph::read(&sdl);
    for (object, fields) in graph.objects() {
        let mut there: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
        let mut expected = expected::names(object);
        there.sort_unstable();
        expected.sort_unstable();
        assert_eq!(there, expected, "{object}");
    }
    for (object, _) in expected::types() {
        assert!(
            graph.objects().any(|(name, _)| name == object),
            "there is no {object}"
        );
    }
    for declared in sdl::fields(&sdl) {
        let expected = expected::requirement(&declared.object, &declared.field).unwrap_or_default();
        let declares: Vec<_> = declared.scopes.unwrap().into_iter().collect();
        assert_eq!(
            declares.join(" ").parse::<ScopeSet>().unwrap(),
            expected,
            "{}.{}",
            declared.object,
            declared.field
        );
    }
}

#[tokio::test]
async fn nobody_but_a_host_holds_host_scopes() {
    let world = World::new().await;
    let all = "host:read:network_members host:read:network_posts host:read:network_spaces";
    for (person, may) in EVERYONE.iter().zip([true, false, false]) {
        let token = world.token(person, all).await;
        let answer = world
            .ask(
                &token,
                "{ network { members { totalCount } posts { totalCount } } }",
            )
            .await;
        let errors = answer["errors"].as_array().map_or(&[][..], Vec::as_slice);
        let refused = errors
            .iter()
            .any(|error| error["extensions"]["code"] == "FORBIDDEN");
        assert_eq!(!refused, may, "{person}: {answer}");
    }
}
