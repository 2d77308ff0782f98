//! What a PowerShell process may see of our environment: a closed list, so that no secret gets in.
//!
//! Adds nothing that a script reads: values come through the parameter file.

use std::ffi::OsString;
use std::path::Path;

use crate::edge::scripts::name_of;

/// Names that are passed on; case does not count, as on Windows.
const ALLOWED: &[&str] = &[
    "ALLUSERSPROFILE",
    "APPDATA",
    "COMMONPROGRAMFILES",
    "COMMONPROGRAMFILES(X86)",
    "COMMONPROGRAMW6432",
    "COMPUTERNAME",
    "COMSPEC",
    "DOTNET_ROOT",
    "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT",
    "EXCHANGEINSTALLPATH",
    "HOME",
    "HOMEDRIVE",
    "HOMEPATH",
    "LANG",
    "LANGUAGE",
    "LOCALAPPDATA",
    "LOGNAME",
    "LOGONSERVER",
    "NUMBER_OF_PROCESSORS",
    "OS",
    "PATH",
    "PATHEXT",
    "PROCESSOR_ARCHITECTURE",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)",
    "PROGRAMW6432",
    "PSMODULEPATH",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "TMPDIR",
    "TZ",
    "USER",
    "USERDNSDOMAIN",
    "USERDOMAIN",
    "USERNAME",
    "USERPROFILE",
    "WINDIR",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
];

/// Of `given`, what a process of `program` gets, and what it always gets.
pub(super) fn for_child(
    program: &Path,
    given: impl Iterator<Item = (OsString, OsString)>,
) -> Vec<(OsString, OsString)> {
    // Windows PowerShell breaks on the module path of a PowerShell 7 that started us; it makes its own.
    // https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_psmodulepath
    let windows_powershell = name_of(program).eq_ignore_ascii_case("powershell.exe");
    let mut out: Vec<_> = given
        .filter(|(name, _)| {
            let name = name.to_string_lossy().to_ascii_uppercase();
            (ALLOWED.contains(&name.as_str()) || name.starts_with("LC_"))
                && !(windows_powershell && name == "PSMODULEPATH")
        })
        .collect();
    for (name, value) in [
        ("POWERSHELL_TELEMETRY_OPTOUT", "1"),
        ("POWERSHELL_UPDATECHECK", "Off"),
        ("NO_COLOR", "1"),
    ] {
        out.push((name.into(), value.into()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(program: &str) -> Vec<String> {
        let given = [
            "Path",
            "LC_ALL",
            "PSModulePath",
            "AZURE_CLIENT_SECRET",
            "REDRESS_TOKEN",
            "http_proxy",
        ];
        let given = given.map(|name| (OsString::from(name), OsString::from("x")));
        for_child(Path::new(program), given.into_iter())
            .into_iter()
            .map(|(name, _)| name.to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn what_is_not_on_the_list_stays_here() {
        let names = names("/usr/bin/pwsh");
        assert_eq!(names[..3], ["Path", "LC_ALL", "PSModulePath"]);
        assert_eq!(names.len(), 6);
    }

    #[test]
    fn windows_powershell_makes_its_own_module_path() {
        assert!(!names("PowerShell.exe").contains(&"PSModulePath".to_owned()));
    }
}
