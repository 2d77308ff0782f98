//! The simulated tenant behind real HTTP: token endpoint, Graph calls, federation metadata, faults on request.
//!
//! Serves any client; knows nothing of playbooks. Start at [`Sandbox::start`]; a new resource is one file in
//! [`resources`] plus one line. The tenant file is documented in `docs/tenant-file.md`.

mod codes;
pub mod exchange;
mod made_up;
mod odata;
pub mod resources;
mod server;
pub mod state;
pub mod tenant;

pub use server::{Options, Running, Sandbox, SandboxError, StateHandle};
pub use tenant::TenantFile;
