//! (to come)

pub mod exchange;
