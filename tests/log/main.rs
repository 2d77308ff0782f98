//! Ledger, run folder, resume and audit on real files, and the recipe that needs no Redress.
//!
//! No tenant and no playbook: records are written by hand. What they mean is tested beside `log::fold`.

mod audit;
mod ledger;
#[cfg(unix)]
mod recipe;
mod resume;
mod run;
mod state;
