//! Joins `style/*.css` into one style sheet, ordered by name.
//!
//! It removes only comments and indentation. A full minifier would save a few hundred bytes after brotli, but might
//! change what a rule means.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Reads, tidies and joins the style sheets of a folder.
pub(crate) fn join(folder: &Path) -> Result<String> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "css"));
    paths.sort();
    let mut joined = String::new();
    for path in paths {
        let place = || format!("in {}", path.display());
        joined += &tidy(&fs::read_to_string(&path).with_context(place)?).with_context(place)?;
    }
    Ok(joined)
}

/// `css` without comments, indentation and empty lines. Quoted text does not change.
fn tidy(css: &str) -> Result<String> {
    let mut tidied = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(next) = rest.chars().next() {
        if rest.starts_with("/*") {
            let Some(end) = rest.find("*/") else {
                bail!("a comment is not closed")
            };
            // A comment separates two words, as a space does.
            push_space(&mut tidied, ' ');
            rest = &rest[end + 2..];
        } else if matches!(next, '"' | '\'') {
            let end = closing_quote(rest, next).context("a quotation mark is not closed")?;
            tidied += &rest[..=end];
            rest = &rest[end + 1..];
        } else {
            if next.is_whitespace() {
                push_space(&mut tidied, next);
            } else {
                tidied.push(next);
            }
            rest = &rest[next.len_utf8()..];
        }
    }
    if !tidied.is_empty() {
        push_space(&mut tidied, '\n');
    }
    Ok(tidied)
}

/// Appends one white space for a run of them: a line break if the run has one, otherwise a space.
fn push_space(tidied: &mut String, space: char) {
    let separator = if space == '\n' { '\n' } else { ' ' };
    match tidied.chars().next_back() {
        None | Some('\n') => {}
        Some(' ') => {
            tidied.pop();
            tidied.push(separator);
        }
        Some(_) => tidied.push(separator),
    }
}

/// The end of the quoted text at the start of `text`.
fn closing_quote(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().skip(1).find_map(|(at, character)| {
        let closes = character == quote && !escaped;
        escaped = character == '\\' && !escaped;
        closes.then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_indentation_and_empty_lines_go() -> Result<()> {
        let css = "/* Why */\nbody {\n    margin: 0;  /* none */\n\n    color : red;\n}\n";
        assert_eq!(tidy(css)?, "body {\nmargin: 0;\ncolor : red;\n}\n");
        Ok(())
    }

    #[test]
    fn what_stands_in_quotes_stays() -> Result<()> {
        let css = r#"a::after { content: "/*  \" */"; } b { content: '  \'  '; }"#;
        assert_eq!(tidy(css)?, format!("{css}\n"));
        Ok(())
    }

    #[test]
    fn spaces_that_mean_something_stay() -> Result<()> {
        assert_eq!(
            tidy("a   b{width:calc(1px + 2px)}")?,
            "a b{width:calc(1px + 2px)}\n"
        );
        assert_eq!(tidy("a/**/b{}")?, "a b{}\n");
        Ok(())
    }

    #[test]
    fn an_open_end_is_an_error_and_does_not_swallow_the_next_file() {
        assert!(tidy("body {} /* oops").is_err());
        assert!(tidy("a::after { content: \"oops }").is_err());
    }

    #[test]
    fn files_are_joined_in_the_order_of_their_names() -> Result<()> {
        let folder = tempfile::tempdir()?;
        for (name, css) in [
            ("20-page.css", "p{}"),
            ("10-base.css", "body{}"),
            ("notes.txt", "not a style sheet"),
        ] {
            fs::write(folder.path().join(name), css)?;
        }
        assert_eq!(join(folder.path())?, "body{}\np{}\n");
        Ok(())
    }

    #[test]
    fn a_file_that_does_not_parse_is_named() -> Result<()> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("broken.css"), "/*")?;
        let error = format!("{:#}", join(folder.path()).unwrap_err());
        assert!(
            error.contains("broken.css") && error.contains("a comment is not closed"),
            "{error}"
        );
        Ok(())
    }
}
