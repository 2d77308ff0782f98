//! Generated scripts in a real PowerShell: text, values, protocol, Exchange's stand-in, hand-over.
//!
//! Takes PowerShell from `REDRESS_TEST_PWSH` (a file or a folder), else from the PATH. Without one the tests skip
//! and say so; where `CI` is set they fail.

mod exchange;
mod generation;
mod hand_over;
mod harness;
mod protocol;
mod values;
