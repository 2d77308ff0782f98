//! `redress resume`: goes on with a run from wherever its log stands.

use std::collections::BTreeMap;
use std::io::BufReader;

use crate::approval::{AllowedSigners, ApprovedPlan, GoAheadFacts, approve_again, go_ahead};
use crate::command::approve::{same_world, waiting};
use crate::command::args::ResumeArgs;
use crate::command::context::{Context, state_failure};
use crate::command::exit_code::ExitCode;
use crate::command::failure::Failure;
use crate::command::going::{Finished, Going, Tell, close, first_record, go_on};
use crate::command::plan::read_file;
use crate::command::{apply, show, statements, world};
use crate::edge::state::{Ledger, Notary, Opened, RunFolder};
use crate::plan::reader::{PlanIndex, index};
use crate::run::apply::{Entry, WithoutPowerShell};
use crate::value::{Digest, RunId, StepId};

/// Goes on and says how it went.
///
/// # Errors
/// The run cannot go on.
pub async fn run(context: &Context, args: &ResumeArgs, tell: Tell) -> Result<ExitCode, Failure> {
    let run = RunId::new(args.run.clone());
    println!("resumes run {run}");
    let finished = again(context, &run, WithoutPowerShell::Leave, tell).await?;
    finished.print();
    Ok(finished.exit)
}

/// Goes on with a run.
///
/// # Errors
/// It cannot go on: damaged, ended, in another process's hands, or its approvals do not count any more.
pub async fn again(
    context: &Context,
    run: &RunId,
    without_powershell: WithoutPowerShell,
    tell: Tell,
) -> Result<Finished, Failure> {
    let notary = context.notary()?;
    let (opened, index, ledger_head) = open(context, run, &notary)?;
    let Opened {
        folder,
        state,
        signable,
    } = opened;
    same_world(context, &index.header)?;
    let signers = context.signers()?;
    let approved = judge(context, &folder, &index, &signers);
    if let Some(exit) = state.ended {
        let principals = approved.map_or(Vec::new(), |approved| approved.principals().to_vec());
        return close(context, &notary, &folder, &index.header, &principals, exit);
    }
    let approved = approved?;
    let heads: Vec<(u64, Digest)> = signable.iter().map(|head| (head.bytes, head.last)).collect();
    let go_aheads = match waiting(&state) {
        None => BTreeMap::new(),
        Some(step) => signed(
            context,
            &folder,
            run,
            &step,
            &heads,
            &signers,
            index.header.approvals,
        ),
    };
    let connection = world::connect(context)?;
    world::check_clock(context, connection.reads.as_ref()).await?;
    let begin = match &state.started {
        Some(_) => None,
        None => Some(first_record(context, &index, &approved, &connection, ledger_head)),
    };
    let going = Going {
        run: run.clone(),
        folder,
        index,
        approved,
        connection,
        state,
        begin,
        go_aheads,
        without_powershell,
        entry: Entry::Resumed,
        tell,
    };
    go_on(context, &notary, going).await
}

fn open(context: &Context, run: &RunId, notary: &Notary) -> Result<(Opened, PlanIndex, Digest), Failure> {
    let ledger = Ledger::open(&context.state, notary).map_err(|error| state_failure(&error))?;
    let opened = RunFolder::open_for_writing(&context.state, run, &ledger, notary)
        .map_err(|error| state_failure(&error).hint("`redress status` lists the runs"))?;
    let bytes = read_file(&opened.folder.layout().plan())?;
    let index = index(BufReader::new(bytes.as_slice())).map_err(|error| show::no_plan(&error))?;
    let facts = ledger.state().runs.get(run);
    let booked = facts.is_some_and(|facts| facts.left.iter().any(|left| left.ended));
    if opened.state.ended.is_some() && booked {
        return Err(Failure::new(
            ExitCode::Stale,
            format!("run `{run}` has ended: there is nothing to resume"),
        )
        .hint("make a new plan; what is done already shows there"));
    }
    let used = facts.and_then(|facts| facts.used);
    if used != Some(index.digest) {
        return Err(Failure::new(
            ExitCode::Stale,
            format!("the ledger has no use of this plan by run `{run}`"),
        )
        .hint("the run never began; apply the plan again"));
    }
    Ok((opened, index, ledger.head().last))
}

/// The copied approvals under the signers of today.
fn judge(
    context: &Context,
    folder: &RunFolder,
    index: &PlanIndex,
    signers: &AllowedSigners,
) -> Result<ApprovedPlan, Failure> {
    let mut signed = Vec::new();
    for entry in std::fs::read_dir(folder.layout().approvals())
        .into_iter()
        .flatten()
        .flatten()
    {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.ends_with(".approval") || name.starts_with("go-ahead.") || name.starts_with("attest") {
            continue;
        }
        let mut sig = path.clone().into_os_string();
        sig.push(".sig");
        signed.extend(statements::read(&path, sig.as_ref()));
    }
    signed.sort_by(|a, b| a.name.cmp(&b.name));
    let facts = apply::facts(&index.header, index.digest);
    if index.header.policy != context.policy_digest() {
        return Err(Failure::new(
            ExitCode::Approval,
            "the policy in force is not the one that the plan was made under",
        )
        .hint("restore the policy, or make a new plan"));
    }
    approve_again(&facts, &signed, signers, context.clock.now()).map_err(|refusal| apply::failure(&refusal))
}

/// A go-ahead over any of the heads after which only processes came and went.
fn signed(
    context: &Context,
    folder: &RunFolder,
    run: &RunId,
    step: &StepId,
    heads: &[(u64, Digest)],
    signers: &AllowedSigners,
    approvals: usize,
) -> BTreeMap<StepId, Digest> {
    let statements = statements::read_all(&folder.layout().approvals().join("go-ahead"));
    let counted = heads.iter().find_map(|(log_bytes, log_head)| {
        let facts = GoAheadFacts {
            run: run.clone(),
            step: step.clone(),
            log_bytes: *log_bytes,
            log_head: *log_head,
            approvals,
        };
        go_ahead(&facts, &statements, signers, context.clock.now()).ok()
    });
    counted
        .map(|go| (go.step().clone(), go.digest()))
        .into_iter()
        .collect()
}
