//! An item of a file that knows its position.

use std::cell::RefCell;
use std::fmt::Display;

use latchkey_domain::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Fault;
use super::time::past;

/// The file, its lines and its errors.
pub(super) struct Source<'a> {
    text: &'a str,
    /// Where each line after the first starts.
    breaks: Vec<usize>,
    now: Timestamp,
    faults: RefCell<Vec<Fault>>,
}

impl<'a> Source<'a> {
    pub(super) fn new(text: &'a str, now: Timestamp) -> Self {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        Self {
            text,
            breaks,
            now,
            faults: RefCell::default(),
        }
    }

    fn line_at(&self, offset: usize) -> usize {
        self.breaks.partition_point(|start| *start <= offset) + 1
    }

    pub(super) fn fault(&self, line: usize, message: impl Into<String>) {
        let message = message.into();
        self.faults.borrow_mut().push(Fault { line, message });
    }

    /// The number of faults so far.
    pub(super) fn faults(&self) -> usize {
        self.faults.borrow().len()
    }

    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults.into_inner()
    }

    /// The item `raw`, which starts at this byte.
    pub(super) fn place(&self, raw: &'a str, offset: usize) -> Place<'_, 'a> {
        Place {
            source: self,
            raw,
            offset,
        }
    }

    /// Reads an item. Adds a fault if its fields are wrong.
    pub(super) fn record<'s, T: Deserialize<'a>>(&'s self, raw: &'a RawValue) -> Option<(T, Place<'s, 'a>)> {
        // The item is a slice of the text, so its address gives its offset.
        let place = self.place(raw.get(), raw.get().as_ptr().addr() - self.text.as_ptr().addr());
        let item = self.json(raw.get(), place.line())?;
        Some((item, place))
    }

    /// Parses JSON that starts at `line`.
    pub(super) fn json<T: Deserialize<'a>>(&self, text: &'a str, line: usize) -> Option<T> {
        let read = serde_json::from_str(text).map_err(|error| {
            let message = error.to_string();
            // It counts lines from the start of `text`, so its line number may be misleading.
            let message = message.split(" at line ").next().unwrap_or(&message);
            self.fault(line + error.line().max(1) - 1, message);
        });
        read.ok()
    }
}

/// The position of an item.
#[derive(Clone, Copy)]
pub(super) struct Place<'s, 'a> {
    source: &'s Source<'a>,
    raw: &'a str,
    offset: usize,
}

// The outer option of a value says whether it is valid, the inner one whether it is present.
#[allow(clippy::option_option)]
impl Place<'_, '_> {
    /// The line where the item starts.
    pub(super) fn line(&self) -> usize {
        self.source.line_at(self.offset)
    }

    /// The line of one of its fields.
    fn line_of(&self, field: &str) -> usize {
        let at = self.raw.find(&format!("\"{field}\"")).unwrap_or(0);
        self.source.line_at(self.offset + at)
    }

    /// The value of a field, or a fault on its line.
    pub(super) fn check<T, E: Display>(&self, field: &str, value: Result<T, E>) -> Option<T> {
        let fault = |error| {
            self.source
                .fault(self.line_of(field), format!("{field}: {error}"));
        };
        value.map_err(fault).ok()
    }

    /// The value of a field that may be left out.
    pub(super) fn optional<T, E: Display>(
        &self,
        field: &str,
        text: Option<&str>,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        self.check(field, text.map(read).transpose())
    }

    /// The values of a list. Checks all of them, so that all faults are found.
    pub(super) fn all<T, E: Display>(
        &self,
        field: &str,
        texts: &[String],
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Vec<T>> {
        let values: Vec<_> = texts.iter().map(|text| self.check(field, read(text))).collect();
        values.into_iter().collect()
    }

    /// A time in the past that may be left out.
    pub(super) fn past(&self, field: &str, text: Option<&str>) -> Option<Option<Timestamp>> {
        self.optional(field, text, |text| past(text, self.source.now))
    }

    /// Times in the past.
    pub(super) fn all_past(&self, field: &str, texts: &[String]) -> Option<Vec<Timestamp>> {
        self.all(field, texts, |text| past(text, self.source.now))
    }
}

/// An item whose fields are all valid. Reads each of them, so that all faults are found.
macro_rules! valid {
    ($item:ident { $($field:ident: $value:expr),* $(,)? }) => {{
        $(let $field = $value;)*
        Some($item { $($field: $field?),* })
    }};
}

pub(super) use valid;
