//! A run from plan to end against a tenant, a log and a clock in memory: no network, no files, no PowerShell.
//!
//! Start at `bench`, which plans, approves, runs and resumes; `cuts` cuts the log after every record.

mod bench;
mod bounds;
mod clock;
mod cuts;
mod expiry;
mod hand_over;
mod journal;
mod many;
mod outcomes;
mod person;
mod planning;
mod playbooks;
mod promises;
mod scripts;
mod stops;
mod world;
