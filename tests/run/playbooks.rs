//! The small playbooks of these tests.

/// A playbook of these steps about `inputs.users`.
pub fn of(steps: &str) -> String {
    with("limits: {targets: 50}", steps)
}

/// The same with other keys at the top.
pub fn with(top: &str, steps: &str) -> String {
    format!(
        "redress: 1\nid: small\ntitle: Small\ndescription: Small.\ninputs:\n  users: {{type: list, of: user, \
         description: Whom.}}\n{top}\nchange: {{approvals: 1, valid_for: 8h}}\nsteps:\n{steps}"
    )
}

/// Revokes the sessions of `over`, verified by the tenant's own time; `more` are further lines of the step.
pub fn revoke(over: &str, more: &str) -> String {
    revoke_as("revoke", over, more)
}

pub fn revoke_as(step: &str, over: &str, more: &str) -> String {
    let more = indented(more);
    format!(
        "  - id: {step}
    title: Revoke
    for_each: \"{over}\"
    as: user
    graph: POST /users/{{{{user.id}}}}/revokeSignInSessions
    rests_on: [user.accountEnabled]
    precheck:
      graph: GET /users/{{{{user.id}}}}?$select=id,accountEnabled,signInSessionsValidFromDateTime
      skip_if: timestamp(before.signInSessionsValidFromDateTime) > timestamp('2026-03-01T00:00:00Z')
      because: Revoked by somebody else.
    verify:
      graph: GET /users/{{{{user.id}}}}?$select=id,signInSessionsValidFromDateTime
      until: timestamp(result.signInSessionsValidFromDateTime) > timestamp(before.signInSessionsValidFromDateTime)
      every: 15s
      within: 10m
    undo: irreversible
    consequence: Signs this person out.
{more}"
    )
}

/// Sets a property, which may be repeated without harm.
pub fn locate(step: &str, over: &str, more: &str) -> String {
    let more = indented(more);
    format!(
        "  - id: {step}
    title: Locate
    for_each: \"{over}\"
    as: user
    graph: PATCH /users/{{{{user.id}}}}
    body: {{usageLocation: AT}}
    verify:
      graph: GET /users/{{{{user.id}}}}?$select=id,usageLocation
      until: result.usageLocation == 'AT'
      every: 15s
      within: 10m
    undo: {{by_hand: Set the old one again.}}
{more}"
    )
}

/// Lines of a step, each at its depth.
fn indented(lines: &str) -> String {
    let lines: Vec<String> = lines.lines().map(|line| format!("    {line}")).collect();
    lines.join("\n") + if lines.is_empty() { "" } else { "\n" }
}

/// A canary, a hold that a watch may release, two further waves.
pub const WAVES_AND_HOLD: &str = "waves: [1, 3, 100%]
hold:
  graph: GET /organization
  until: result.calm
  every: 1m
  within: 20m
  message: Call the first person.
max_failures: 2
concurrency: 4";

pub const REFRESH: &str = "  - id: refresh
    title: Refresh the servers
    for_each: [mail1, mail2]
    as: server
    powershell: exchange/set-server
    with: {Identity: '{{server}}'}
    undo: irreversible
    verify:
      powershell: exchange/get-server
      with: {Identity: '{{server}}'}
      until: result.refreshed > 0
      every: 15s
      within: 5m
";
