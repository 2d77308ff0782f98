//! `redress import`: takes in the result of a bundle that was run elsewhere, attested by whoever signs.

use std::path::{Path, PathBuf};

use crate::approval::statement::{AttestStatement, Kind, Statement, VERSION};
use crate::approval::{AttestFacts, SignedStatement, attest, sshsig};
use crate::command::approve::key;
use crate::command::args::ImportArgs;
use crate::command::context::{Context, state_failure};
use crate::command::exit_code::ExitCode;
use crate::command::failure::Failure;
use crate::command::plan::read_file;
use crate::edge::scripts::{imported, script_of};
use crate::edge::state::{Ledger, Opened, RunFolder, files};
use crate::log::fold::RunState;
use crate::log::model::{LedgerEvent, RunEvent};
use crate::powershell::bundle::{Manifest, check_result};
use crate::run::apply::ImportedResult;
use crate::run::journal::Journal;
use crate::value::{ActionId, Digest, RunId, whole_seconds};

/// Checks, signs and records a result.
///
/// # Errors
/// The result is not that of a bundle of this run (15), or cannot be recorded.
pub async fn run(context: &Context, args: &ImportArgs) -> Result<ExitCode, Failure> {
    let run = RunId::new(args.run.clone());
    let notary = context.notary()?;
    if args.sign.statement.is_some() {
        return Err(
            Failure::new(ExitCode::Usage, "an import is signed here, not by a statement")
                .hint("give `--key FILE`, an Ed25519 or ECDSA key"),
        );
    }
    let signing = key(&args.sign)?;
    let result = read_file(&args.result)?;
    let mut ledger = Ledger::open(&context.state, &notary).map_err(|error| state_failure(&error))?;
    let opened = RunFolder::open_for_writing(&context.state, &run, &ledger, &notary)
        .map_err(|error| state_failure(&error).hint("`redress status` lists the runs"))?;
    let Opened { folder, state, .. } = opened;
    if state.ended.is_some() {
        return Err(Failure::new(
            ExitCode::Stale,
            format!("run `{run}` has ended: it takes no result any more"),
        )
        .hint("keep the result with your own records; a new plan sees what was done"));
    }
    let done = take(context, args, &run, &folder, &state, &result, &signing);
    let (exit, event) = match done {
        Ok((action, event)) => {
            println!(
                "result of `{action}` taken in, attested by {}",
                crate::diagnostic::visible(&args.sign.principal)
            );
            println!("Next: redress resume {run}");
            (ExitCode::Done, Some(event))
        }
        Err(failure) => {
            ledger
                .refused(None, failure.exit as u8, "import")
                .map_err(|error| state_failure(&error))?;
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
    let found = of_bundle(folder, state, result)?;
    let (action, manifest) = (found.action, found.manifest);
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
    let signed = attested(&statement, signing)?;
    let facts = AttestFacts {
        run: run.clone(),
        action: action.clone(),
        result: digest,
        manifest,
    };
    let counts = attest(&facts, &signed, &context.signers()?, context.clock.now())
        .map_err(|refusal| crate::command::apply::failure(&refusal))?;
    write(folder, &signed)?;
    let details = serde_json::to_value(found.result).expect("a result can be said in JSON");
    let details = folder
        .keep(&details)
        .map_err(|error| Failure::new(ExitCode::Log, error.to_string()))?;
    let event = RunEvent::BundleImported {
        action: action.clone(),
        result: digest,
        statement: counts.statement(),
        details,
    };
    Ok((action, event))
}

/// A result, and the bundle of this run that it belongs to.
struct Found {
    action: ActionId,
    manifest: Digest,
    result: ImportedResult,
}

fn of_bundle(folder: &RunFolder, state: &RunState, result: &[u8]) -> Result<Found, Failure> {
    let mut why = "the run waits for no result".to_owned();
    for (action, written) in &state.bundles {
        if written.imported.is_some() {
            continue;
        }
        match result_of(&folder.layout().bundles(), &written.written, result) {
            Ok((manifest, result)) => {
                return Ok(Found {
                    action: action.clone(),
                    manifest,
                    result,
                });
            }
            Err(error) => why = format!("bundle of `{action}`: {error}"),
        }
    }
    Err(
        Failure::new(ExitCode::Evidence, format!("the result is refused: {why}"))
            .hint("bring back the `result.jsonl` that the script of this run's bundle wrote"),
    )
}

fn result_of(bundles: &Path, written: &[Digest], result: &[u8]) -> Result<(Digest, ImportedResult), String> {
    let (folder, bytes) = find_manifest(bundles, written).ok_or("it is gone from the run's folder")?;
    let manifest = Manifest::parse(&bytes).map_err(|error| error.to_string())?;
    let checked = check_result(&manifest, result).map_err(|error| error.to_string())?;
    let (name, digest) = script_of(&manifest).ok_or("its manifest lists no script")?;
    let script = std::fs::read(folder.join(name)).map_err(|error| error.to_string())?;
    if Digest::of(&script) != digest {
        return Err("its script was edited".to_owned());
    }
    let result = imported(&checked, &script).map_err(|error| error.to_string())?;
    Ok((Digest::of(&bytes), result))
}

fn find_manifest(bundles: &Path, written: &[Digest]) -> Option<(PathBuf, Vec<u8>)> {
    let folders = std::fs::read_dir(bundles).ok()?;
    folders
        .filter_map(Result::ok)
        .filter_map(|entry| {
            Some((
                entry.path(),
                std::fs::read(entry.path().join("manifest.json")).ok()?,
            ))
        })
        .find(|(_, bytes)| written.contains(&Digest::of(bytes)))
}

fn attested(statement: &Statement, key: &ssh_key::PrivateKey) -> Result<SignedStatement, Failure> {
    let usage = |error: &dyn std::fmt::Display| Failure::new(ExitCode::Usage, error.to_string());
    let bytes = statement.to_bytes().map_err(|error| usage(&error))?;
    let armor = sshsig::sign(key, statement.namespace(), &bytes).map_err(|error| usage(&error))?;
    let name = format!("attest-{}.approval", Digest::of(&bytes).short());
    Ok(SignedStatement { name, bytes, armor })
}

/// Into the run's folder, once it counts.
fn write(folder: &RunFolder, signed: &SignedStatement) -> Result<(), Failure> {
    let path = folder.layout().approvals().join(&signed.name);
    let sig = folder.layout().approvals().join(format!("{}.sig", signed.name));
    files::write(&path, &signed.bytes)
        .and_then(|()| files::write(&sig, signed.armor.as_bytes()))
        .map_err(|error| Failure::writing(&path, &error))
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
    ledger
        .left(folder.run(), event)
        .map_err(|error| state_failure(&error))
}
