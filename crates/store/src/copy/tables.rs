//! The tables that hold a network, as both databases have them: what a copy reads, writes and compares.
//!
//! A test holds this against the real schemas, so that what a migration adds cannot be forgotten here. What is left out on
//! purpose is each database's own: `latchkey_schema` and `sign_in_attempts` of `PostgreSQL` (the latter is of no use after
//! an hour), and the search index, which follows from what it is about.

use super::table::{Kind, Table, bytes, column, number, text, truth};

/// Every table, those that others refer to first.
pub(crate) const TABLES: &[Table] = &[
    // Which version wrote a file is that version's to say.
    Table::keyed("meta", &["key"], &[text("key"), column("value", Kind::Meta)]).only("key <> 'written_by'"),
    Table::keyed(
        "network",
        &["id"],
        &[
            number("id"),
            text("name"),
            text("slug"),
            text("plan"),
            number("only_row"),
        ],
    ),
    Table::numbered(
        "members",
        &[
            number("id"),
            text("email"),
            text("name"),
            text("name_folded"),
            text("search"),
            text("role"),
            text("password_hash"),
            number("joined_at"),
            number("last_active_at"),
            text("avatar_url").or_nothing(),
        ],
    ),
    Table::numbered(
        "sessions",
        &[
            number("id"),
            bytes("key"),
            number("member_id"),
            number("created_at"),
            number("last_seen_at"),
            number("expires_at"),
            text("address").or_nothing(),
            text("user_agent").or_nothing(),
        ],
    ),
    Table::keyed(
        "sign_in_networks",
        &["network"],
        &[text("network"), number("member_id"), number("seen_at")],
    ),
    Table::keyed(
        "failed_sign_ins",
        &["target"],
        &[text("target"), number("noted_at"), number("unnoted")],
    ),
    Table::numbered(
        "applications",
        &[
            number("id"),
            text("client_id"),
            text("name"),
            text("redirect_uris"),
            text("scopes"),
            truth("confidential"),
            truth("skip_consent"),
            number("paused_at").or_nothing(),
            number("created_at"),
            number("last_used_at").or_nothing(),
            number("revision"),
            text("search"),
        ],
    ),
    Table::numbered(
        "client_secrets",
        &[
            number("id"),
            number("application_id"),
            column("sealed", Kind::Sealed).or_nothing(),
            number("created_at"),
            number("first_used_at").or_nothing(),
            number("last_used_at").or_nothing(),
            number("retired_at").or_nothing(),
            bytes("digest").or_nothing(),
        ],
    ),
    Table::numbered(
        "grants",
        &[
            number("id"),
            number("application_id"),
            number("member_id"),
            text("scopes"),
            text("requested_redirect_uri").or_nothing(),
            text("redirect_uri"),
            text("code_challenge").or_nothing(),
            bytes("salt"),
            number("created_at"),
            number("code_expires_at"),
            number("generation"),
            number("issued_at"),
            number("generation_used_at").or_nothing(),
            number("repeated_at").or_nothing(),
            number("last_used_at").or_nothing(),
            number("redeemed_at").or_nothing(),
            number("revoked_at").or_nothing(),
            text("revoked_because").or_nothing(),
            truth("trial"),
        ],
    ),
    Table::keyed(
        "consents",
        &["member_id", "application_id"],
        &[
            number("member_id"),
            number("application_id"),
            text("scopes"),
            number("granted_at"),
        ],
    ),
    Table::numbered(
        "activity",
        &[
            number("id"),
            number("application_id"),
            number("at"),
            text("kind"),
            truth("succeeded"),
            text("message"),
            text("redirect_uri").or_nothing(),
            number("member_id").or_nothing(),
            text("address").or_nothing(),
            text("request_id").or_nothing(),
            number("times"),
            number("last_at").or_nothing(),
            text("class"),
        ],
    ),
    Table::numbered(
        "audit",
        &[
            number("id"),
            number("at"),
            number("member_id").or_nothing(),
            text("address").or_nothing(),
            text("request_id").or_nothing(),
            text("action"),
            text("target"),
            text("detail"),
            text("search"),
        ],
    ),
    Table::keyed(
        "api_usage",
        &["hour", "application_id"],
        &[
            number("hour"),
            number("application_id"),
            number("requests"),
            number("failures"),
        ],
    ),
    Table::numbered(
        "spaces",
        &[
            number("id"),
            text("slug"),
            text("name"),
            text("description"),
            text("visibility"),
            number("created_at"),
        ],
    )
    .searched(Some("name"), "description", (4, "t.id")),
    Table::keyed(
        "space_members",
        &["space_id", "member_id"],
        &[number("space_id"), number("member_id"), number("joined_at")],
    ),
    Table::numbered(
        "events",
        &[
            number("id"),
            number("space_id").or_nothing(),
            number("organizer_id").or_nothing(),
            text("title"),
            text("description"),
            text("description_text"),
            text("location").or_nothing(),
            number("starts_at"),
            number("ends_at"),
            number("created_at"),
        ],
    )
    .large()
    .searched(Some("title"), "description_text", (3, "t.space_id")),
    Table::numbered(
        "membership_plans",
        &[
            number("id"),
            text("name"),
            text("description"),
            number("price_cents"),
            text("currency"),
            text("billing"),
            number("created_at"),
        ],
    ),
    Table::numbered(
        "posts",
        &[
            number("id"),
            number("space_id"),
            number("author_id").or_nothing(),
            text("title"),
            text("body"),
            text("body_text"),
            number("created_at"),
            number("updated_at"),
        ],
    )
    .large()
    .searched(Some("title"), "body_text", (1, "t.space_id")),
    Table::numbered(
        "comments",
        &[
            number("id"),
            number("post_id"),
            number("author_id").or_nothing(),
            text("body"),
            text("body_text"),
            number("created_at"),
            number("updated_at"),
        ],
    )
    .large()
    .searched(
        None,
        "body_text",
        (2, "(SELECT p.space_id FROM posts p WHERE p.id = t.post_id)"),
    ),
    Table::numbered(
        "courses",
        &[
            number("id"),
            text("slug"),
            text("title"),
            text("description"),
            number("created_at"),
        ],
    )
    .searched(Some("title"), "description", (5, "NULL")),
    Table::numbered(
        "lessons",
        &[
            number("id"),
            number("course_id"),
            number("position"),
            text("title"),
            text("body"),
            text("body_text"),
            number("minutes"),
        ],
    )
    .large(),
    Table::keyed(
        "enrolments",
        &["member_id", "course_id"],
        &[number("member_id"), number("course_id"), number("enrolled_at")],
    ),
    Table::keyed(
        "completions",
        &["member_id", "lesson_id"],
        &[number("member_id"), number("lesson_id"), number("completed_at")],
    ),
    Table::keyed(
        "content_written",
        &["member_id"],
        &[
            number("member_id"),
            number("since"),
            number("texts"),
            number("bytes"),
        ],
    ),
];

