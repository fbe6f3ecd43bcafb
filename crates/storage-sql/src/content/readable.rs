//! What a viewer may read, in SQL. The one place where that is decided.

use latchkey_domain::content::Viewer;

use crate::Param;

/// Whether the viewer may read in the space `$space`. `?1` is the viewer's number, `?2` whether they see all spaces.
macro_rules! in_space {
    ($space:literal) => {
        concat!(
            "(?2 OR ",
            $space,
            " IN (SELECT id FROM spaces WHERE visibility = 'public') OR ",
            $space,
            " IN (SELECT space_id FROM space_members WHERE member_id = ?1))"
        )
    };
}
pub(super) use in_space;

/// The first two parameters of a statement with [`in_space`].
pub(super) fn parameters(viewer: Viewer) -> Vec<Param<'static>> {
    vec![Param::from(viewer.member.0), Param::from(viewer.sees_all_spaces)]
}

/// The same, and a list of numbers behind them.
pub(super) fn parameters_and(viewer: Viewer, ids: Vec<i64>) -> Vec<Param<'static>> {
    let mut parameters = parameters(viewer);
    parameters.push(Param::from(ids));
    parameters
}
