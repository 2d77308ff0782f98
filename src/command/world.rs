//! The configuration's tenant → everything a plan or a run needs of the world.
//!
//! Puts adapters together; talks to nobody but for the clock check.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use url::Url;

use crate::command::context::Context;
use crate::command::exit_code::ExitCode;
use crate::command::failure::Failure;
use crate::edge::config::{Origin, Prepare as HostPrepare, RunWhere, SecretRef, SignIn};
use crate::edge::http::{GraphClient, GraphSettings, Sandbox, Tell, Transport};
use crate::edge::scripts::{DEFAULT_TIME_LIMIT, HostSettings, PowerShellHosts, RunBy};
use crate::edge::sign_in::{ClientSecret, EnvironmentToken, SignInSettings, Tokens};
use crate::graph::model::GraphRequest;
use crate::graph::pause::Patience;
use crate::playbook::Playbook;
use crate::powershell::parameters::Prepare;
use crate::powershell::script;
use crate::program::render::{Script, Scripts as ScriptTexts};
use crate::run::journal::Journal;
use crate::run::ports::{CallErrorKind, Scripts, TenantChanges, TenantReads};
use crate::run::world::{Notice, ReadWorld, World};

/// Beyond this the local clock cannot be trusted with windows and expiry.
const CLOCK_LIMIT: SignedDuration = SignedDuration::from_mins(5);

/// A connected tenant.
pub struct Connection {
    /// Reads.
    pub reads: Arc<dyn TenantReads>,
    /// Changes.
    pub changes: Arc<dyn TenantChanges>,
    /// PowerShell.
    pub scripts: Arc<dyn Scripts>,
}

/// The script files of a playbook's templates.
///
/// # Errors
/// A template is no script that may run.
pub fn scripts(playbook: &Playbook) -> Result<ScriptTexts, Failure> {
    let mut texts = ScriptTexts::new();
    for template in &playbook.templates {
        let file = script::of_text(&template.text).map_err(|error| {
            Failure::new(
                ExitCode::Invalid,
                format!("template `{}`: {error}", template.name),
            )
            .hints(error.hints())
        })?;
        let made = Script {
            bytes: file.bytes,
            digest: file.digest,
        };
        texts.insert(template.name.clone(), made);
    }
    Ok(texts)
}

/// Puts the adapters together.
///
/// # Errors
/// The configuration names an origin that may not be used.
pub fn connect(context: &Context) -> Result<Connection, Failure> {
    let tenant = context.tenant()?;
    let sandbox = if tenant.sandbox { Sandbox::Yes } else { Sandbox::No };
    let wrong = |error: crate::edge::http::SettingsError| Failure::new(ExitCode::Usage, error.to_string());
    let tell: Option<Tell> = Some(Arc::new(|until, why| tracing::info!(%until, why, "waits")));
    let tokens: Arc<dyn Tokens> = match &tenant.sign_in {
        SignIn::ClientSecret { client_id, secret } => {
            let secret = secret.clone();
            Arc::new(
                ClientSecret::new(SignInSettings {
                    login: url(&tenant.login),
                    graph: url(&tenant.graph),
                    tenant: tenant.id.clone(),
                    client_id: client_id.clone(),
                    secret: Arc::new(move || {
                        secret.fetch("client secret").map_err(|error| error.to_string())
                    }),
                    clock: Arc::clone(&context.clock),
                    sandbox,
                    transport: Transport::default(),
                    patience: Patience::default(),
                    tell: tell.clone(),
                })
                .map_err(wrong)?,
            )
        }
        SignIn::Token(SecretRef::Env(variable)) => Arc::new(EnvironmentToken::new(variable.clone())),
        SignIn::Token(_) => return Err(only_environment()),
    };
    let client = GraphClient::new(GraphSettings {
        origin: url(&tenant.graph),
        tokens,
        rest_hosts: tenant.hosts.values().map(url).collect(),
        clock: Arc::clone(&context.clock),
        sandbox,
        transport: Transport::default(),
        patience: Patience::default(),
        reading_posts: context.reading_posts().to_vec(),
        tell,
    })
    .map_err(wrong)?;
    let client = Arc::new(client);
    Ok(Connection {
        reads: Arc::clone(&client) as Arc<dyn TenantReads>,
        changes: client,
        scripts: Arc::new(PowerShellHosts::new(hosts(context)?)),
    })
}

