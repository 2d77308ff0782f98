//! `INSTRUCTIONS.txt`: plain words for the person on the server.
//!
//! Names no digest of the manifest: that comes by another way, or it would prove nothing.

use crate::playbook::model::Effect;
use crate::powershell::PowerShellError;
use crate::powershell::bundle::Contents;
use crate::powershell::literal;
use crate::powershell::parameters::Prepare;
use crate::powershell::template::Declaration;

/// The text, CRLF, so that Notepad of any age shows it.
pub(super) fn text(contents: &Contents<'_>, declaration: &Declaration) -> Result<String, PowerShellError> {
    let effect = match declaration.effect {
        Effect::Read => "reads only".to_owned(),
        Effect::Change => format!("CHANGES, with {}", declaration.changes.join(", ")),
    };
    let values: String = contents
        .request
        .parameters
        .iter()
        .map(|(name, value)| Ok(format!("    {name} = {}\n", literal::literal(value)?)))
        .collect::<Result<_, PowerShellError>>()?;
    let shell = match contents.prepare {
        Prepare::ExchangeManagementShell => {
            "an Exchange Management Shell, or Windows PowerShell on the server"
        }
        Prepare::None | Prepare::Module(_) => "PowerShell",
    };
    let text = format!(
        "Redress: a script to be run by hand\n\n\
         Run:      {run}\nAction:   {action}\nHost:     {host}\nTemplate: {template}\n\
         It {effect}.\n{about}\n\nValues (they are in parameters.json; nothing is to be typed):\n{values}\n\
         1. Compare first. In this folder:\n\n    (Get-FileHash -Algorithm SHA256 -LiteralPath .\\manifest.json).Hash\n\n\
         It must be the SHA-256 that `redress apply` printed and that the change ticket names. Then compare\n\
         the other files with the list in manifest.json:\n\n    Get-ChildItem -File | Get-FileHash -Algorithm SHA256\n\n\
         If one differs, stop, and tell whoever gave you this.\n\n\
         2. If the files came by download or mail, and they are the right ones:\n\n    Get-ChildItem -File | Unblock-File\n\n\
         3. Run it, in {shell}, in this folder:\n\n    .\\run.ps1 -ParameterFile .\\parameters.json\n\n\
         or, from any command line:\n\n    \
         powershell.exe -NoLogo -NoProfile -NonInteractive -File .\\run.ps1 -ParameterFile .\\parameters.json\n\n\
         It asks nothing. It runs once only: a result.jsonl that is there already stops it. If a policy forbids\n\
         scripts, have run.ps1 signed or allowed by its hash; a signature changes the file, so tell whoever gave\n\
         you this.\n\n\
         4. Bring back result.jsonl, unchanged, also when it failed. There:\n\n    \
         redress import {run} result.jsonl --key FILE --as PRINCIPAL\n",
        run = contents.run,
        action = contents.action,
        host = contents.request.host,
        template = contents.request.template,
        about = declaration.about,
    );
    Ok(text.replace('\n', "\r\n"))
}
