//! What a person types, as FTS5 understands it. Everything is quoted, so that nothing a person types is an operator, let
//! alone an error.

/// The query in FTS5's language; `None` if there is no letter or digit in it.
pub(super) fn to_fts5(query: &str) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    let ends_open = !query.ends_with(|last: char| last.is_whitespace() || last == '"');
    for (index, section) in query.split('"').enumerate() {
        // Behind an odd number of quotation marks a phrase stands.
        if index % 2 == 1 {
            parts.extend(quoted(section));
            continue;
        }
        for word in section.split_whitespace() {
            let prefix = if word.ends_with('*') { "*" } else { "" };
            parts.extend(quoted(word.trim_matches('*')).map(|word| word + prefix));
        }
    }
    // Who is still typing the last word has only its beginning.
    if let Some(last) = parts.last_mut()
        && ends_open
        && !last.ends_with('*')
    {
        last.push('*');
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn quoted(text: &str) -> Option<String> {
    text.chars()
        .any(char::is_alphanumeric)
        .then(|| format!("\"{}\"", text.replace(['"', '\0'], " ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_prefixes_and_phrases() {
        for (query, fts5) in [
            ("sour", "\"sour\"*"),
            ("sourdough ", "\"sourdough\""),
            ("sour dou", "\"sour\" \"dou\"*"),
            ("sou* bread ", "\"sou\"* \"bread\""),
            ("\"hand tools\"", "\"hand tools\""),
            ("\"hand tools\" shar", "\"hand tools\" \"shar\"*"),
            ("\"open", "\"open\"*"),
        ] {
            assert_eq!(to_fts5(query).as_deref(), Some(fts5), "{query}");
        }
    }

    #[test]
    fn operators_are_words() {
        for query in [
            "a AND b",
            "NEAR(a b)",
            "title:x",
            "a^b",
            "(",
            "-a",
            "a OR",
            "{x}",
            "*",
            "\"",
            "\0a",
        ] {
            let connection = rusqlite::Connection::open_in_memory().unwrap();
            connection
                .execute_batch("CREATE VIRTUAL TABLE s USING fts5 (title); INSERT INTO s VALUES ('a b x')")
                .unwrap();
            if let Some(fts5) = to_fts5(query) {
                let found = connection.query_row("SELECT count(*) FROM s WHERE s MATCH ?1", [&fts5], |row| {
                    row.get::<_, i64>(0)
                });
                assert!(found.is_ok(), "{query}: {fts5}: {found:?}");
            }
        }
        assert_eq!(to_fts5(" ( ) * \" "), None);
    }
}
