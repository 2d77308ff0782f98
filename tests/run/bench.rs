//! Plans, approves, applies and resumes in memory, as the commands do it with files.
//!
//! The approval is a real one: a key made from fixed bytes signs the plan's digest.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use redress::approval::statement::{ApproveStatement, Kind, Statement, VERSION};
use redress::approval::{AllowedSigners, ApprovedPlan, PlanFacts, SignedStatement, approve, sshsig};
use redress::diagnostic::SourceFile;
use redress::log::model::{Outcome, RunEvent};
use redress::plan::model::{Header, Source, Tenant as PlanTenant};
use redress::plan::reader::{PlanIndex, index};
use redress::playbook::Playbook;
use redress::playbook::check::{Surroundings, check};
use redress::program::render::{Script, Scripts as Texts};
use redress::run::apply::{Entry, Left, Options, RunError, WithoutPowerShell, apply};
use redress::run::journal::Journal;
use redress::run::ports::{Clock, Door};
use redress::run::world::{ReadWorld, World};
use redress::run::{ObserveError, Observed, Planning, observe, start};
use redress::value::{Digest, Json, LedgerId, Nonce, StepId, TenantId, Timestamp};
use ssh_key::PrivateKey;
use ssh_key::private::Ed25519Keypair;

use crate::clock::VirtualClock;
use crate::journal::{MemoryJournal, Snapshot};
use crate::scripts::{MemoryScripts, Shelf};
use crate::world::{State, Tenant, id};

pub const PRINCIPAL: &str = "jess@example.com";

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn planned_at() -> Timestamp {
    at("2026-03-24T08:00:00Z")
}

pub fn later(from: Timestamp, seconds: i64) -> Timestamp {
    from.checked_add(jiff::SignedDuration::from_secs(seconds))
        .unwrap()
}

/// A plan and all that it was made from.
#[derive(Debug)]
pub struct Planned {
    pub playbook: Arc<Playbook>,
    pub bytes: Vec<u8>,
    pub observed: Observed,
}

pub fn checked(text: &str) -> Arc<Playbook> {
    let file = Arc::new(SourceFile {
        name: "playbook.yaml".to_owned(),
        text: text.to_owned(),
    });
    let checked = check(
        file,
        Surroundings {
            templates: &Shelf,
            reads: &|_, _| false,
        },
    );
    let wrong: Vec<String> = checked
        .diagnostics
        .iter()
        .map(|found| format!("{found:?}"))
        .collect();
    Arc::new(checked.playbook.unwrap_or_else(|| panic!("{}", wrong.join("\n"))))
}

fn texts(playbook: &Playbook) -> Arc<Texts> {
    let script = |text: &str| Script {
        bytes: text.as_bytes().into(),
        digest: Digest::of(text.as_bytes()),
    };
    let templates = playbook.templates.iter();
    Arc::new(
        templates
            .map(|template| (template.name.clone(), script(&template.text)))
            .collect(),
    )
}

/// Inputs: the first so many users.
pub fn users(count: usize) -> Json {
    (1..=count).map(id).collect()
}

pub fn header(playbook: &Playbook, users: Json) -> Header {
    let valid_for = jiff::SignedDuration::try_from(playbook.change.valid_for).unwrap();
    Header {
        v: redress::plan::model::VERSION,
        redress: "0".to_owned(),
        playbook: Source {
            name: playbook.id.clone(),
            text: playbook.source.text.clone(),
            declaration: None,
        },
        templates: Vec::new(),
        inputs: BTreeMap::from([("users".to_owned(), users)]),
        tenant: PlanTenant {
            id: TenantId::new("11111111-2222-3333-4444-555555555555"),
            name: "contoso".to_owned(),
            graph: "https://graph.example".to_owned(),
        },
        rehearsal: false,
        planned_at: planned_at(),
        valid_until: planned_at().checked_add(valid_for).unwrap(),
        nonce: Nonce::new("00112233445566778899aabbccddeeff"),
        ledger: LedgerId::new("ffeeddccbbaa99887766554433221100"),
        policy: Digest::of(b"policy"),
        policy_by: "operator".to_owned(),
        approvals: 1,
        protected: BTreeMap::new(),
    }
}

pub async fn plan(text: &str, inputs: Json, state: &State) -> Result<Planned, ObserveError> {
    plan_with(text, inputs, state, Door::Here).await
}

