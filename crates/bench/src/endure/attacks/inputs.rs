//! The attacks: what is sent, how often, and how much of the disk it may take.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use super::act::Act;
use super::stage::{Stage, TEXT};
use super::wire::{self, Request};
use crate::application::Application;
use crate::chance::Chance;

/// Larger than most limits on a request's body, smaller than that of the page's functions.
const ANNOUNCED: usize = 2_000_000;

/// An attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attack {
    DeepHtml,
    DeepHtmlInFragment,
    LargeAnswers,
    UnreadAnswers,
    SchemaTexts,
    ManyPosts,
    ManyPostsInFragment,
    Counts,
    HalfHeaders,
    HalfBodies,
    AnnouncedBodies,
    Authorizations,
}

impl Attack {
    pub(super) const ALL: [Self; 12] = [
        Self::DeepHtml,
        Self::DeepHtmlInFragment,
        Self::LargeAnswers,
        Self::UnreadAnswers,
        Self::SchemaTexts,
        Self::ManyPosts,
        Self::ManyPostsInFragment,
        Self::Counts,
        Self::HalfHeaders,
        Self::HalfBodies,
        Self::AnnouncedBodies,
        Self::Authorizations,
    ];

    /// Its name on the command line.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::DeepHtml => "deep-html",
            Self::DeepHtmlInFragment => "deep-html-in-fragment",
            Self::LargeAnswers => "large-answers",
            Self::UnreadAnswers => "unread-answers",
            Self::SchemaTexts => "schema-texts",
            Self::ManyPosts => "many-posts",
            Self::ManyPostsInFragment => "many-posts-in-fragment",
            Self::Counts => "counts",
            Self::HalfHeaders => "half-headers",
            Self::HalfBodies => "half-bodies",
            Self::AnnouncedBodies => "announced-bodies",
            Self::Authorizations => "authorizations",
        }
    }

    /// What it is, in the report.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::DeepHtml => "5 comments of 99 kB, 12,400 lists deep, in a request; two at once",
            Self::DeepHtmlInFragment => "20 of these comments in a fragment; two at once",
            Self::LargeAnswers => "50 posts of 99 kB, each 28 times (139 MB); six at once",
            Self::UnreadAnswers => "five of these answers, never read",
            Self::SchemaTexts => "900 times each description in the schema; two at once",
            Self::ManyPosts => "120 posts of 99 kB in a request",
            Self::ManyPostsInFragment => "the same in a fragment",
            Self::Counts => "1,400 counts of a search in a request; six at once",
            Self::HalfHeaders => "1,100 connections of one byte, for 1,024 file descriptors",
            Self::HalfBodies => "400 requests for a token with half a body",
            Self::AnnouncedBodies => "150 anonymous calls that send 1.9 of 2 MB",
            Self::Authorizations => "one member authorizes as fast as one can",
        }
    }

    /// How much the database may grow, in bytes.
    pub(super) fn max_growth(self) -> u64 {
        match self {
            // What a member may write in an hour.
            Self::DeepHtml | Self::DeepHtmlInFragment | Self::ManyPosts | Self::ManyPostsInFragment => {
                32_000_000
            }
            // A few codes that wait to be redeemed, and no entry of Activity for each.
            Self::Authorizations => 150_000,
            _ => 1_000_000,
        }
    }

    /// For how long.
    pub(super) fn duration(self, quick: bool) -> Duration {
        Duration::from_secs(match self {
            _ if quick => 2,
            // Longer than a connection may take to say what it wants.
            Self::HalfHeaders | Self::HalfBodies | Self::AnnouncedBodies | Self::UnreadAnswers => 40,
            _ => 10,
        })
    }

    /// How many large posts have to be there.
    pub(super) fn posts(self) -> usize {
        match self {
            Self::LargeAnswers | Self::UnreadAnswers => 50,
            _ => 0,
        }
    }

    /// A program that starts the server.
    pub(super) fn through(self) -> Vec<String> {
        match self {
            Self::HalfHeaders => ["prlimit", "--nofile=1024"].map(str::to_owned).to_vec(),
            _ => Vec::new(),
        }
    }
}

impl Stage {
    /// What is sent.
    pub(super) async fn requests(&mut self, attack: Attack) -> Result<Act> {
        let ask = |request, connections, times, millis| Act::Ask {
            request,
            connections,
            times,
            pause: Duration::from_millis(millis),
        };
        Ok(match attack {
            Attack::DeepHtml => {
                let fields = aliases(5, "createComment(input: $input) { errors }");
                let query = format!("mutation($input: CreateCommentInput!) {{{fields}}}");
                ask(self.comments(&query).await?, 2, 3, 50)
            }
            Attack::DeepHtmlInFragment => {
                let fields = aliases(20, "createComment(input: $input) { errors }");
                let query = format!(
                    "mutation($input: CreateCommentInput!) {{ ...all }} fragment all on Mutation {{{fields}}}"
                );
                ask(self.comments(&query).await?, 2, 2, 50)
            }
            Attack::LargeAnswers => ask(self.large_answer(), 6, 20, 50),
            Attack::UnreadAnswers => Act::Leave {
                request: self.large_answer(),
                connections: 5,
            },
            Attack::SchemaTexts => {
                let fields = aliases(900, "description");
                let query = format!("{{ __schema {{ types {{ fields {{{fields}}} }} }} }}");
                ask(self.graphql(&json!({ "query": query })), 2, 50, 50)
            }
            Attack::ManyPosts => {
                let fields = aliases(120, "createPost(input: $input) { errors }");
                let query = format!("mutation($input: CreatePostInput!) {{{fields}}}");
                ask(self.posts(&query).await?, 1, 4, 50)
            }
            Attack::ManyPostsInFragment => {
                let fields = aliases(120, "createPost(input: $input) { errors }");
                let query = format!(
                    "mutation($input: CreatePostInput!) {{ ...all }} fragment all on Mutation {{{fields}}}"
                );
                ask(self.posts(&query).await?, 1, 4, 50)
            }
            Attack::Counts => {
                let counts = aliases(1_400, "totalCount");
                let query = format!("{{ search(query: \"a\", first: 1) {{{counts}}} }}");
                ask(self.graphql(&json!({ "query": query })), 6, 50, 50)
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
            Attack::Authorizations => ask(self.authorization(&self.hostile), 1, 5_000, 1),
        })
    }

    /// A request of the attacking application.
    fn graphql(&self, body: &Value) -> Request {
        let headers = [
            ("authorization", format!("Bearer {}", self.token)),
            ("content-type", "application/json".to_owned()),
        ];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        wire::request(
            self.server.address,
            "POST",
            &self.graphql,
            &headers,
            &body.to_string(),
        )
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

    /// A request without a token, whose body says nothing.
    fn post(&self, path: &str, kind: &str, bytes: usize) -> Request {
        let headers = [("content-type", kind)];
        wire::request(self.server.address, "POST", path, &headers, &" ".repeat(bytes))
    }

    /// What the member's browser is sent with.
    fn authorization(&self, application: &Application) -> Request {
        let ask = application.authorize(&self.member, "read:userinfo");
        let headers = [("cookie", self.member.cookie.as_str())];
        let path = ask.uri().to_string();
        wire::request(self.server.address, "GET", &path, &headers, "")
    }
}

/// Words that nothing can make shorter: a database that compresses texts gains little.
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

/// A field under so many names.
fn aliases(count: usize, field: &str) -> String {
    (0..count).fold(String::new(), |all, number| format!("{all} a{number}: {field}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attack_has_a_name_of_its_own() {
        let mut names = Attack::ALL.map(Attack::name);
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }

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
