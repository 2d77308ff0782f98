//! Room on the stack: deep work runs on a thread with a large stack of its own, so that no text can abort us.
//!
//! Does not decide what is too deep; [`super::guard`] does. A panic of a parser is caught here too.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// A stack that 4,000 bytes of any expression, or 64 KiB of any text, cannot fill.
const LARGE_STACK_BYTES: usize = 64 * 1024 * 1024;
/// Levels that surely fit on what is left of an ordinary thread's stack (a Windows main thread has 1 MiB).
pub(crate) const SHALLOW: usize = 32;

/// Why the work has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stopped;

/// Runs `work` here when it is at most [`SHALLOW`] deep, else on a thread with a large stack.
pub(crate) fn with_room<T: Send>(depth: usize, work: impl FnOnce() -> T + Send) -> Result<T, Stopped> {
    if depth <= SHALLOW {
        return catch_unwind(AssertUnwindSafe(work)).map_err(|_| Stopped);
    }
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("expression".to_owned())
            .stack_size(LARGE_STACK_BYTES)
            .spawn_scoped(scope, work)
            .map_err(|_| Stopped)?
            .join()
            .map_err(|_| Stopped)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deep(levels: usize) -> usize {
        let room = [levels; 64];
        if levels == 0 {
            0
        } else {
            1 + deep(std::hint::black_box(room)[0] - 1)
        }
    }

    #[test]
    fn deep_work_has_a_stack_of_its_own() {
        assert_eq!(with_room(20_000, || deep(20_000)), Ok(20_000));
        assert_eq!(with_room(1, || deep(10)), Ok(10));
    }
}