fn url(origin: &Origin) -> Url {
    Url::parse(origin.as_str()).expect("a checked origin is a URL")
}

fn only_environment() -> Failure {
    Failure::new(
        ExitCode::Usage,
        "`sign_in.token` is not from the environment, expected `env:NAME`",
    )
}

fn hosts(context: &Context) -> Result<BTreeMap<String, HostSettings>, Failure> {
    let hosts = &context.tenant()?.powershell;
    Ok(hosts
        .iter()
        .map(|(name, host)| {
            let settings = HostSettings {
                run: match host.run {
                    RunWhere::Here => RunBy::Here,
                    RunWhere::HandOver => RunBy::HandOver,
                },
                program: host.program.clone(),
                prepare: match &host.prepare {
                    HostPrepare::None => Prepare::None,
                    HostPrepare::ExchangeManagementShell => Prepare::ExchangeManagementShell,
                    HostPrepare::Module(path) => Prepare::Module(path.display().to_string()),
                },
                time_limit: DEFAULT_TIME_LIMIT,
            };
            (name.clone(), settings)
        })
        .collect())
}

impl Connection {
    /// What reads need.
    pub fn read_world(&self, context: &Context, texts: Arc<ScriptTexts>, nonce: &str) -> ReadWorld {
        ReadWorld {
            clock: Arc::clone(&context.clock),
            reads: Arc::clone(&self.reads),
            scripts: Arc::clone(&self.scripts),
            texts,
            nonce: nonce.to_owned(),
        }
    }

    /// What a run needs.
    pub fn world(
        &self,
        read: ReadWorld,
        journal: Arc<dyn Journal>,
        tell: Arc<dyn Fn(&Notice<'_>) + Send + Sync>,
    ) -> World {
        World {
            read,
            changes: Arc::clone(&self.changes),
            journal,
            tell,
        }
    }
}

/// Signs in, and compares the local clock with the service's `Date`.
///
/// # Errors
/// Nobody could be signed in, the tenant is another, or the clock is off by more than five minutes.
pub async fn check_clock(context: &Context, reads: &dyn TenantReads) -> Result<(), Failure> {
    let tenant = context.tenant()?;
    match &tenant.sign_in {
        // The token endpoint is the tenant's own: that is the proof. Any answer carries a `Date`.
        SignIn::ClientSecret { .. } => {
            let request = GraphRequest {
                method: "GET".to_owned(),
                url: "/v1.0/organization?$select=id".to_owned(),
                headers: Vec::new(),
                body: None,
                pages: None,
                expect: vec![403],
            };
            reads.read(&request).await.map_err(|error| {
                Failure::new(exit_of(error.kind), error.message.clone()).hints(error.hints)
            })?;
        }
        SignIn::Token(_) => crate::edge::sign_in::prove_tenant(reads, &tenant.id)
            .await
            .map_err(|error| Failure::new(exit_of(error.kind), error.message.clone()).hints(error.hints))?,
    }
    let Some((service, local)) = reads.service_date() else {
        return Ok(());
    };
    let off = local.duration_since(service);
    if off.abs() <= CLOCK_LIMIT {
        return Ok(());
    }
    let seconds = off.abs().as_secs();
    let apart = crate::playbook::expression::format_duration(Duration::from_secs(seconds.unsigned_abs()));
    Err(Failure::new(
        ExitCode::Usage,
        format!("the local clock says {local}, the service says {service}: {apart} apart, at most 5 minutes are borne"),
    )
    .hint("set this machine's clock (time synchronisation), then try again"))
}

/// The exit code of a failed call.
pub fn exit_of(kind: CallErrorKind) -> ExitCode {
    match kind {
        CallErrorKind::SignIn | CallErrorKind::Permission => ExitCode::Permission,
        CallErrorKind::NotAllowed => ExitCode::Usage,
        CallErrorKind::Refused
        | CallErrorKind::Busy
        | CallErrorKind::NoAnswer
        | CallErrorKind::NotSent
        | CallErrorKind::Malformed => ExitCode::SomeFailed,
    }
}