/// All columns in words, to be held against a database: `sessions.key bytes`. `types` says what a kind is called there.
#[cfg(test)]
pub(crate) fn in_words(types: impl Fn(Kind) -> &'static str) -> Vec<String> {
    let mut all = Vec::new();
    for table in TABLES {
        for column in table.columns {
            let place = table.key.iter().position(|key| *key == column.name);
            all.push(super::table::column_in_words(
                (table.name, column.name, types(column.kind)),
                column.optional,
                place.map_or(0, |place| place + 1),
                table.numbered && column.name == "id",
            ));
        }
    }
    all.sort();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_columns_that_are_never_empty() {
        for table in TABLES {
            for key in table.key {
                let column = table.columns[table.place(key)];
                assert!(
                    !column.optional && matches!(column.kind, Kind::Number | Kind::Text),
                    "{}.{key}",
                    table.name
                );
            }
            assert!(!table.numbered || table.key == ["id"], "{}", table.name);
        }
    }

    #[test]
    fn what_others_refer_to_comes_first() {
        let place = |name: &str| TABLES.iter().position(|table| table.name == name).unwrap();
        for (column, referred) in [
            ("member_id", "members"),
            ("author_id", "members"),
            ("organizer_id", "members"),
            ("application_id", "applications"),
            ("space_id", "spaces"),
            ("post_id", "posts"),
            ("course_id", "courses"),
            ("lesson_id", "lessons"),
        ] {
            for (index, table) in TABLES.iter().enumerate() {
                if table.columns.iter().any(|one| one.name == column) {
                    assert!(place(referred) < index, "{}.{column}", table.name);
                }
            }
        }
    }
}
