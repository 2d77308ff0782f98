//! The tenant while it is served: what was done to it, by whom it was asked, and what goes wrong next.
//!
//! Nothing here speaks HTTP; the server does. What a question gets as an answer is in
//! [`resources`](crate::sandbox::resources).

pub mod exchange;
pub mod faults;
pub mod journal;
mod live;
pub mod sign_ins;
pub mod throttle;
pub mod tokens;

pub use live::{Live, LiveUser, Revocation};
