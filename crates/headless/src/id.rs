//! Global ids: base64 of `Type:number`. Arguments take a global id or a bare number.

use async_graphql::ID;
use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, general_purpose};

use crate::error::ApiError;
use crate::kind::Kind;

pub(crate) fn global(kind: Kind, number: i64) -> ID {
    ID(general_purpose::STANDARD.encode(format!("{kind}:{number}")))
}

/// The type and the number in a global id.
pub(crate) fn parse(id: &ID) -> Result<(Kind, i64), ApiError> {
    decode(id).ok_or_else(|| {
        ApiError::BadInput("that is not a global id; send the id of an object as you received it".to_owned())
    })
}

/// The id of an object of this kind, from a global id or a bare number.
pub(crate) fn number(id: &ID, kind: Kind) -> Result<i64, ApiError> {
    if let Ok(number) = id.parse::<i64>() {
        return Ok(number);
    }
    match decode(id) {
        Some((found, number)) if found == kind => Ok(number),
        Some((found, _)) => Err(ApiError::BadInput(format!(
            "that is the id of a {found}; expected one of a {kind}"
        ))),
        None => Err(ApiError::BadInput(format!(
            "that is not the id of a {kind}; expected its id or its resourceId"
        ))),
    }
}

fn decode(id: &ID) -> Option<(Kind, i64)> {
    // Clients that put ids into URLs change the alphabet and drop the padding.
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabet = if id.contains(['-', '_']) {
        &URL_SAFE
    } else {
        &STANDARD
    };
    let bytes = GeneralPurpose::new(alphabet, lenient)
        .decode(id.as_bytes())
        .ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (name, number) = text.split_once(':')?;
    Some((name.parse().ok()?, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_form_is_understood() {
        let id = global(Kind::Member, 42);
        assert_eq!(id.as_str(), "TWVtYmVyOjQy");
        assert_eq!(parse(&id).unwrap(), (Kind::Member, 42));
        for form in ["TWVtYmVyOjQy", "42"] {
            assert_eq!(number(&ID(form.into()), Kind::Member).unwrap(), 42);
        }
        // With and without padding.
        assert_eq!(global(Kind::Post, 7).as_str(), "UG9zdDo3");
        for form in ["U3BhY2U6MTI=", "U3BhY2U6MTI"] {
            assert_eq!(number(&ID(form.into()), Kind::Space).unwrap(), 12);
        }
    }

    #[test]
    fn others_are_refused() {
        for (id, words) in [
            ("TWVtYmVyOjQy", "id of a Member; expected one of a Post"),
            ("nonsense!", "not the id of a Post"),
            ("", "not the id of a Post"),
            ("UG9zdDp4", "not the id of a Post"),
        ] {
            let error = number(&ID(id.into()), Kind::Post).unwrap_err();
            assert!(error.message().contains(words), "{error:?}");
        }
        assert!(parse(&ID("42".into())).is_err());
    }
}
