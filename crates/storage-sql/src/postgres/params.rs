//! Parameters as `PostgreSQL`'s driver takes them. Each carries its type, so that a statement that is not prepared is parsed,
//! bound and run in one round trip, and leaves nothing on the connection.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

pub(super) use crate::database::params::{Param, params};

impl Param<'_> {
    /// The type that the statement is told.
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

/// `PostgreSQL`'s text holds every character but NUL, which no text of a person needs.
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
