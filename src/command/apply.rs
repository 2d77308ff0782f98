//! `redress apply`: checks a copy of plan and approvals, records the plan's one use, and runs it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::BufReader;
use std::path::Path;

use crate::approval::statement::Statement;
use crate::approval::{
    AllowedSigners, ApprovedPlan, Place, PlanFacts, Refusal, RefusalCode, SignedStatement, approve,
    approve_again, belongs_here,
};
use crate::command::approve::same_world;
use crate::command::args::ApplyArgs;
use crate::command::context::{Context, state_failure};
use crate::command::exit_code::ExitCode;
use crate::command::failure::Failure;
use crate::command::going::{Finished, Going, Tell, first_record, go_on};
use crate::command::{random, show, statements, world};
use crate::edge::state::{Incoming, Ledger, RunFolder, StateError};
use crate::log::fold::RunState;
use crate::plan::model::Header;
use crate::plan::reader::{PlanIndex, index};
use crate::run::apply::{Entry, WithoutPowerShell};
use crate::value::{Digest, RunId, Timestamp};

/// Applies a plan and says how it went.
///
/// # Errors
/// It was refused, or could not be started.
pub async fn run(context: &Context, args: &ApplyArgs, tell: Tell) -> Result<ExitCode, Failure> {
    let finished = start(context, &args.plan, WithoutPowerShell::Leave, tell).await?;
    finished.print();
    Ok(finished.exit)
}

/// Applies a plan.
///
/// # Errors
/// It was refused, or could not be started.
pub async fn start(
    context: &Context,
    plan: &Path,
    without_powershell: WithoutPowerShell,
    tell: Tell,
) -> Result<Finished, Failure> {
    let notary = context.notary()?;
    let mut ledger = Ledger::open(&context.state, &notary)
        .map_err(|error| state_failure(&error).hint("`redress init` makes this machine's ledger"))?;
    let incoming = Incoming::new(&context.state).map_err(|error| state_failure(&error))?;
    let taken = match take(context, &incoming, plan, &ledger).await {
        Ok(taken) => taken,
        Err(refused) => {
            let recorded = ledger.refused(refused.plan, refused.failure.exit as u8, &refused.reason);
            return Err(match recorded {
                Ok(()) => refused.failure,
                Err(error) => state_failure(&error),
            });
        }
    };
    let run = run_id(context);
    let folder = RunFolder::create(incoming, &run, &notary).map_err(|error| state_failure(&error))?;
    let header = &taken.index.header;
    let head = ledger.head().last;
    ledger
        .used(taken.index.digest, &header.nonce, &run)
        .map_err(|error| state_failure(&error))?;
    let begin = first_record(context, &taken.index, &taken.approved, &taken.connection, head);
    drop(ledger);
    let going = Going {
        run,
        folder,
        index: taken.index,
        approved: taken.approved,
        connection: taken.connection,
        state: RunState::default(),
        begin: Some(begin),
        go_aheads: BTreeMap::new(),
        without_powershell,
        entry: Entry::First,
        tell,
    };
    go_on(context, &notary, going).await
}

struct Taken {
    index: PlanIndex,
    approved: ApprovedPlan,
    connection: world::Connection,
}

/// A refusal on its way into the ledger.
struct Refused {
    plan: Option<Digest>,
    reason: String,
    failure: Failure,
}

/// Copies plan and approvals, and judges the copies; nothing is parsed before a trusted key has signed its digest.
async fn take(
    context: &Context,
    incoming: &Incoming,
    plan: &Path,
    ledger: &Ledger,
) -> Result<Taken, Refused> {
    let early = |failure: Failure| refused(None, "unreadable", failure);
    let (bytes, digest) = incoming.plan(plan).map_err(|error| early(no_copy(&error)))?;
    let signed = copy_statements(incoming, plan).map_err(|error| early(no_copy(&error)))?;
    let because = |reason: &str, failure: Failure| refused(Some(digest), reason, failure);
    let signers_text = context.signers_text().map_err(|f| because("signers", f))?;
    let signers = context
        .signers_of(&signers_text)
        .map_err(|f| because("signers", f))?;
    incoming
        .signers(signers_text.as_bytes())
        .map_err(|error| because("unwritable", state_failure(&error)))?;
    let by_refusal = |refusal: &Refusal| because(refusal.code.as_str(), failure(refusal));
    let now = context.clock.now();
    signed_at_all(&signed, digest, &signers, now).map_err(|f| because(f.0.as_str(), f.1))?;
    let index = index(BufReader::new(bytes.as_slice())).map_err(|e| because("no_plan", show::no_plan(&e)))?;
    let header = &index.header;
    same_world(context, header).map_err(|f| because("rehearsal", f))?;
    let facts = facts(header, digest);
    let tenant = context.tenant().map_err(|f| because("tenant", f))?;
    let place = Place {
        tenant: tenant.id.clone(),
        ledger: ledger.id().clone(),
        policy: context.policy_digest(),
    };
    belongs_here(&facts, &place).map_err(|refusal| by_refusal(&refusal))?;
    if ledger.state().is_used(&digest, &header.nonce) {
        let failure = Failure::new(
            ExitCode::Stale,
            "the plan was used already: a plan is applied once",
        )
        .hint("`redress status` shows its run, `redress resume RUN` goes on with it; else make a new plan");
        return Err(because("used", failure));
    }
    let approved = approve(&facts, &signed, &signers, now).map_err(|refusal| by_refusal(&refusal))?;
    let connection = world::connect(context).map_err(|f| because("configuration", f))?;
    let checked = world::check_clock(context, connection.reads.as_ref()).await;
    checked.map_err(|f| because("world", f))?;
    Ok(Taken {
        index,
        approved,
        connection,
    })
}

