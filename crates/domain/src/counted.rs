//! A number and what it counts.

use std::fmt::Display;

/// `0 members`, `1 member`, `2 members`: for words whose plural ends in `s`.
pub fn counted<N: Copy + Display + PartialEq + From<u8>>(count: N, what: &str) -> String {
    let plural = if count == N::from(1) { "" } else { "s" };
    format!("{count} {what}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular() {
        assert_eq!(counted(0_u64, "member"), "0 members");
        assert_eq!(
            counted(1_usize, "connected application"),
            "1 connected application"
        );
        assert_eq!(counted(2_u32, "key"), "2 keys");
    }
}
