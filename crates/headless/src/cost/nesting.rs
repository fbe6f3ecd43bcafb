//! How deep brackets nest, counted without parsing, because a recursive parser could run out of stack.

/// The deepest nesting of brackets outside of strings and comments.
pub(crate) fn deepest(query: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut rest = query;
    while let Some(first) = rest.bytes().next() {
        let mut skipped = 1;
        match first {
            b'{' | b'(' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            b'#' => skipped = rest.find(['\n', '\r']).unwrap_or(rest.len()),
            b'"' => skipped = string(rest),
            _ => {}
        }
        // The middle of a character is not a bracket, so go on to the next character.
        while !rest.is_char_boundary(skipped) {
            skipped += 1;
        }
        rest = &rest[skipped..];
    }
    deepest
}

/// The length of the string at the start of `text`. An unterminated string is as long as `text`.
fn string(text: &str) -> usize {
    if let Some(block) = text.strip_prefix("\"\"\"") {
        let mut from = 0;
        while let Some(at) = block[from..].find("\"\"\"") {
            let end = from + at;
            if !block[..end].ends_with('\\') {
                return 3 + end + 3;
            }
            from = end + 3;
        }
        return text.len();
    }
    let mut bytes = text.bytes().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'"' | b'\n' | b'\r' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        for (query, depth) in [
            ("{a}", 1),
            ("{a(b:[{c:1}]){d}}", 4),
            ("{a(b:\"{{{{\")}", 2),
            ("{a(b:\"\\\"{{{{\")}", 2),
            ("{a # {{{{\n}", 1),
            ("}}}{", 1),
            ("{a(b:\"\"\"{{{\"\"\")}", 2),
            ("{a(b:\"\"\"x\"y\"\"\"){{{}}}", 4),
            ("{a(b:\"\"\"x\\\"\"\"{{{\"\"\"){{}}", 3),
            ("\"\n{{{", 3),
            ("{é{ü\"é{\"}}", 2),
        ] {
            assert_eq!(deepest(query), depth, "{query}");
        }
        assert_eq!(deepest(&"{a".repeat(100_000)), 100_000);
    }
}
