//! Who may do what: principals, the roles granted to them, and their tokens.
//!
//! A grant gives a role within a scope and a period; the pack says which permissions a role carries. There is one question,
//! [`authorise`], and its answer is no unless a grant says yes. Names and addresses of people are sealed under a key of
//! their own, so that nothing here can read them.
//!
//! A person proves who they are with a password or through another provider, and then has a session; programs present tokens.
//!
//! Invariants: a disabled principal may do nothing; a grant outside its period gives nothing; a token's secret is never
//! kept, only its hash; the hash of a password is sealed under its person.

mod authority;
mod command;
pub mod credential;
mod decide;
pub mod event;
mod link;
pub mod provider;
pub mod session;
mod state;

pub use authority::{
    Permission, Reach, Restriction, Scope, Target, authorise, decides_in_role, holds_role, left_by_token,
    reach,
};
pub use command::Command;
pub use credential::Credential;
pub(crate) use decide::checked_scope;
pub use decide::{decide, issue_token, revoke_token};
pub use event::{Grant, Method, PrincipalKind};
pub use link::{link, linked, unlink};
pub use session::Session;
pub use state::{Principal, Status, Token};
