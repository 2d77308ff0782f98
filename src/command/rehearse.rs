//! stub
use crate::command::args::{Global, RehearseArgs}; use crate::command::exit_code::ExitCode; use crate::command::failure::Failure;
pub async fn run(_g: &Global, _args: &RehearseArgs) -> Result<ExitCode, Failure> { todo!() }
