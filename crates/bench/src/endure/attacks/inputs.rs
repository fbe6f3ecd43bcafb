//! What each attack sends, and how often.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use super::act::Act;
use super::attack::Attack;
use super::stage::{Stage, TEXT};
use super::wire::{self, Request};
use crate::chance::Chance;

/// More than most limits on a request's body, less than the limit of the page's functions.
const ANNOUNCED: usize = 2_000_000;

impl Stage {
    /// The requests of an attack.
    pub(super) async fn requests(&mut self, attack: Attack) -> Result<Act> {
        let repeat = |request, connections, times, millis| Act::Repeat {
            request,
            connections,
            times,
            pause: Duration::from_millis(millis),
        };
        Ok(match attack {
            Attack::DeepHtml => repeat(self.comments(&mutation(5, "Comment", false)).await?, 2, 3, 50),
            Attack::DeepHtmlInFragment => {
                repeat(self.comments(&mutation(20, "Comment", true)).await?, 2, 2, 50)
            }
            Attack::LargeAnswers => repeat(self.large_answer(), 6, 20, 50),
            Attack::UnreadAnswers => Act::Leave {
                request: self.large_answer(),
                connections: 5,
            },
            Attack::SchemaTexts => {
                let fields = aliases(900, "description");
                let query = format!("{{ __schema {{ types {{ fields {{{fields}}} }} }} }}");
                repeat(self.graphql(&json!({ "query": query })), 2, 50, 50)
            }
            Attack::ManyPosts => repeat(self.posts(&mutation(120, "Post", false)).await?, 1, 4, 50),
            Attack::ManyPostsInFragment => repeat(self.posts(&mutation(120, "Post", true)).await?, 1, 4, 50),
            Attack::Counts => {
                let counts = aliases(1_400, "totalCount");
                let query = format!("{{ search(query: \"a\", first: 1) {{{counts}}} }}");
                repeat(self.graphql(&json!({ "query": query })), 6, 50, 50)
            }
            Attack::HalfHeaders => Act::Leave {
                request: b"G".as_slice().into(),
                connections: 1_100,
            },
            Attack::HalfBodies => {
                let whole = self.post("/oauth/token", "application/x-www-form-urlencoded", 200);
                Act::Leave {
                    request: whole[..whole.len() - 100].into(),
                    connections: 400,
                }
            }
            Attack::AnnouncedBodies => {
                let whole = self.post("/api/applications/create", "application/json", ANNOUNCED);
                Act::Leave {
                    request: whole[..whole.len() - ANNOUNCED / 20].into(),
                    connections: 150,
                }
            }
            Attack::Authorizations => repeat(self.authorization(), 1, 5_000, 1),
        })
    }

    /// A GraphQL request of the attacking application.
    fn graphql(&self, body: &Value) -> Request {
        let bearer = format!("Bearer {}", self.token);
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
        ];
        let body = body.to_string();
        wire::request(self.server.address, "POST", &self.graphql, &headers, &body)
    }

    async fn comments(&mut self, query: &str) -> Result<Request> {
        let input = json!({ "postId": self.post_id().await?, "body": "<ul><li>".repeat(TEXT / 8) });
        Ok(self.graphql(&json!({ "query": query, "variables": { "input": input } })))
    }

    async fn posts(&mut self, query: &str) -> Result<Request> {
        let body = format!("<p>{}</p>", noise(TEXT - 7));
        let input = json!({ "spaceId": self.space().await?, "title": "A post", "body": body });
        Ok(self.graphql(&json!({ "query": query, "variables": { "input": input } })))
    }

    fn large_answer(&self) -> Request {
        let bodies = aliases(28, "body");
        let query = format!("{{ me {{ posts(first: 50) {{ nodes {{{bodies}}} }} }} }}");
        self.graphql(&json!({ "query": query }))
    }

    /// A request without a token, with a body of spaces.
    fn post(&self, path: &str, kind: &str, bytes: usize) -> Request {
        let headers = [("content-type", kind)];
        wire::request(self.server.address, "POST", path, &headers, &" ".repeat(bytes))
    }

    /// The authorization request of the member's browser.
    fn authorization(&self) -> Request {
        let cookie = self.member.cookie.as_str();
        let request = self.hostile.authorize(cookie, "read:userinfo");
        let headers = [("cookie", cookie)];
        let path = request.uri().to_string();
        wire::request(self.server.address, "GET", &path, &headers, "")
    }
}

/// A mutation that creates `count` objects of this kind from one input.
fn mutation(count: usize, kind: &str, in_fragment: bool) -> String {
    let fields = aliases(count, &format!("create{kind}(input: $input) {{ errors }}"));
    let name = format!("mutation($input: Create{kind}Input!)");
    if in_fragment {
        format!("{name} {{ ...all }} fragment all on Mutation {{{fields}}}")
    } else {
        format!("{name} {{{fields}}}")
    }
}

/// Incompressible text, so that compression in the database gains little.
fn noise(bytes: usize) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    let mut chance = Chance(11);
    (0..bytes)
        .map(|at| match at % 9 {
            8 => ' ',
            _ => char::from(LETTERS[chance.below(LETTERS.len())]),
        })
        .collect()
}

/// A field under `count` aliases.
fn aliases(count: usize, field: &str) -> String {
    (0..count).fold(String::new(), |all, number| format!("{all} a{number}: {field}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_has_as_many_bytes_as_were_asked_for() {
        let text = noise(1_000);
        assert_eq!(text.len(), 1_000);
        assert_ne!(text[..500], text[500..]);
    }

    #[test]
    fn aliases_are_different() {
        assert_eq!(aliases(2, "name"), " a0: name a1: name");
    }
}
