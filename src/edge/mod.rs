//! (to come)

pub mod scripts;
