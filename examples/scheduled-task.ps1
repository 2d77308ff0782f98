#Requires -Version 5.1
#Requires -RunAsAdministrator

# Registers a Windows scheduled task that goes on with a run that waits: `redress resume RUN` every 15 minutes.
# It starts nothing new and approves nothing; once the run is over, resume says so and changes nothing.
# ASCII only, so that Windows PowerShell 5.1 reads it whatever the code page.
#
#   .\scheduled-task.ps1 -Run 20260324-081500-4f6c -Account CONTOSO\gmsa-redress$
#
# The account should be a group managed service account: no password is stored. It needs read access to
# %ProgramData%\Redress, write access to the state folder, and the log key.

[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [Parameter(Mandatory = $true)] [ValidatePattern('^[A-Za-z0-9-]{1,64}$')] [string] $Run,
    [Parameter(Mandatory = $true)] [string] $Account,
    [string] $Redress = "$env:ProgramFiles\Redress\redress.exe",
    [string] $Config = "$env:ProgramData\Redress\redress.yaml"
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

foreach ($path in $Redress, $Config) {
    if (-not (Test-Path -LiteralPath $path -PathType Leaf)) { throw "$path does not exist" }
    if ($path.Contains('"')) { throw "$path has a quote in its name" }
}

# The ids of runs hold letters, digits and hyphens only, and a Windows path cannot hold a quote.
$arguments = 'resume {0} --config "{1}"' -f $Run, $Config
$action = New-ScheduledTaskAction -Execute $Redress -Argument $arguments
$trigger = New-ScheduledTaskTrigger -Once -At (Get-Date).AddMinutes(1) -RepetitionInterval (New-TimeSpan -Minutes 15) -RepetitionDuration (New-TimeSpan -Hours 12)
$settings = New-ScheduledTaskSettingsSet -MultipleInstances IgnoreNew -ExecutionTimeLimit (New-TimeSpan -Hours 3) -StartWhenAvailable
$principal = New-ScheduledTaskPrincipal -UserId $Account -LogonType Password -RunLevel Limited

if ($PSCmdlet.ShouldProcess("Redress $Run", 'Register scheduled task')) {
    Register-ScheduledTask -TaskName "Redress $Run" -Action $action -Trigger $trigger -Settings $settings -Principal $principal -Description 'Goes on with a Redress run that waits.' | Out-Null
    Write-Output "Registered. Remove it when the run is over: Unregister-ScheduledTask -TaskName 'Redress $Run'"
}
