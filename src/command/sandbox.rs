//! stub
use crate::command::args::SandboxArgs; use crate::command::exit_code::ExitCode; use crate::command::failure::Failure;
pub async fn run(_args: &SandboxArgs) -> Result<ExitCode, Failure> { todo!() }
