//! The root type of mutations.

mod comments;
mod posts;
mod rules;

use async_graphql::MergedObject;

use self::comments::CommentMutations;
use self::posts::PostMutations;

/// All mutations. You can change and delete only what you wrote yourself, whatever your role.
#[derive(Default, MergedObject)]
pub(crate) struct Mutation(PostMutations, CommentMutations);
