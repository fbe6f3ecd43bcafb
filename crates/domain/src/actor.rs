//! Who did something, for the audit trail.

use crate::MemberId;

/// Who acts, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The member who acts; `None` for the operator at the command line.
    pub member: Option<MemberId>,
    /// The address that the request came from, if it came over the network.
    pub address: Option<String>,
    /// The request's id, which the log and the answer carry too.
    pub request_id: Option<String>,
}

impl Actor {
    /// The operator, at the command line.
    pub const fn operator() -> Self {
        Self {
            member: None,
            address: None,
            request_id: None,
        }
    }
}
