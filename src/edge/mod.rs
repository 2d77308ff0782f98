//! Where the program touches the world: files, folders, keys, configuration, network, processes, clock.
//!
//! Decides nothing about changes; rooms above never use this one.

pub mod config;
pub mod folders;
pub mod keys;
