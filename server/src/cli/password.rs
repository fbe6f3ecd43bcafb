//! Passwords come from standard input, never from an argument that others could see in the process list.

use std::io::{self, BufRead, IsTerminal};

use latchkey_accounts::AccountError;
use latchkey_domain::member::NewPassword;
use zeroize::Zeroizing;

use super::CliError;

/// Reads a new password: at a terminal twice and hidden, otherwise the first line of standard input.
pub(super) fn read_new_password() -> Result<NewPassword, CliError> {
    let stdin = io::stdin();
    let password = if stdin.is_terminal() {
        ask()?
    } else {
        // One byte more than the longest password with its line end, so that a longer one is refused for its length.
        first_line(stdin.lock(), NewPassword::MAX_BYTES_AS_TYPED + 3).map_err(|error| {
            CliError::Failed(format!("cannot read the password from standard input: {error}"))
        })?
    };
    if password.is_empty() {
        return Err(CliError::Usage(
            "no password: give it as the first line of standard input".into(),
        ));
    }
    NewPassword::new(password.to_string()).map_err(|error| AccountError::from(error).into())
}

fn ask() -> Result<Zeroizing<String>, CliError> {
    let prompt = |words: &str| {
        rpassword::prompt_password(words)
            .map(Zeroizing::new)
            .map_err(|error| CliError::Failed(format!("cannot read the password: {error}")))
    };
    let password = prompt("Password: ")?;
    if prompt("Repeat the password: ")? == password {
        Ok(password)
    } else {
        Err(CliError::Failed("the two passwords differ: try again".into()))
    }
}

/// The first line, of at most `most` bytes, without its line end (LF or CRLF). White space is part of a secret.
pub(super) fn first_line(input: impl BufRead, most: usize) -> io::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    input.take(most as u64).read_line(&mut line)?;
    let length = line
        .strip_suffix('\n')
        .map_or(line.len(), |line| line.strip_suffix('\r').unwrap_or(line).len());
    line.truncate(length);
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_line_end_is_left_out() {
        for (input, password) in [
            ("secret words\nmore", "secret words"),
            ("secret\r\n", "secret"),
            (" secret ", " secret "),
            ("", ""),
        ] {
            assert_eq!(*first_line(input.as_bytes(), 100).unwrap(), password);
        }
        assert!(first_line(&b"\xff\xfe\n"[..], 100).is_err());
        assert_eq!(first_line("x".repeat(5_000).as_bytes(), 300).unwrap().len(), 300);
    }
}