pub async fn plan_with(text: &str, inputs: Json, state: &State, door: Door) -> Result<Planned, ObserveError> {
    let playbook = checked(text);
    let clock = Arc::new(VirtualClock::new(planned_at()));
    let tenant = Arc::new(Tenant::new(state.clone(), clock));
    let planning = Planning {
        playbook: Arc::clone(&playbook),
        header: header(&playbook, inputs),
        scratch: PathBuf::from("scratch"),
    };
    let world = read_world(&playbook, &tenant, door);
    let mut bytes = Vec::new();
    let observed = observe(planning, &world, &mut |line: &[u8]| {
        bytes.extend_from_slice(line);
        Ok(())
    })
    .await?;
    Ok(Planned {
        playbook,
        bytes,
        observed,
    })
}

fn read_world(playbook: &Playbook, tenant: &Arc<Tenant>, door: Door) -> ReadWorld {
    ReadWorld {
        clock: Arc::clone(&tenant.clock) as Arc<dyn Clock>,
        reads: Arc::clone(tenant) as _,
        scripts: Arc::new(MemoryScripts {
            door,
            tenant: Arc::clone(tenant),
        }),
        texts: texts(playbook),
        nonce: "run".to_owned(),
    }
}

impl Planned {
    pub fn index(&self) -> PlanIndex {
        index(self.bytes.as_slice()).unwrap()
    }

    pub fn valid_until(&self) -> Timestamp {
        self.observed.header.valid_until
    }

    /// Signed by somebody who may, at planning time.
    pub fn approved(&self) -> ApprovedPlan {
        let header = &self.observed.header;
        let key = PrivateKey::from(Ed25519Keypair::from_seed(&[7; 32]));
        let statement = Statement::Approve(ApproveStatement {
            v: VERSION,
            kind: Kind::SshSig,
            plan: self.observed.digest,
            nonce: header.nonce.clone(),
            tenant: header.tenant.id.clone(),
            policy: header.policy,
            ledger: header.ledger.clone(),
            principal: PRINCIPAL.to_owned(),
            reason: "CHG0012345".to_owned(),
            at: header.planned_at,
        });
        let bytes = statement.to_bytes().unwrap();
        let armor = sshsig::sign(&key, statement.namespace(), &bytes).unwrap();
        let signed = SignedStatement {
            name: "plan.1.approval".to_owned(),
            bytes,
            armor,
        };
        let line = format!("{PRINCIPAL} {}\n", key.public_key().to_openssh().unwrap());
        let facts = PlanFacts {
            digest: self.observed.digest,
            nonce: header.nonce.clone(),
            tenant: header.tenant.id.clone(),
            policy: header.policy,
            ledger: header.ledger.clone(),
            approvals: header.approvals,
            planned_at: header.planned_at,
            valid_until: header.valid_until,
        };
        let signers = AllowedSigners::parse(&line).unwrap();
        approve(&facts, &[signed], &signers, header.planned_at).unwrap()
    }
}

/// One process after another over one log.
pub struct Process {
    pub planned: Arc<Planned>,
    pub approved: ApprovedPlan,
    pub index: PlanIndex,
    pub tenant: Arc<Tenant>,
    pub journal: Arc<MemoryJournal>,
    pub clock: Arc<VirtualClock>,
    pub door: Door,
    pub without_powershell: WithoutPowerShell,
}

impl Process {
    /// Before anything was written; a minute after planning.
    pub fn new(planned: &Arc<Planned>, state: State) -> Self {
        let clock = Arc::new(VirtualClock::new(later(planned_at(), 60)));
        let tenant = Arc::new(Tenant::new(state, Arc::clone(&clock)));
        let journal = MemoryJournal::new(Arc::clone(&clock), Arc::clone(&tenant.state));
        Process::over(planned, tenant, journal, Door::Here)
    }

    /// After a crash; whoever resumes does so a minute later.
    pub fn after(planned: &Arc<Planned>, log: &[u8], snapshot: Snapshot, door: Door) -> Self {
        let clock = Arc::new(VirtualClock::new(later(snapshot.at, 60)));
        let tenant = Arc::new(Tenant::new(snapshot.tenant, Arc::clone(&clock)));
        let state = Arc::clone(&tenant.state);
        let journal = MemoryJournal::found(Arc::clone(&clock), state, log, snapshot.folder);
        Process::over(planned, tenant, journal, door)
    }

