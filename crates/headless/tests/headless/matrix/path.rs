//! Paths of the schema, and the queries that follow them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::content::Content;
use super::expected::{self, Rule};
use super::graph::{Field, Graph};
use crate::world::{ADA, BOB, HOST};

/// How many rows of each list a path reads.
const ROWS: usize = 3;

/// A step of a path: from an object through a field, with these arguments, to an object.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) object: String,
    pub(super) field: String,
    pub(super) arguments: String,
    pub(super) target: String,
    pub(super) is_interface: bool,
}

/// A path from a root type.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) root: &'static str,
    pub(super) steps: Vec<Step>,
}

impl Path {
    /// The object at its end.
    pub(super) fn end(&self) -> &str {
        self.steps.last().map_or(self.root, |step| &step.target)
    }

    /// The path with one more step, unless it already contains that step.
    pub(super) fn with(&self, step: Step) -> Option<Self> {
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
    pub(super) fn query(&self, graph: &Graph) -> String {
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
pub(super) fn named(id: &str) -> (String, i64) {
    let text = String::from_utf8(STANDARD.decode(id).unwrap()).unwrap();
    let (object, number) = text.split_once(':').unwrap();
    (object.to_owned(), number.parse().unwrap())
}

/// The arguments for testing a field. Mutations are chosen so that they can be repeated.
pub(super) fn arguments(
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
