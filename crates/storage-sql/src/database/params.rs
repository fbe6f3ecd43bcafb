//! Parameters of statements.

use std::borrow::Cow;

use latchkey_domain::Timestamp;

/// A parameter.
#[derive(Debug)]
pub(crate) enum Param<'value> {
    Number(Option<i64>),
    Real(f64),
    Truth(bool),
    Text(Option<Cow<'value, str>>),
    Bytes(Option<Cow<'value, [u8]>>),
    Numbers(Vec<i64>),
    OptionalNumbers(Vec<Option<i64>>),
    OptionalTruths(Vec<Option<bool>>),
    Texts(Vec<Option<&'value str>>),
    ByteStrings(Vec<Option<&'value [u8]>>),
}

macro_rules! param_from {
    ($($type:ty => |$value:ident| $param:expr;)*) => {
        $(impl<'value> From<$type> for Param<'value> {
            fn from($value: $type) -> Self {
                $param
            }
        })*
    };
}

param_from! {
    i64 => |value| Self::Number(Some(value));
    Option<i64> => |value| Self::Number(value);
    u32 => |value| Self::Number(Some(value.into()));
    bool => |value| Self::Truth(value);
    f64 => |value| Self::Real(value);
    Timestamp => |value| Self::Number(Some(value.as_millis()));
    Option<Timestamp> => |value| Self::Number(value.map(Timestamp::as_millis));
    &'value str => |value| Self::Text(Some(value.into()));
    Option<&'value str> => |value| Self::Text(value.map(Cow::from));
    String => |value| Self::Text(Some(value.into()));
    Option<String> => |value| Self::Text(value.map(Cow::from));
    &'value String => |value| Self::Text(Some(value.into()));
    &'value Option<String> => |value| Self::Text(value.as_deref().map(Cow::from));
    &'value [u8] => |value| Self::Bytes(Some(value.into()));
    Option<&'value [u8]> => |value| Self::Bytes(value.map(Cow::from));
    Vec<i64> => |value| Self::Numbers(value);
}

impl<'value, const N: usize> From<&'value [u8; N]> for Param<'value> {
    fn from(value: &'value [u8; N]) -> Self {
        Self::Bytes(Some(Cow::from(value.as_slice())))
    }
}

/// A list of parameters.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$($crate::database::params::Param::from($value)),*][..]
    };
}
pub(crate) use params;
