//! Cookies of a request. Other applications on the same host set theirs, with names and values of any bytes, and a parent
//! domain may set one under a name of ours: pairs that are not wanted are passed over one by one, and a name may come more
//! than once (RFC 6265 section 5.4).

use http::HeaderMap;
use http::header::COOKIE;

/// The values of the cookie `name`, in the order in which they came.
pub(super) fn values<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .filter_map(move |pair| {
            let end = pair.iter().position(|byte| *byte == b'=')?;
            let (key, value) = (&pair[..end], &pair[end + 1..]);
            if key.trim_ascii() != name.as_bytes() {
                return None;
            }
            std::str::from_utf8(unquoted(value.trim_ascii())).ok()
        })
}

/// RFC 6265 section 4.1.1 allows quotes around a value.
fn unquoted(value: &[u8]) -> &[u8] {
    value
        .strip_prefix(b"\"")
        .and_then(|value| value.strip_suffix(b"\""))
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(lines: &[&[u8]]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_bytes(line).unwrap());
        }
        values(&headers, "ours").map(str::to_owned).collect()
    }

    #[test]
    fn foreign_cookies_are_passed_over_whatever_their_bytes() {
        for foreign in [
            &b"visitor=Zo\xC3\xAB"[..],
            b"visitor=Zo\xEB",
            b"\xFF\xFE=\xFF",
            b"=nameless",
            b"nothing",
            b"",
            b"quoted=\"a b\"",
            b"json={\"a\":1}",
            b"oursx=1",
            b"xours=1",
        ] {
            let before = [foreign, b"; ours=1"].concat();
            let after = [b"ours=1; ", foreign].concat();
            for line in [before, after] {
                assert_eq!(read(&[&line]), ["1"], "{}", line.escape_ascii());
            }
            assert_eq!(read(&[foreign, b"ours=1"]), ["1"], "{}", foreign.escape_ascii());
        }
    }

    #[test]
    fn a_name_that_comes_more_than_once_keeps_all_values() {
        assert_eq!(read(&[b"ours=1; a=b; ours=2", b"ours=3"]), ["1", "2", "3"]);
        assert_eq!(read(&[b"ours=\xFF; ours=2"]), ["2"]);
    }

    #[test]
    fn spaces_and_quotes_do_not_belong_to_the_value() {
        assert_eq!(read(&[b"a=b;ours=1"]), ["1"]);
        assert_eq!(read(&[b" ours = 1 ;"]), ["1"]);
        assert_eq!(read(&[b"ours=\"1\""]), ["1"]);
        assert_eq!(read(&[b"ours=a=b"]), ["a=b"]);
        assert_eq!(read(&[b"ours="]), [""]);
    }
}
