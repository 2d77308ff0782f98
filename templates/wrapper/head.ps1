[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [string] $ParameterFile
)

# Constant text: no value was ever put into this file. Every value comes from the parameter file, and the
# results go to the file that it names, one JSON line a record. The template stands further down.
# Runs in Windows PowerShell 5.1 and in PowerShell 7.

# Constrained Language Mode (App Control, AppLocker) lets no script open a file by itself: say so, and stop.
# https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_language_modes
if ("$($ExecutionContext.SessionState.LanguageMode)" -ne 'FullLanguage') {
    $given = Get-Content -LiteralPath $ParameterFile -Raw -Encoding UTF8 | ConvertFrom-Json
    $about = '{"redress":1,"nonce":' + (ConvertTo-Json -Compress -InputObject ($given.nonce -replace '^=', '')) +
        ',"action":' + (ConvertTo-Json -Compress -InputObject ($given.action -replace '^=', ''))
    $lines = @(
        ($about + ',"n":1,"type":"end","outcome":"not_started","code":"ConstrainedLanguage",' +
            '"message":"this PowerShell runs scripts in ' + $ExecutionContext.SessionState.LanguageMode +
            ' mode: have the script signed or allowed by its hash"}'),
        ($about + ',"n":2,"type":"done","lines":1}')
    )
    $place = Join-Path -Path (Split-Path -Path $ParameterFile -Parent) -ChildPath ($given.result -replace '^=', '')
    if (-not (Test-Path -LiteralPath $place)) {
        Set-Content -LiteralPath $place -Value $lines -Encoding UTF8
    }
    exit 21
}

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$WarningPreference = 'Continue'
$InformationPreference = 'Continue'
$ProgressPreference = 'SilentlyContinue'

$RedressInvariant = [System.Globalization.CultureInfo]::InvariantCulture
$RedressUtf8 = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
$RedressResults = $null
$RedressAbout = ''
$RedressCount = 0

# A JSON string, in ASCII; a surrogate without its partner becomes U+FFFD.
function ConvertTo-RedressText {
    param([AllowNull()] [AllowEmptyString()] [string] $Text)
    $whole = [regex]::Replace("$Text", '[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]', [string][char]0xFFFD)
    $escaped = [regex]::Replace($whole, '[^\x20\x21\x23-\x5B\x5D-\x7E]', {
            param($found)
            '\u{0:x4}' -f [int][char]$found.Value
        })
    '"' + $escaped + '"'
}

# Appends one record and flushes it to the disk. $Members is JSON text that begins with a comma, or empty.
function Write-RedressRecord {
    param([string] $Type, [string] $Members)
    $script:RedressCount = $script:RedressCount + 1
    $line = $script:RedressAbout + ',"n":' + $script:RedressCount + ',"type":"' + $Type + '"' + $Members + "}`n"
    $bytes = $script:RedressUtf8.GetBytes($line)
    $script:RedressResults.Write($bytes, 0, $bytes.Length)
    $script:RedressResults.Flush($true)
}

