//! An item of a JSON file that knows its position.

use std::cell::RefCell;

use latchkey_domain::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Fault;
use super::fields::{past, time};

/// The file, its lines and its errors.
pub(super) struct Source<'a> {
    text: &'a str,
    /// Where each line after the first starts.
    breaks: Vec<usize>,
    pub(super) now: Timestamp,
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

    pub(super) fn fault(&self, line: usize, message: String) {
        self.faults.borrow_mut().push(Fault::new(line, message));
    }

    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults.into_inner()
    }

    /// Reads an item. Adds a fault if its fields are wrong.
    pub(super) fn record<'s, T: Deserialize<'a>>(&'s self, raw: &'a RawValue) -> Option<(T, Place<'s, 'a>)> {
        let place = Place {
            source: self,
            raw: raw.get(),
            // The item is a slice of the text, so its address gives its offset.
            offset: raw.get().as_ptr().addr() - self.text.as_ptr().addr(),
        };
        match serde_json::from_str(raw.get()) {
            Ok(item) => Some((item, place)),
            Err(error) => {
                let message = error.to_string();
                // The error counts lines from the item's start, so its line number is misleading.
                let message = message.split(" at line ").next().unwrap_or(&message);
                self.fault(place.line() + error.line().max(1) - 1, message.to_owned());
                None
            }
        }
    }
}

/// The position of an item.
#[derive(Clone, Copy)]
pub(super) struct Place<'s, 'a> {
    source: &'s Source<'a>,
    raw: &'a str,
    offset: usize,
}

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
    pub(super) fn check<T>(&self, field: &str, value: Result<T, String>) -> Option<T> {
        value
            .map_err(|message| {
                self.source
                    .fault(self.line_of(field), format!("{field}: {message}"));
            })
            .ok()
    }

    /// An optional time in the past. The outer option: whether it is valid.
    // Being valid and being present are separate questions.
    #[allow(clippy::option_option)]
    pub(super) fn past(&self, field: &str, text: Option<&str>) -> Option<Option<Timestamp>> {
        let time = text.map(|text| past(text, self.source.now)).transpose();
        self.check(field, time)
    }

    /// A required time.
    pub(super) fn time(&self, field: &str, text: &str) -> Option<Timestamp> {
        self.check(field, time(text))
    }
}
