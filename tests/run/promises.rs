//! What holds at every moment: concurrency, the intent before the request, and silence once the log fails.

use redress::run::apply::RunError;

use crate::bench::Process;
use crate::playbooks::{REFRESH, WAVES_AND_HOLD, locate, of, revoke};
use crate::stops::planned;
use crate::world::{Fault, State};

#[tokio::test]
async fn in_flight_are_never_more_than_the_threshold_bears_plus_one() {
    for borne in 0..5 {
        for width in [1, 2, 8] {
            let more = format!("max_failures: {borne}\nconcurrency: {width}");
            let state = State::of(12).fault(3, Fault::CutAfter).fault(5, Fault::CutBefore);
            let process = Process::new(
                &planned(&of(&revoke("inputs.users", &more)), &state, 12).await,
                state,
            );
            assert_eq!(process.go(&[]).await.unwrap().exit, 0);
            let seen = process.tenant.seen.lock().unwrap().clone();
            assert_eq!(seen.most_in_flight, width.min(borne + 1), "{more}");
            process.assert_promises(&more);
        }
    }
}

#[tokio::test]
async fn once_the_log_cannot_be_written_nothing_is_sent_and_a_later_process_ends_the_run() {
    let text = of(&format!(
        "{REFRESH}{}{}",
        revoke("inputs.users", WAVES_AND_HOLD),
        locate("locate", "inputs.users", "max_failures: 3\nconcurrency: 4")
    ));
    let mut state = State::of(5).fault(2, Fault::CutAfter).fault(4, Fault::CutBefore);
    state.calm_from = Some(crate::bench::planned_at());
    let planned = planned(&text, &state, 5).await;
    let whole = Process::new(&planned, state.clone());
    assert_eq!(whole.go(&[]).await.unwrap().exit, 0);
    assert!(whole.journal.appends() > 40, "{}", whole.journal.appends());
    for n in 1..=whole.journal.appends() {
        let process = Process::new(&planned, state.clone());
        process.journal.fail_at(n);
        let error = process.go(&[]).await.unwrap_err();
        assert!(matches!(error, RunError::Journal(_)), "append {n}: {error}");
        let sent = process.tenant.state.lock().unwrap().arrived.len();
        process
            .clock
            .advance_to(crate::bench::later(planned.observed.header.planned_at, 7200));
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        assert_eq!(
            process.tenant.state.lock().unwrap().arrived.len(),
            sent,
            "append {n}"
        );
        process.assert_promises(&format!("append {n}"));

        let again = process.reopened();
        assert_eq!(again.to_end().await.unwrap().exit, 0, "append {n}");
        again.assert_promises(&format!("after append {n}"));
        assert_eq!(again.outcomes(), whole.outcomes(), "append {n}");
    }
}
