//! `redress import`: takes in the result of a bundle that was run elsewhere, attested by whoever signs.

use std::path::Path;

use crate::approval::statement::{AttestStatement, Kind, Statement, VERSION};
use crate::approval::{AttestFacts, attest, sshsig};
use crate::command::approve::key;
use crate::command::args::ImportArgs;
use crate::command::context::{Context, state_failure};
use crate::command::exit_code::ExitCode;
use crate::command::failure::Failure;
use crate::command::plan::{read_file, whole_seconds};
use crate::edge::scripts::imported;
use crate::edge::state::{Ledger, Opened, RunFolder, files};
use crate::log::fold::RunState;
use crate::log::model::{LedgerEvent, RunEvent};
use crate::powershell::bundle;
use crate::report;
use crate::run::journal::Journal;
use crate::value::{ActionId, Digest, RunId};

/// Checks, signs and records a result.
///
/// # Errors
/// The result is not that of a bundle of this run (15), or cannot be recorded.
pub async fn run(context: &Context, args: &ImportArgs) -> Result<ExitCode, Failure> {
    let run = RunId::new(args.run.clone());
    let notary = context.notary()?;
    let signing = key(&args.sign)?;
    let result = read_file(&args.result)?;
    let mut ledger = Ledger::open(&context.state, &notary).map_err(|error| state_failure(&error))?;
    let opened = RunFolder::open_for_writing(&context.state, &run, &ledger, &notary)
        .map_err(|error| state_failure(&error).hint("`redress status` lists the runs"))?;
    let Opened { folder, state, .. } = opened;
    let done = take(context, args, &run, &folder, &state, &result, &signing);
    let (exit, event) = match done {
        Ok((action, event)) => {
            println!("result of `{action}` taken in, attested by {}", crate::diagnostic::visible(&args.sign.principal));
            println!("Next: redress resume {run}");
            (ExitCode::Done, Some(event))
        }
        Err(failure) => {
            ledger.refused(None, failure.exit as u8, "import").map_err(|error| state_failure(&error))?;
            eprintln!("{failure}");
            (failure.exit, None)
        }
    };
    leave(&folder, &mut ledger, event).await?;
    Ok(exit)
}

fn take(
    context: &Context,
    args: &ImportArgs,
    run: &RunId,
    folder: &RunFolder,
    state: &RunState,
    result: &[u8],
    signing: &ssh_key::PrivateKey,
) -> Result<(ActionId, RunEvent), Failure> {
    let (action, manifest, checked) = of_bundle(folder, state, result)?;
    let digest = Digest::of(result);
    let statement = Statement::Attest(AttestStatement {
        v: VERSION,
        kind: Kind::SshSig,
        run: run.clone(),
        action: action.clone(),
        result: digest,
        manifest,
        principal: args.sign.principal.clone(),
        note: args.note.clone(),
        at: whole_seconds(context.clock.now()),
    });
    let signed = attested(folder, &statement, signing)?;
    let facts = AttestFacts { run: run.clone(), action: action.clone(), result: digest, manifest };
    let counts = attest(&facts, &signed, &context.signers()?, context.clock.now())
        .map_err(|refusal| crate::command::apply::failure(&refusal))?;
    let details = serde_json::to_value(imported(checked)).expect("a result can be said in JSON");
    let details = folder.keep(&details).map_err(|error| Failure::new(ExitCode::Log, error.to_string()))?;
    let event = RunEvent::BundleImported {
        action: action.clone(),
        result: digest,
        statement: counts.statement(),
        details,
    };
    Ok((action, event))
}

/// The bundle of this run that the result belongs to.
fn of_bundle(
    folder: &RunFolder,
    state: &RunState,
    result: &[u8],
) -> Result<(ActionId, Digest, bundle::CheckedResult), Failure> {
    let mut why = "the run waits for no result".to_owned();
    for (action, written) in &state.bundles {
        if written.imported.is_some() {
            continue;
        }
        let Some(manifest) = find_manifest(folder.layout().bundles().as_path(), &written.written) else {
            why = format!("the bundle of `{action}` is gone from the run's folder");
            continue;
        };
        match bundle::check_result(&manifest, result) {
            Ok(checked) => return Ok((action.clone(), Digest::of(&manifest), checked)),
            Err(error) => why = error.to_string(),
        }
    }
    Err(Failure::new(ExitCode::Evidence, format!("the result is refused: {why}"))
        .hint("bring back the `result.jsonl` that the script of this run's bundle wrote"))
}

fn find_manifest(bundles: &Path, written: &[Digest]) -> Option<Vec<u8>> {
    let folders = std::fs::read_dir(bundles).ok()?;
    folders
        .filter_map(Result::ok)
        .filter_map(|entry| std::fs::read(entry.path().join("manifest.json")).ok())
        .find(|bytes| written.contains(&Digest::of(bytes)))
}

fn attested(
    folder: &RunFolder,
    statement: &Statement,
    key: &ssh_key::PrivateKey,
) -> Result<crate::approval::SignedStatement, Failure> {
    let usage = |error: &dyn std::fmt::Display| Failure::new(ExitCode::Usage, error.to_string());
    let bytes = statement.to_bytes().map_err(|error| usage(&error))?;
    let armor = sshsig::sign(key, statement.namespace(), &bytes).map_err(|error| usage(&error))?;
    let name = format!("attest-{}.approval", Digest::of(&bytes).short());
    let path = folder.layout().approvals().join(&name);
    let sig = folder.layout().approvals().join(format!("{name}.sig"));
    files::write(&path, &bytes)
        .and_then(|()| files::write(&sig, armor.as_bytes()))
        .map_err(|error| Failure::new(ExitCode::Log, format!("failed to write `{}`: {error}", path.display())))?;
    Ok(crate::approval::SignedStatement { name, bytes, armor })
}

async fn leave(folder: &RunFolder, ledger: &mut Ledger, event: Option<RunEvent>) -> Result<(), Failure> {
    let log = |error: crate::run::journal::JournalError| Failure::new(ExitCode::Log, error.to_string());
    let exit = ExitCode::Waiting as u8;
    let events = event.into_iter().chain([RunEvent::RunLeft { exit }]).collect();
    folder.append(events).await.map_err(log)?;
    let sealed = folder.seal().map_err(log)?;
    let event = LedgerEvent::RunLeft {
        exit,
        bytes: sealed.bytes,
        records: sealed.records,
        sha256: sealed.sha256,
        ended: false,
    };
    ledger.left(folder.run(), event).map_err(|error| state_failure(&error))
}
