//! Cutting lists behind a row instead of after a number of rows (keyset pagination): what comes or goes before that row
//! moves nothing, and the thousandth page costs what the first does.

use std::collections::HashMap;
use std::hash::Hash;

use crate::database::dialect::Dialect;
use crate::{Columns, Param, Statements, params, rows};
use latchkey_storage::StoreError;
use latchkey_storage::content::{Direction, Position, Slice, SliceRequest, Slices, SortKey};

/// A list: what is read of which table, which is called `t`.
pub(super) struct List {
    /// The columns that are read.
    pub(super) columns: &'static str,
    /// The table, with `t` behind it and what is joined to it.
    pub(super) from: &'static str,
    /// A condition on a row; its parameters are `?1`, `?2` and so on.
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
    pub(super) async fn slice<T: Send>(
        &self,
        db: &dyn Statements,
        mut parameters: Vec<Param<'_>>,
        request: &SliceRequest,
        mut read: impl FnMut(&mut Columns<'_>) -> Result<T, StoreError> + Send,
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
        let mut bytes = 0;
        let rows = rows::all_up_to(db, &sql, &parameters, request.most_bytes, |columns| {
            bytes += columns.bytes();
            Ok((self.position(columns)?, read(columns)?))
        })
        .await?;
        Ok(Slice {
            bytes,
            ..cut(rows, request.limit)
        })
    }

    /// The beginning of the list below each of several parents, in one statement. `parent` is the column that names the
    /// parent; the list has no parameters of its own but those in `parameters`, from `?2` on.
    pub(super) async fn slices<T: Send, Id: Eq + Hash>(
        &self,
        db: &dyn Statements,
        (parent, parents): (&str, &[i64]),
        as_id: fn(i64) -> Id,
        parameters: Vec<Param<'_>>,
        request: &SliceRequest,
        mut read: impl FnMut(&mut Columns<'_>) -> Result<T, StoreError> + Send,
    ) -> Result<Slices<Id, T>, StoreError> {
        let Self {
            columns,
            from,
            filter,
            key,
            id,
            ..
        } = self;
        let mut all = vec![Param::from(parents.to_vec())];
        all.extend(parameters);
        let rest = self.behind(&mut all, request);
        let order = order(key, id, request.direction);
        let table = from.split(" t ").next().unwrap_or(from).trim_end_matches(" t");
        // For each parent the few rows that are wanted are found by the index; the inner `t` is not the outer one.
        let wanted = format!("SELECT t.id FROM {table} t WHERE t.{parent} = k.value {rest}");
        let joined = match db.dialect() {
            Dialect::Postgres => format!(
                "unnest(?1::bigint[]) AS k (value) CROSS JOIN LATERAL ({wanted}) AS wanted (id) CROSS JOIN {from} \
                 WHERE t.id = wanted.id"
            ),
            Dialect::Sqlite => format!("json_each(?1) k CROSS JOIN {from} WHERE t.id IN ({wanted})"),
        };
        let sql = format!(
            "SELECT k.value, {key}, {id}, {columns} FROM {joined} AND {filter} ORDER BY k.value, {order}"
        );
        let mut found: HashMap<i64, (usize, Vec<(Position, T)>)> = HashMap::new();
        for (parent, bytes, row) in rows::all_up_to(db, &sql, &all, request.most_bytes, |columns| {
            let bytes = columns.bytes();
            Ok((
                columns.get::<i64>("parent")?,
                bytes,
                (self.position(columns)?, read(columns)?),
            ))
        })
        .await?
        {
            let (sum, rows) = found.entry(parent).or_default();
            *sum += bytes;
            rows.push(row);
        }
        Ok(found
            .into_iter()
            .map(|(parent, (bytes, rows))| {
                let slice = cut(rows, request.limit);
                (as_id(parent), Slice { bytes, ..slice })
            })
            .collect())
    }

    /// The end of a statement: behind which row, in which order, how many. One more than asked for, to know whether
    /// the list goes on.
    fn behind(&self, parameters: &mut Vec<Param<'_>>, request: &SliceRequest) -> String {
        let Self { key, id, .. } = self;
        let mut sql = String::new();
        if let Some(position) = &request.after {
            if matches!(position.key, SortKey::Text(_)) != self.by_text {
                // The position is of another list: nothing here is behind it.
                sql.push_str("AND FALSE");
                return self.end(&sql, parameters, request);
            }
            let sign = match request.direction {
                Direction::Ascending => '>',
                Direction::Descending => '<',
            };
            let first = parameters.len() + 1;
            sql = format!("AND ({key}, {id}) {sign} (?{first}, ?{})", first + 1);
            parameters.push(value(&position.key));
            parameters.push(Param::from(position.id));
        }
        self.end(&sql, parameters, request)
    }

    fn end(&self, sql: &str, parameters: &mut Vec<Param<'_>>, request: &SliceRequest) -> String {
        parameters.push(Param::from(i64::from(request.limit) + 1));
        let order = order(self.key, self.id, request.direction);
        format!("{sql} ORDER BY {order} LIMIT ?{}", parameters.len())
    }

    fn position(&self, columns: &mut Columns<'_>) -> Result<Position, StoreError> {
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
pub(super) fn value(key: &SortKey) -> Param<'static> {
    match key {
        SortKey::Number(number) => Param::from(*number),
        SortKey::Text(text) => Param::from(text.clone()),
        SortKey::Score(bits) => Param::from(f64::from_bits(*bits)),
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
pub(super) async fn counts<Id: Eq + Hash + Send>(
    db: &dyn Statements,
    sql: &str,
    parents: &[i64],
    id: fn(i64) -> Id,
) -> Result<HashMap<Id, u64>, StoreError> {
    rows::all(db, sql, params![parents.to_vec()], |columns| {
        let parent: i64 = columns.get("parent")?;
        let count: i64 = columns.get("count")?;
        Ok((id(parent), u64::try_from(count).unwrap_or(0)))
    })
    .await
    .map(|counts| counts.into_iter().collect())
}
