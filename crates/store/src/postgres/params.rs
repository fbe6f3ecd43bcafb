//! Parameters of statements. Each carries its type, so that a statement is parsed, bound and run in one round trip and
//! leaves nothing on the connection: that is what poolers that change the connection with each transaction need.

use std::borrow::Cow;
use std::error::Error;

use bytes::BytesMut;
use latchkey_domain::Timestamp;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// A parameter.
#[derive(Debug)]
pub(super) enum Param<'value> {
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

impl Param<'_> {
    /// What the statement is told that it is.
    pub(super) fn kind(&self) -> Type {
        match self {
            Self::Number(_) => Type::INT8,
            Self::Real(_) => Type::FLOAT8,
            Self::Truth(_) => Type::BOOL,
            Self::Text(_) => Type::TEXT,
            Self::Bytes(_) => Type::BYTEA,
            Self::Numbers(_) | Self::OptionalNumbers(_) => Type::INT8_ARRAY,
            Self::OptionalTruths(_) => Type::BOOL_ARRAY,
            Self::Texts(_) => Type::TEXT_ARRAY,
            Self::ByteStrings(_) => Type::BYTEA_ARRAY,
        }
    }
}

/// `PostgreSQL`'s text holds every character but NUL, which stands in nothing that a person means.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

impl ToSql for Param<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Number(value) => value.to_sql(kind, out),
            Self::Real(value) => value.to_sql(kind, out),
            Self::Truth(value) => value.to_sql(kind, out),
            Self::Text(Some(text)) if text.contains('\0') => without_nul(text).to_sql(kind, out),
            Self::Text(value) => value.as_deref().to_sql(kind, out),
            Self::Bytes(value) => value.as_deref().to_sql(kind, out),
            Self::Numbers(values) => values.to_sql(kind, out),
            Self::OptionalNumbers(values) => values.to_sql(kind, out),
            Self::OptionalTruths(values) => values.to_sql(kind, out),
            Self::ByteStrings(values) => values.to_sql(kind, out),
            Self::Texts(values) => {
                let clean: Vec<Option<String>> = values.iter().map(|value| value.map(without_nul)).collect();
                clean.to_sql(kind, out)
            }
        }
    }

    fn accepts(_: &Type) -> bool {
        // The statement was told the type by `kind`.
        true
    }

    to_sql_checked!();
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
        &[$($crate::postgres::params::Param::from($value)),*][..]
    };
}
pub(super) use params;
