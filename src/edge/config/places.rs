//! Which files make the configuration, and what each of them may decide.
//!
//! Never looks beside a playbook or into the current folder. What a file says is checked elsewhere; here it is
//! found, read and put together.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;
use crate::edge::config::check::{Checked, Platform, check};
use crate::edge::config::error::ConfigError;
use crate::edge::config::model::Config;
use crate::edge::config::policy::PolicyBy;
use crate::edge::folders;

/// A configuration is a page of text; longer is some other file.
const LIMIT_BYTES: u64 = 1024 * 1024;

/// Where to look.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// `--config` or `REDRESS_CONFIG`.
    pub named: Option<PathBuf>,
    /// The file in the user's configuration folder.
    pub user: Option<PathBuf>,
    /// The machine-wide files; the first that exists counts.
    pub machine: Vec<PathBuf>,
    /// The state folder where no file names one.
    pub state: Option<PathBuf>,
}

impl Places {
    /// This machine's, and what `--config` says; without it, what the environment's `REDRESS_CONFIG` says.
    pub fn of_this_machine(named: Option<PathBuf>) -> Self {
        let from_environment = || std::env::var_os("REDRESS_CONFIG").filter(|v| !v.is_empty());
        Places {
            named: named.or_else(|| from_environment().map(PathBuf::from)),
            user: folders::user_config().map(|folder| folder.join(folders::CONFIG_FILE)),
            machine: folders::machine_config(),
            state: folders::user_state(),
        }
    }
}

/// Reads the configuration in force.
///
/// # Errors
/// There is none, it cannot be read, or it has mistakes.
pub fn load(places: &Places) -> Result<Config, ConfigError> {
    let machine = first_that_exists(&places.machine)?;
    if let Some((path, _)) = &machine {
        refuse_if_others_write(path)?;
    }
    let own = match &places.named {
        Some(path) => Some((absolute(path)?, read(path)?)),
        None => first_that_exists(places.user.as_slice())?,
    };
    let own = own.filter(|(path, _)| machine.as_ref().is_none_or(|(machine, _)| machine != path));
    let platform = Platform::here();
    let mut mistakes = Vec::new();
    let mut checked = |file: Option<(PathBuf, String)>| -> Option<Checked> {
        let (path, text) = file?;
        check(&path, &text, platform)
            .map_err(|found| mistakes.extend(found))
            .ok()
    };
    let (machine, own) = (checked(machine), checked(own));
    if !mistakes.is_empty() {
        return Err(ConfigError::Invalid(mistakes));
    }
    let state = places.state.clone();
    match (machine, own) {
        (None, None) => Err(ConfigError::NotFound {
            looked: places.user.iter().chain(&places.machine).cloned().collect(),
        }),
        (Some(only), None) => finish(only, PolicyBy::Machine, state),
        (None, Some(only)) => finish(only, PolicyBy::Operator, state),
        // A sandbox can reach no real tenant, so it brings its own signers and policy.
        (Some(_), Some(own)) if is_sandbox(&own) => finish(own, PolicyBy::Operator, state),
        (Some(machine), Some(own)) => merge(machine, own, state),
    }
}

fn is_sandbox(checked: &Checked) -> bool {
    !checked.tenants.is_empty() && checked.tenants.values().all(|tenant| tenant.sandbox)
}

fn finish(checked: Checked, policy_by: PolicyBy, state: Option<PathBuf>) -> Result<Config, ConfigError> {
    Ok(Config {
        state: checked.state.or(state).ok_or(ConfigError::NoState)?,
        path: checked.path,
        tenants: checked.tenants,
        log_key: checked.log_key,
        allowed_signers: checked.allowed_signers.0,
        policy: checked.policy,
        policy_by,
        clock: checked.clock,
        warnings: Vec::new(),
    })
}

/// Policy and signers are the machine's; one's own file may only ask for more approvals.
fn merge(machine: Checked, own: Checked, state: Option<PathBuf>) -> Result<Config, ConfigError> {
    let warnings = not_followed(&machine, &own);
    let approvals = machine.policy.approvals.max(own.policy.approvals);
    let mut merged = Checked {
        state: own.state.or(machine.state),
        log_key: own.log_key.or(machine.log_key),
        tenants: machine.tenants,
        clock: None,
        path: own.path,
        ..machine
    };
    merged.policy.approvals = approvals;
    for (name, tenant) in own.tenants {
        if let Some(known) = merged.tenants.get(&name)
            && *known != tenant
        {
            return Err(ConfigError::TenantTwice {
                name,
                path: merged.path,
            });
        }
        merged.tenants.insert(name, tenant);
    }
    let config = finish(merged, PolicyBy::Machine, state)?;
    Ok(Config { warnings, ..config })
}

/// A warning for each setting of one's own file that the machine-wide file overrules.
fn not_followed(machine: &Checked, own: &Checked) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    let mut warn = |span: &crate::diagnostic::Span, message: String| {
        let help = format!("`{}` decides this for the whole machine", machine.path.display());
        warnings.push(Diagnostic::warning("R0520", span.clone(), message).help(help));
    };
    if let (path, Some(span)) = &own.allowed_signers
        && *path != machine.allowed_signers.0
    {
        warn(span, "this `allowed_signers` is not followed".to_owned());
    }
    if let Some(span) = &own.policy_places.approvals
        && own.policy.approvals < machine.policy.approvals
    {
        warn(span, format!("{} approvals are needed all the same", machine.policy.approvals));
    }
    for (post, span) in &own.policy_places.reading_posts {
        if !machine.policy.reading_posts.contains(post) {
            warn(span, format!("`{post}` counts as a change all the same"));
        }
    }
    warnings
}

fn first_that_exists(paths: impl IntoIterator<Item = impl AsRef<Path>>) -> Result<Option<(PathBuf, String)>, ConfigError> {
    for path in paths {
        match read(path.as_ref()) {
            Ok(text) => return Ok(Some((path.as_ref().to_owned(), text))),
            Err(ConfigError::Unreadable { reason, .. }) if reason.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn read(path: &Path) -> Result<String, ConfigError> {
    let unreadable = |reason: io::Error| ConfigError::Unreadable {
        path: path.to_owned(),
        reason,
    };
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() || metadata.len() > LIMIT_BYTES {
        return Err(unreadable(io::Error::other("it is no file, or longer than 1 MiB")));
    }
    fs::read_to_string(path).map_err(unreadable)
}

/// Whoever may write the machine-wide file decides who approves. On Windows the folder's rights guard it.
fn refuse_if_others_write(path: &Path) -> Result<(), ConfigError> {
    #[cfg(unix)]
    if let Ok(metadata) = fs::metadata(path)
        && std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o022 != 0
    {
        return Err(ConfigError::Unreadable {
            path: path.to_owned(),
            reason: io::Error::other("others than its owner may write it (expected mode 644)"),
        });
    }
    let _ = path;
    Ok(())
}

/// So that the paths in it stay right whatever the current folder is later.
fn absolute(path: &Path) -> Result<PathBuf, ConfigError> {
    std::path::absolute(path).map_err(|reason| ConfigError::Unreadable {
        path: path.to_owned(),
        reason,
    })
}
