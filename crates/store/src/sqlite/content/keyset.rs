//! Cutting lists behind a row instead of after a number of rows (keyset pagination): what comes or goes before that row
//! moves nothing, and the thousandth page costs what the first does.

use std::collections::HashMap;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::StoreError;
use crate::content::slice::Bytes;
use crate::content::{Direction, Position, Slice, SliceRequest, SortKey};
use crate::sqlite::rows::{self, Columns};

/// A list: what is read of which table, which is called `t`.
pub(super) struct List {
    /// The columns that are read.
    pub(super) columns: &'static str,
    /// The table, with `t` behind it and what is joined to it.
    pub(super) from: &'static str,
    /// What has to hold of a row; its parameters are `?1`, `?2` and so on.
    pub(super) filter: &'static str,
    /// By what the list is sorted: a column that an index has together with `id`.
    pub(super) key: &'static str,
    /// The row's number.
    pub(super) id: &'static str,
    /// Whether the key is text.
    pub(super) by_text: bool,
}

impl List {
    /// A part of the list.
    pub(super) fn slice<T>(
        &self,
        connection: &Connection,
        mut parameters: Vec<Value>,
        request: &SliceRequest,
        mut read: impl FnMut(&mut Columns<'_, '_>) -> Result<T, StoreError>,
    ) -> Result<Slice<T>, StoreError> {
        let Self {
            columns,
            from,
            filter,
            key,
            id,
            ..
        } = self;
        let rest = self.behind(&mut parameters, request);
        let sql = format!("SELECT {key}, {id}, {columns} FROM {from} WHERE {filter} {rest}");
        let mut bytes = Bytes::up_to(request.most_bytes);
        let rows = rows::all(connection, &sql, params_from_iter(parameters), |columns| {
            bytes.add(columns.bytes())?;
            Ok((self.position(columns)?, read(columns)?))
        })?;
        Ok(Slice {
            bytes: bytes.read,
            ..cut(rows, request.limit)
        })
    }

    /// The beginning of the list below each of several parents, in one statement. `parent` is the column that names the
    /// parent; the list has no parameters of its own but those in `parameters`, from `?2` on.
    pub(super) fn slices<T>(
        &self,
        connection: &Connection,
        (parent, parents): (&str, String),
        parameters: Vec<Value>,
        request: &SliceRequest,
        mut read: impl FnMut(&mut Columns<'_, '_>) -> Result<T, StoreError>,
    ) -> Result<HashMap<i64, Slice<T>>, StoreError> {
        let Self {
            columns,
            from,
            filter,
            key,
            id,
            ..
        } = self;
        let mut all = vec![Value::Text(parents)];
        all.extend(parameters);
        let rest = self.behind(&mut all, request);
        let order = order(key, id, request.direction);
        let table = from.split(" t ").next().unwrap_or(from).trim_end_matches(" t");
        // The inner `t` hides the outer one: for each parent it finds the few rows that are wanted, by the index.
        let sql = format!(
            "SELECT k.value, {key}, {id}, {columns} FROM json_each(?1) k CROSS JOIN {from} \
             WHERE {filter} AND t.id IN (SELECT t.id FROM {table} t WHERE t.{parent} = k.value {rest}) \
             ORDER BY k.value, {order}"
        );
        let mut total = Bytes::up_to(request.most_bytes);
        let mut found: HashMap<i64, (usize, Vec<(Position, T)>)> = HashMap::new();
        for (parent, bytes, row) in rows::all(connection, &sql, params_from_iter(all), |columns| {
            let bytes = columns.bytes();
            total.add(bytes)?;
            Ok((
                columns.get::<i64>("parent")?,
                bytes,
                (self.position(columns)?, read(columns)?),
            ))
        })? {
            let (sum, rows) = found.entry(parent).or_default();
            *sum += bytes;
            rows.push(row);
        }
        Ok(found
            .into_iter()
            .map(|(parent, (bytes, rows))| {
                let slice = cut(rows, request.limit);
                (parent, Slice { bytes, ..slice })
            })
            .collect())
    }

    /// The end of a statement: behind which row, in which order, how many. One more than asked for, to know whether
    /// the list goes on.
    fn behind(&self, parameters: &mut Vec<Value>, request: &SliceRequest) -> String {
        let Self { key, id, .. } = self;
        let mut sql = String::new();
        if let Some(position) = &request.after {
            let sign = match request.direction {
                Direction::Ascending => '>',
                Direction::Descending => '<',
            };
            let first = parameters.len() + 1;
            sql = format!("AND ({key}, {id}) {sign} (?{first}, ?{})", first + 1);
            parameters.push(value(&position.key));
            parameters.push(Value::Integer(position.id));
        }
        parameters.push(Value::Integer(i64::from(request.limit) + 1));
        let order = order(key, id, request.direction);
        format!("{sql} ORDER BY {order} LIMIT ?{}", parameters.len())
    }

    fn position(&self, columns: &mut Columns<'_, '_>) -> Result<Position, StoreError> {
        let key = if self.by_text {
            SortKey::Text(columns.get("key")?)
        } else {
            SortKey::Number(columns.get("key")?)
        };
        Ok(Position {
            key,
            id: columns.get("id")?,
        })
    }
}

fn order(key: &str, id: &str, direction: Direction) -> String {
    match direction {
        Direction::Ascending => format!("{key}, {id}"),
        Direction::Descending => format!("{key} DESC, {id} DESC"),
    }
}

/// A key as a parameter.
pub(super) fn value(key: &SortKey) -> Value {
    match key {
        SortKey::Number(number) => Value::Integer(*number),
        SortKey::Text(text) => Value::Text(text.clone()),
        SortKey::Score(bits) => Value::Real(f64::from_bits(*bits)),
    }
}

/// Takes off the row that was read only to know whether there is one.
pub(super) fn cut<T>(mut rows: Vec<(Position, T)>, limit: u32) -> Slice<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    Slice {
        rows,
        has_more,
        bytes: 0,
    }
}

/// How many rows below each parent: `sql` gives a parent and a number.
pub(super) fn counts<Id: std::hash::Hash + Eq>(
    connection: &Connection,
    sql: &str,
    parents: String,
    id: impl Fn(i64) -> Id,
) -> Result<HashMap<Id, u64>, StoreError> {
    rows::all(connection, sql, [parents], |columns| {
        let parent: i64 = columns.get("parent")?;
        let count: i64 = columns.get("count")?;
        Ok((id(parent), u64::try_from(count).unwrap_or(0)))
    })
    .map(|counts| counts.into_iter().collect())
}
