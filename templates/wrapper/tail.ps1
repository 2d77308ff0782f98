# ---- the end of the template ----

$RedressFile = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($ParameterFile)
$RedressFolder = [System.IO.Path]::GetDirectoryName($RedressFile)
$RedressGiven = [System.IO.File]::ReadAllText($RedressFile, $RedressUtf8) | ConvertFrom-Json
$RedressMode = Get-RedressText -Encoded $RedressGiven.mode
$RedressPrepare = Get-RedressText -Encoded $RedressGiven.prepare
$RedressAbout = '{"redress":1,"nonce":' + (ConvertTo-RedressText -Text (Get-RedressText -Encoded $RedressGiven.nonce)) +
    ',"action":' + (ConvertTo-RedressText -Text (Get-RedressText -Encoded $RedressGiven.action))

# Held until this process ends: whoever can open it knows that this script no longer runs.
$RedressLock = $null
try {
    $RedressLock = [System.IO.File]::Open([System.IO.Path]::Combine($RedressFolder, (Get-RedressText -Encoded $RedressGiven.lock)),
        [System.IO.FileMode]::OpenOrCreate, [System.IO.FileAccess]::ReadWrite, [System.IO.FileShare]::None)
    # A result file that is there already means that this was run before: it is never run twice.
    $RedressResults = New-Object -TypeName System.IO.FileStream -ArgumentList @(
        [System.IO.Path]::Combine($RedressFolder, (Get-RedressText -Encoded $RedressGiven.result)),
        [System.IO.FileMode]::CreateNew, [System.IO.FileAccess]::Write, [System.IO.FileShare]::Read)
}
catch {
    $Host.UI.WriteErrorLine('not started: ' + $_.Exception.Message)
    if ($null -ne $RedressLock) { $RedressLock.Dispose() }
    exit 22
}

$RedressOutcome = 'not_started'
$RedressEnding = ''
try {
    $RedressArguments = @{}
    foreach ($RedressPair in $RedressGiven.parameters) {
        $RedressArguments[(Get-RedressText -Encoded $RedressPair[0])] = ConvertFrom-RedressValue -Encoded $RedressPair[1]
    }

    if ((Get-RedressFileDigest -Path $PSCommandPath) -cne (Get-RedressText -Encoded $RedressGiven.script)) {
        throw 'the parameter file belongs to another script'
    }

    # Other people's code from here to the mark: without our strictness.
    Set-StrictMode -Off
    $ErrorActionPreference = 'Continue'
    if ($RedressPrepare -ceq 'module') {
        Import-Module -Name (Get-RedressText -Encoded $RedressGiven.module) -DisableNameChecking -ErrorAction Stop
    }
    elseif ($RedressPrepare -ceq 'exchange_management_shell' -and
        -not (Get-Command -Name 'Get-ExchangeServer' -ErrorAction SilentlyContinue)) {
        # https://learn.microsoft.com/powershell/exchange/connect-to-exchange-servers-using-remote-powershell
        if (-not $env:ExchangeInstallPath) { throw 'the Exchange management tools are not installed: ExchangeInstallPath is not set' }
        . (Join-Path -Path $env:ExchangeInstallPath -ChildPath 'bin\RemoteExchange.ps1')
        Connect-ExchangeServer -Auto -ClientApplication:ManagementShell -ErrorAction Stop
    }
    Set-StrictMode -Version 3.0
    $ErrorActionPreference = 'Stop'
    # The mark.

    Write-RedressRecord -Type 'ready' -Members ''
    $RedressGo = $true
    if ($RedressGiven.wait_for_go) {
        # The end of the input means that whoever started this is gone: then nothing is begun.
        $RedressGo = [System.Console]::In.ReadLine() -ceq 'go'
    }
    if (-not $RedressGo) {
        $RedressEnding = ',"code":"NoGo","message":"no go came: whoever started this script is gone"'
    }
    else {
        Write-RedressRecord -Type 'begin' -Members (
            ',"script":"' + (Get-RedressFileDigest -Path $PSCommandPath) + '"' +
            ',"parameters":"' + (Get-RedressFileDigest -Path $RedressFile) + '"' +
            ',"at":"' + [datetime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ', $RedressInvariant) + '"' +
            ',"powershell":' + (ConvertTo-RedressText -Text $PSVersionTable.PSVersion.ToString()) +
            ',"edition":' + (ConvertTo-RedressText -Text $PSVersionTable.PSEdition) +
            ',"computer":' + (ConvertTo-RedressText -Text ([System.Environment]::MachineName)) +
            ',"account":' + (ConvertTo-RedressText -Text ([System.Environment]::UserDomainName + '\' + [System.Environment]::UserName)))
        $RedressOutcome = 'failed'
        if ($RedressMode -ceq 'preview') {
            # The text of -WhatIf goes to the host and to no stream: what stands between these two lines is it.
            $RedressArguments['WhatIf'] = $true
            try { [System.Console]::OutputEncoding = $RedressUtf8 } catch { $null = $_ <# there is no console to set it for #> }
            $Host.UI.WriteLine('redress-what-if-begin')
            Invoke-RedressTemplate @RedressArguments *>&1 | ForEach-Object -Process { Write-RedressOutput -Thing $_ }
            $Host.UI.WriteLine('redress-what-if-end')
        }
        else {
            if ($RedressMode -ceq 'change') { $RedressArguments['Confirm'] = $false }
            Invoke-RedressTemplate @RedressArguments *>&1 | ForEach-Object -Process { Write-RedressOutput -Thing $_ }
        }
        $RedressOutcome = 'ok'
    }
}
catch {
    $RedressFailure = $_
    Set-StrictMode -Version 3.0
    $ErrorActionPreference = 'Stop'
    # A template that says so, or that its parameters did not fit, has changed nothing; any other failure tells nothing.
    if ($RedressOutcome -ceq 'failed' -and ($RedressFailure.Exception.Data['redress'] -ceq 'refused' -or
            ($RedressFailure.Exception -is [System.Management.Automation.ParameterBindingException] -and
                $RedressFailure.FullyQualifiedErrorId -clike '*,Invoke-RedressTemplate'))) { $RedressOutcome = 'refused' }
    if ($RedressOutcome -ceq 'ok') { $RedressOutcome = 'failed' }
    Write-RedressRecord -Type 'error' -Members (ConvertTo-RedressError -Record $RedressFailure)
    $RedressEnding = ',"code":' + (ConvertTo-RedressText -Text $RedressFailure.FullyQualifiedErrorId) +
        ',"message":' + (ConvertTo-RedressText -Text $RedressFailure.ToString())
}

Write-RedressRecord -Type 'end' -Members (',"outcome":"' + $RedressOutcome + '"' + $RedressEnding)
Write-RedressRecord -Type 'done' -Members (',"lines":' + $RedressCount)
$RedressResults.Dispose()
$RedressLock.Dispose()
if ($RedressOutcome -ceq 'ok') { exit 0 }
if ($RedressOutcome -ceq 'not_started') { exit 21 }
exit 20
