//! The weight of a selection.

#[derive(Clone, Copy, Default)]
pub(super) struct Weight {
    /// Work per row of the list that it belongs to.
    pub(super) rows: u64,
    /// Work that is done once.
    pub(super) once: u64,
    /// The depth of its fields.
    pub(super) depth: u64,
    /// How deep lists of types nest.
    pub(super) lists: u64,
    /// How many fields it has, including those of its fragments.
    pub(super) fields: u64,
    /// The size of its arguments in bytes.
    pub(super) arguments: u64,
    /// How many long texts it returns once.
    pub(super) texts: u64,
    /// How many long texts it returns per row.
    pub(super) row_texts: u64,
}

impl Weight {
    pub(super) fn add(&mut self, other: Self) {
        self.rows = self.rows.saturating_add(other.rows);
        self.once = self.once.saturating_add(other.once);
        self.depth = self.depth.max(other.depth);
        self.lists = self.lists.max(other.lists);
        self.fields = self.fields.saturating_add(other.fields);
        self.arguments = self.arguments.saturating_add(other.arguments);
        self.texts = self.texts.saturating_add(other.texts);
        self.row_texts = self.row_texts.saturating_add(other.row_texts);
    }
}