# The typed form of a value, as JSON text: a string has a leading =, whatever JSON cannot say is a tagged list.
function ConvertTo-RedressValue {
    param([AllowNull()] [object] $Value, [int] $Depth)
    if ($Depth -gt 32) { throw 'a value is nested more than 32 levels deep' }
    if ($null -eq $Value) { return '["null"]' }
    if ($Value -is [bool]) { if ($Value) { return 'true' } else { return 'false' } }
    if ($Value -is [switch]) { if ($Value.IsPresent) { return 'true' } else { return 'false' } }
    if ($Value -is [string]) { return ConvertTo-RedressText -Text ('=' + $Value) }
    if ($Value -is [char] -or $Value -is [enum]) { return ConvertTo-RedressText -Text ('=' + $Value.ToString()) }
    if ($Value -is [int] -or $Value -is [long] -or $Value -is [byte] -or $Value -is [int16] -or $Value -is [uint16] -or
        $Value -is [uint32] -or $Value -is [sbyte]) { return ([long]$Value).ToString($RedressInvariant) }
    if ($Value -is [uint64] -or $Value -is [bigint]) {
        return '["integer",' + (ConvertTo-RedressText -Text ('=' + $Value.ToString($RedressInvariant))) + ']'
    }
    if ($Value -is [double] -or $Value -is [single]) {
        return '["real",' + (ConvertTo-RedressText -Text ('=' + ([double]$Value).ToString('G17', $RedressInvariant))) + ']'
    }
    if ($Value -is [decimal]) {
        return '["decimal",' + (ConvertTo-RedressText -Text ('=' + $Value.ToString($RedressInvariant))) + ']'
    }
    if ($Value -is [datetime]) {
        return '["time",' + (ConvertTo-RedressText -Text ('=' + $Value.ToUniversalTime().ToString('o', $RedressInvariant))) + ']'
    }
    if ($Value -is [System.DateTimeOffset]) {
        return '["time",' + (ConvertTo-RedressText -Text ('=' + $Value.UtcDateTime.ToString('o', $RedressInvariant))) + ']'
    }
    if ($Value -is [byte[]]) {
        return '["bytes",' + (ConvertTo-RedressText -Text ('=' + [System.Convert]::ToBase64String($Value))) + ']'
    }
    if ($Value -is [guid]) { return ConvertTo-RedressText -Text ('=' + $Value.ToString('D')) }
    if ($Value -is [uri]) { return ConvertTo-RedressText -Text ('=' + $Value.OriginalString) }
    if ($Value -is [securestring] -or $Value -is [pscredential]) { throw 'a secret cannot be a result' }
    $parts = New-Object -TypeName 'System.Collections.Generic.List[string]'
    if ($Value -is [System.Collections.IDictionary]) {
        $parts.Add('"map"')
        foreach ($entry in $Value.GetEnumerator()) {
            $name = ConvertTo-RedressText -Text ('=' + $entry.Key)
            $parts.Add('[' + $name + ',' + (ConvertTo-RedressValue -Value $entry.Value -Depth ($Depth + 1)) + ']')
        }
    }
    elseif ($Value -is [System.Management.Automation.PSCustomObject]) {
        $parts.Add('"map"')
        foreach ($property in $Value.PSObject.Properties) {
            $name = ConvertTo-RedressText -Text ('=' + $property.Name)
            $parts.Add('[' + $name + ',' + (ConvertTo-RedressValue -Value $property.Value -Depth ($Depth + 1)) + ']')
        }
    }
    elseif ($Value -is [System.Collections.IEnumerable]) {
        $parts.Add('"list"')
        foreach ($item in $Value) { $parts.Add((ConvertTo-RedressValue -Value $item -Depth ($Depth + 1))) }
    }
    else {
        return ConvertTo-RedressText -Text ('=' + $Value.ToString())
    }
    '[' + ($parts -join ',') + ']'
}

# A string of the parameter file without its leading =.
function Get-RedressText {
    param([AllowNull()] [object] $Encoded)
    if (-not ($Encoded -is [string]) -or -not $Encoded.StartsWith('=', [System.StringComparison]::Ordinal)) {
        throw 'the parameter file holds a string without its leading ='
    }
    $Encoded.Substring(1)
}

# The value of its typed form. Lists come back as one object.
function ConvertFrom-RedressValue {
    param([AllowNull()] [object] $Encoded)
    if ($Encoded -is [string]) { return Get-RedressText -Encoded $Encoded }
    if ($Encoded -is [bool]) { return $Encoded }
    if ($Encoded -is [int] -or $Encoded -is [long]) { return [long]$Encoded }
    if (-not ($Encoded -is [array]) -or $Encoded.Length -eq 0) { throw 'the parameter file holds a value without a type' }
    $tag = $Encoded[0]
    if ($tag -ceq 'list') {
        $items = New-Object -TypeName 'System.Collections.Generic.List[object]'
        for ($at = 1; $at -lt $Encoded.Length; $at++) { $items.Add((ConvertFrom-RedressValue -Encoded $Encoded[$at])) }
        return , $items.ToArray()
    }
    if ($tag -ceq 'map') {
        $map = New-Object -TypeName System.Collections.Specialized.OrderedDictionary -ArgumentList ([System.StringComparer]::Ordinal)
        for ($at = 1; $at -lt $Encoded.Length; $at++) {
            $map.Add((Get-RedressText -Encoded $Encoded[$at][0]), (ConvertFrom-RedressValue -Encoded $Encoded[$at][1]))
        }
        return $map
    }
    if ($tag -ceq 'null') { return $null }
    $text = Get-RedressText -Encoded $Encoded[1]
    if ($tag -ceq 'time') {
        return [datetime]::Parse($text, $RedressInvariant, [System.Globalization.DateTimeStyles]::RoundtripKind)
    }
    if ($tag -ceq 'integer') { return [bigint]::Parse($text, $RedressInvariant) }
    if ($tag -ceq 'real') { return [double]::Parse($text, $RedressInvariant) }
    if ($tag -ceq 'decimal') { return [decimal]::Parse($text, $RedressInvariant) }
    if ($tag -ceq 'bytes') { return , [System.Convert]::FromBase64String($text) }
    throw 'the parameter file holds a value of an unknown type'
}