    fn over(planned: &Arc<Planned>, tenant: Arc<Tenant>, journal: MemoryJournal, door: Door) -> Self {
        let journal = Arc::new(journal);
        assert!(tenant.journal.set(Arc::clone(&journal)).is_ok());
        Process {
            approved: planned.approved(),
            index: planned.index(),
            planned: Arc::clone(planned),
            clock: Arc::clone(&tenant.clock),
            tenant,
            journal,
            door,
            without_powershell: WithoutPowerShell::Leave,
        }
    }

    /// The next process over what this one left.
    pub fn reopened(&self) -> Self {
        let snapshot = self.left_behind();
        let log = self.journal.cut(usize::MAX);
        Process::after(&self.planned, &log, snapshot, self.door)
    }

    /// What lies there now.
    pub fn left_behind(&self) -> Snapshot {
        Snapshot {
            at: self.clock.now(),
            tenant: self.tenant.state.lock().unwrap().clone(),
            folder: self.journal.folder(),
        }
    }

    pub fn through(mut self, door: Door) -> Self {
        self.door = door;
        self
    }

    /// One process: from wherever the log stands until it ends or leaves.
    pub async fn go(&self, go_aheads: &[StepId]) -> Result<Left, RunError> {
        let found = self.journal.records().len();
        if found > 0 {
            self.journal
                .append(vec![RunEvent::RunResumed { torn: None }])
                .await?;
        }
        let entry = if found > 0 { Entry::Resumed } else { Entry::First };
        self.enter(go_aheads, entry).await
    }

    pub async fn enter(&self, go_aheads: &[StepId], entry: Entry) -> Result<Left, RunError> {
        let state = self.journal.state();
        let begin = state.started.is_none().then(|| self.begin());
        let read = read_world(&self.planned.playbook, &self.tenant, self.door);
        let from = start(&self.planned.playbook, &self.index.header, &read);
        let world = World {
            read,
            changes: Arc::clone(&self.tenant) as _,
            journal: Arc::clone(&self.journal) as _,
            tell: Arc::new(|_| ()),
        };
        let signed = |step: &StepId| (step.clone(), Digest::of(step.as_str().as_bytes()));
        let options = Options {
            go_aheads: go_aheads.iter().map(signed).collect(),
            without_powershell: self.without_powershell,
            entry,
        };
        apply(&self.approved, &self.index, from, state, begin, options, &world).await
    }

    fn begin(&self) -> RunEvent {
        RunEvent::RunStarted {
            plan: self.index.digest,
            approvals: self.approved.statements().to_vec(),
            signers: self.approved.signers(),
            ledger: self.index.header.ledger.clone(),
            ledger_head: Digest::of(b"ledger"),
            tenant: self.index.header.tenant.id.clone(),
            rehearsal: false,
            policy_by: "operator".to_owned(),
            service_date: None,
        }
    }

    /// Outcomes by action id.
    pub fn outcomes(&self) -> BTreeMap<String, Outcome> {
        let state = self.journal.state();
        let ended = state
            .actions
            .iter()
            .filter_map(|(id, action)| Some((id, action.ended.as_ref()?.outcome)));
        ended.map(|(id, outcome)| (id.to_string(), outcome)).collect()
    }

    /// The outcomes of a step in the order of its list, as words; `-` where there is none.
    pub fn words(&self, step: &str, count: usize) -> Vec<&'static str> {
        let outcomes = self.outcomes();
        let of = |n| {
            outcomes
                .get(&format!("{step}/{}/{n}", id(n)))
                .map_or("-", |outcome| outcome.as_str())
        };
        (1..=count).map(of).collect()
    }

    /// What must never happen did not.
    pub fn assert_promises(&self, hint: &str) {
        let seen = self.tenant.seen.lock().unwrap().clone();
        assert!(seen.breaches.is_empty(), "{hint}: {:?}", seen.breaches);
        let state = self.tenant.state.lock().unwrap().clone();
        assert!(
            state.most_often() <= 1,
            "{hint}: changed twice: {:?} {:?}",
            state.effects(),
            state.servers
        );
    }
}
