//! Follows all paths with one token.

use std::collections::BTreeSet;

use latchkey_headless::Caller;
use serde_json::Value;

use super::check::Check;
use super::content::Content;
use super::graph::Graph;
use super::path::{Path, Step, arguments};

/// The longest path: the API allows twelve nested fields, and the last is a value.
const LONGEST: usize = 11;
/// How many wrong answers the test reports before it stops.
const MOST_WRONG: usize = 10;

/// Walks all paths with one token.
pub(super) struct Walk<'c> {
    pub(super) content: &'c mut Content,
    pub(super) graph: &'c Graph,
    pub(super) network: i64,
    pub(super) person: &'static str,
    pub(super) token: Caller,
    /// The edges that led to an object.
    pub(super) reached: &'c mut BTreeSet<(String, String, String)>,
    pub(super) asked: usize,
    pub(super) wrong: Vec<String>,
}

impl Walk<'_> {
    pub(super) async fn run(&mut self) {
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
