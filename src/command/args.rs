//! The command line, as clap reads it.
//!
//! One variant a subcommand; what each does is in the file of its name.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Change-approved remediation playbooks for Microsoft 365.
#[derive(Debug, Parser)]
#[command(name = "redress", version, max_term_width = 100)]
#[command(after_help = "Start here: redress rehearse outlook-auth-loop (needs no account)")]
pub struct Arguments {
    /// Where to look and as whom; may stand before or after the subcommand.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every subcommand takes.
#[derive(Clone, Debug, Default, Args)]
pub struct Global {
    /// Configuration file; by default the machine's, then yours
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// State folder: ledger, plans, runs
    #[arg(long, global = true, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Which tenant of the configuration
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// What the program tells of its own work, on stderr: error, warn, info, debug, trace
    #[arg(long, global = true, value_name = "FILTER", env = "REDRESS_LOG")]
    pub log: Option<String>,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find every mistake in a playbook; contacts nobody
    Check(CheckArgs),
    /// Read the tenant, write nothing to it, and list every change
    #[command(visible_alias = "what-if")]
    Plan(PlanArgs),
    /// Show a plan, counts first
    Show(ShowArgs),
    /// Sign a plan, or the go-ahead of a run that holds or stopped
    Approve(ApproveArgs),
    /// Do what an approved plan lists
    Apply(ApplyArgs),
    /// Go on with a run that was interrupted or waits
    Resume(ResumeArgs),
    /// Take in the result of a bundle that was run elsewhere
    Import(ImportArgs),
    /// Check the evidence
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Show the ledger and its runs
    Status,
    /// Make the state folder, the ledger and the log key
    Init,
    /// Serve a simulated tenant
    Sandbox(SandboxArgs),
    /// Do all of it against a simulated tenant
    Rehearse(RehearseArgs),
}

/// `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Paths, or names of playbooks inside the program
    #[arg(required = true, value_name = "PLAYBOOK")]
    pub playbooks: Vec<String>,
}

/// Where inputs come from.
#[derive(Clone, Debug, Default, Args)]
pub struct InputArgs {
    /// An input: name=value, or name=@FILE
    #[arg(short = 'i', long = "input", value_name = "NAME=VALUE")]
    pub inputs: Vec<String>,
    /// A YAML or JSON file of inputs
    #[arg(long = "inputs", value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// `plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Path, or name of a playbook inside the program
    pub playbook: String,
    /// Inputs.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// Where to write the plan; by default into the state folder
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Exit with 2 when the plan has changes
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// The ledger that may record the plan's use; by default this machine's
    #[arg(long, value_name = "ID")]
    pub ledger: Option<String>,
    /// A plan is always a dry run; accepted for those who look for it
    #[arg(long, visible_alias = "what-if")]
    pub dry_run: bool,
}

/// `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The plan file
    pub plan: PathBuf,
    /// Do not fold long lists
    #[arg(long)]
    pub all: bool,
}

/// Who signs, and with which key.
#[derive(Clone, Debug, Args)]
pub struct SignArgs {
    /// Your private key (ed25519 or ECDSA)
    #[arg(long, value_name = "FILE", required_unless_present = "statement")]
    pub key: Option<PathBuf>,
    /// Who you are in `allowed_signers`
    #[arg(long = "as", value_name = "PRINCIPAL")]
    pub principal: String,
    /// Write the statement to FILE and do not sign; sign it with `ssh-keygen -Y sign`
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    pub statement: Option<PathBuf>,
}

/// `approve`.
#[derive(Debug, Args)]
pub struct ApproveArgs {
    /// A plan file, or the id of a run
    #[arg(value_name = "PLAN|RUN")]
    pub subject: String,
    /// Who signs.
    #[command(flatten)]
    pub sign: SignArgs,
    /// Why; a change number
    #[arg(long, default_value = "", value_name = "TEXT")]
    pub reason: String,
}

/// `apply`.
#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// The approved plan
    pub plan: PathBuf,
}

/// `resume`.
#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// The run's id
    pub run: String,
}

/// `import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The run's id
    pub run: String,
    /// The result file that the script wrote
    pub result: PathBuf,
    /// Who attests.
    #[command(flatten)]
    pub sign: SignArgs,
    /// What you want to say about it
    #[arg(long, default_value = "", value_name = "TEXT")]
    pub note: String,
}

/// `audit`.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Verify ledger, logs and checkpoints
    Verify(VerifyArgs),
}

/// `audit verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Trusted keys; by default those of the configuration, never of the folder under test
    #[arg(long, value_name = "FILE")]
    pub allowed_signers: Option<PathBuf>,
}

/// `sandbox`.
#[derive(Debug, Args)]
pub struct SandboxArgs {
    /// The simulated tenant: a file, or the name of a playbook inside the program
    #[arg(long, value_name = "FILE|NAME")]
    pub tenant: String,
    /// Where to listen; only the loopback
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDR")]
    pub listen: std::net::SocketAddr,
    /// Where to write the configuration for the other commands
    #[arg(long, value_name = "FILE")]
    pub config_out: PathBuf,
    /// How fast its clock goes; `1x` is real time
    #[arg(long, default_value = "60x", value_name = "FACTOR")]
    pub clock: String,
}

/// `rehearse`.
#[derive(Debug, Args)]
pub struct RehearseArgs {
    /// Path, or name of a playbook inside the program
    pub playbook: String,
    /// Another simulated tenant; by default the playbook's own
    #[arg(long, value_name = "FILE")]
    pub tenant: Option<PathBuf>,
    /// Inputs; by default those of the tenant file.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// Keep everything in DIR
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}