/// Copies of the statements beside the plan that have a signature.
fn copy_statements(incoming: &Incoming, plan: &Path) -> Result<Vec<SignedStatement>, StateError> {
    let mut signed = Vec::new();
    for (path, sig) in statements::beside(plan) {
        let (statement, _) = incoming.approval(&path)?;
        let (armor, _) = incoming.approval(&sig)?;
        let name = path.file_name().unwrap_or_default();
        signed.push(SignedStatement {
            name: name.to_string_lossy().into_owned(),
            bytes: statement,
            armor: String::from_utf8_lossy(&armor).into_owned(),
        });
    }
    Ok(signed)
}

/// What was handed to us cannot be read: that is no matter of the log.
fn no_copy(error: &StateError) -> Failure {
    match error {
        StateError::Read { .. } => Failure::new(ExitCode::Usage, format!("failed to {error}"))
            .hint("`redress apply` takes the path of a plan, with its approvals beside it"),
        StateError::Write { .. }
        | StateError::Locked { .. }
        | StateError::Damaged { .. }
        | StateError::Place { .. } => state_failure(error),
    }
}

fn refused(plan: Option<Digest>, reason: &str, failure: Failure) -> Refused {
    Refused {
        plan,
        reason: reason.to_owned(),
        failure,
    }
}

/// Unless a trusted key has signed a statement over these very bytes, there is nothing to parse.
fn signed_at_all(
    signed: &[SignedStatement],
    digest: Digest,
    signers: &AllowedSigners,
    now: Timestamp,
) -> Result<(), (RefusalCode, Failure)> {
    if signed.is_empty() {
        let failure = Failure::new(ExitCode::Approval, "no approval lies beside the plan")
            .hint("`redress approve PLAN --key FILE --as PRINCIPAL` makes one");
        return Err((RefusalCode::NoApproval, failure));
    }
    let over: Vec<PlanFacts> = signed
        .iter()
        .filter_map(|statement| claimed(statement, digest))
        .collect();
    if let Some((first, others)) = over.split_first() {
        let mut judged = approve_again(first, signed, signers, now);
        for facts in others {
            judged = judged.or_else(|_| approve_again(facts, signed, signers, now));
        }
        return match judged {
            Ok(_) => Ok(()),
            Err(refusal) => Err((refusal.code, failure(&refusal))),
        };
    }
    let names: Vec<&str> = signed.iter().map(|statement| statement.name.as_str()).collect();
    let failure = Failure::new(
        ExitCode::Approval,
        format!(
            "the plan is not the one that was approved: its bytes have SHA-256 {digest}, and {} {} for others",
            names.join(", "),
            if names.len() == 1 { "is" } else { "are" }
        ),
    )
    .hint("restore the approved file, or have this one approved");
    Err((RefusalCode::Changed, failure))
}

/// What a statement over these bytes says that the plan is; the plan itself has its say once it may be parsed.
fn claimed(statement: &SignedStatement, digest: Digest) -> Option<PlanFacts> {
    match Statement::parse(&statement.bytes) {
        Ok(Statement::Approve(said)) if said.plan == digest => Some(PlanFacts {
            digest,
            nonce: said.nonce,
            tenant: said.tenant,
            policy: said.policy,
            ledger: said.ledger,
            approvals: 1,
            planned_at: said.at,
            valid_until: said.at,
        }),
        Ok(Statement::Approve(_) | Statement::GoAhead(_) | Statement::Attest(_)) | Err(_) => None,
    }
}

/// What an approval must be about.
pub fn facts(header: &Header, digest: Digest) -> PlanFacts {
    PlanFacts {
        digest,
        nonce: header.nonce.clone(),
        tenant: header.tenant.id.clone(),
        policy: header.policy,
        ledger: header.ledger.clone(),
        approvals: header.approvals,
        planned_at: header.planned_at,
        valid_until: header.valid_until,
    }
}

/// A refusal in words.
pub fn failure(refusal: &Refusal) -> Failure {
    let mut message = refusal.message.clone();
    for not in &refusal.not_counted {
        if !message.contains(&not.name) {
            let _ = write!(message, "\n  {}: {}", not.name, not.why);
        }
    }
    Failure::new(ExitCode::of(refusal.code.exit()), message).hints(refusal.hints.clone())
}

/// Start time and six random digits.
fn run_id(context: &Context) -> RunId {
    let time = context.clock.now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let random = hex::encode(&random::bits128()[..3]);
    RunId::new(format!("{time}-{random}"))
}