# An error record, whole.
function ConvertTo-RedressError {
    param([System.Management.Automation.ErrorRecord] $Record)
    $chain = New-Object -TypeName 'System.Collections.Generic.List[string]'
    $exception = $Record.Exception
    while ($null -ne $exception -and $chain.Count -lt 16) {
        $chain.Add((ConvertTo-RedressText -Text ($exception.GetType().FullName + ': ' + $exception.Message)))
        $exception = $exception.InnerException
    }
    $target = ''
    if ($null -ne $Record.TargetObject) { $target = $Record.TargetObject.ToString() }
    $position = ''
    if ($null -ne $Record.InvocationInfo) { $position = $Record.InvocationInfo.PositionMessage }
    ',"message":' + (ConvertTo-RedressText -Text $Record.ToString()) +
        ',"code":' + (ConvertTo-RedressText -Text $Record.FullyQualifiedErrorId) +
        ',"category":' + (ConvertTo-RedressText -Text $Record.CategoryInfo.ToString()) +
        ',"target":' + (ConvertTo-RedressText -Text $target) +
        ',"exceptions":[' + ($chain -join ',') + ']' +
        ',"position":' + (ConvertTo-RedressText -Text $position) +
        ',"stack":' + (ConvertTo-RedressText -Text $Record.ScriptStackTrace)
}

# Whatever comes out of the template, by stream: one record each.
function Write-RedressOutput {
    param([AllowNull()] [object] $Thing)
    if ($Thing -is [System.Management.Automation.ErrorRecord]) {
        Write-RedressRecord -Type 'error' -Members (ConvertTo-RedressError -Record $Thing)
    }
    elseif ($Thing -is [System.Management.Automation.WarningRecord]) {
        Write-RedressRecord -Type 'warning' -Members (',"message":' + (ConvertTo-RedressText -Text $Thing.Message))
    }
    elseif ($Thing -is [System.Management.Automation.VerboseRecord]) {
        Write-RedressRecord -Type 'verbose' -Members (',"message":' + (ConvertTo-RedressText -Text $Thing.Message))
    }
    elseif ($Thing -is [System.Management.Automation.DebugRecord]) {
        Write-RedressRecord -Type 'verbose' -Members (',"message":' + (ConvertTo-RedressText -Text $Thing.Message))
    }
    elseif ($Thing -is [System.Management.Automation.InformationRecord]) {
        Write-RedressRecord -Type 'information' -Members (',"message":' + (ConvertTo-RedressText -Text $Thing.ToString()))
    }
    else {
        Write-RedressRecord -Type 'record' -Members (',"value":' + (ConvertTo-RedressValue -Value $Thing -Depth 0))
    }
}

# For templates: gives up before anything was changed. What is thrown otherwise leaves a change in doubt.
function Stop-RedressTemplate {
    param([string] $Because)
    $exception = New-Object -TypeName System.InvalidOperationException -ArgumentList $Because
    $exception.Data['redress'] = 'refused'
    throw $exception
}

function Get-RedressFileDigest {
    param([string] $Path)
    $sha = [System.Security.Cryptography.SHA256]::Create()
    try { $hash = $sha.ComputeHash([System.IO.File]::ReadAllBytes($Path)) } finally { $sha.Dispose() }
    [System.BitConverter]::ToString($hash).Replace('-', '').ToLowerInvariant()
}

# ---- the template ----
