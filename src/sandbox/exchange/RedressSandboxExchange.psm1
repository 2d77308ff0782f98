# The sandbox's Exchange: a few cmdlets with the binding and the habits of the real ones, over a JSON file.
# Simulated: Get-AuthServer, Set-AuthServer. Not simulated: domain controllers (any name will do), roles, replication,
# the eight-hour refresh. What it holds is made up; it is marked REHEARSAL.
# https://learn.microsoft.com/powershell/module/exchangepowershell/get-authserver
# https://learn.microsoft.com/powershell/module/exchangepowershell/set-authserver

$StateFile = Join-Path -Path $PSScriptRoot -ChildPath 'exchange-state.json'
$LockFile = Join-Path -Path $PSScriptRoot -ChildPath 'exchange-state.lock'
$Utf8 = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
$Invariant = [System.Globalization.CultureInfo]::InvariantCulture

function Read-SandboxState {
    [System.IO.File]::ReadAllText($StateFile, $Utf8) | ConvertFrom-Json
}

# One writer at a time; the file is replaced in one step.
function Update-SandboxState {
    param([scriptblock] $Change)
    $lock = $null
    for ($try = 0; $null -eq $lock; $try++) {
        try {
            $lock = [System.IO.File]::Open($LockFile, [System.IO.FileMode]::OpenOrCreate, [System.IO.FileAccess]::ReadWrite,
                [System.IO.FileShare]::None)
        }
        catch {
            if ($try -ge 200) { throw }
            Start-Sleep -Milliseconds 50
        }
    }
    try {
        $state = Read-SandboxState
        & $Change $state
        foreach ($server in $state.auth_servers) {
            foreach ($name in 'WhenChangedUTC', 'WhenCreatedUTC') { $server.$name = ConvertTo-SandboxTime -Value $server.$name }
        }
        if ($state.clock) {
            foreach ($name in 'start', 'since') { $state.clock.$name = ConvertTo-SandboxTime -Value $state.clock.$name }
        }
        $next = $StateFile + '.' + [guid]::NewGuid().ToString('N')
        [System.IO.File]::WriteAllText($next, (ConvertTo-Json -InputObject $state -Depth 8), $Utf8)
        [System.IO.File]::Replace($next, $StateFile, [NullString]::Value)
    }
    finally {
        $lock.Dispose()
    }
}

# PowerShell 7 reads times out of JSON, Windows PowerShell 5.1 leaves text.
function ConvertFrom-SandboxTime {
    param([object] $Value)
    if ($Value -is [datetime]) { return $Value.ToUniversalTime() }
    [datetime]::Parse($Value, $Invariant, [System.Globalization.DateTimeStyles]::AdjustToUniversal)
}

function ConvertTo-SandboxTime {
    param([object] $Value)
    (ConvertFrom-SandboxTime -Value $Value).ToString('yyyy-MM-ddTHH:mm:ss.fffffffZ', $Invariant)
}

# The rehearsal's clock, where it has one.
function Get-SandboxTime {
    param([object] $State)
    $now = [datetime]::UtcNow
    if (-not $State.clock) { return $now }
    $passed = ($now - (ConvertFrom-SandboxTime -Value $State.clock.since)).Ticks * [double]$State.clock.factor
    (ConvertFrom-SandboxTime -Value $State.clock.start).AddTicks([long]$passed)
}

# The signing certificates that a federation metadata document publishes, each once, in its order.
function Get-SandboxPublishedCertificate {
    param([string] $Url)
    if ($PSVersionTable.PSEdition -eq 'Desktop') {
        $null = [System.Reflection.Assembly]::Load('System.Net.Http, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b03f5f7f11d50a3a')
    }
    $handler = New-Object -TypeName System.Net.Http.HttpClientHandler
    $handler.UseProxy = $false
    $client = New-Object -TypeName System.Net.Http.HttpClient -ArgumentList $handler
    try {
        $client.Timeout = [timespan]::FromSeconds(30)
        $document = [xml]$client.GetStringAsync($Url).GetAwaiter().GetResult()
    }
    finally {
        $client.Dispose()
    }
    $path = "//*[local-name()='KeyDescriptor'][not(@use) or @use='signing']//*[local-name()='X509Certificate']"
    $seen = New-Object -TypeName 'System.Collections.Generic.List[string]'
    foreach ($node in $document.SelectNodes($path)) {
        $text = $node.InnerText -replace '\s', ''
        if (-not $seen.Contains($text)) { $seen.Add($text) }
    }
    $seen.ToArray()
}

function Find-SandboxAuthServer {
    param([object] $State, [string] $Identity)
    $State.auth_servers | Where-Object -FilterScript {
        $_.Name -eq $Identity -or $_.Guid -eq $Identity -or $_.DistinguishedName -eq $Identity
    }
}

function Get-AuthServer {
    [CmdletBinding()]
    param(
        [Parameter(Position = 0, ValueFromPipeline = $true, ValueFromPipelineByPropertyName = $true)]
        [AllowNull()] [AllowEmptyString()]
        [string] $Identity,
        [string] $DomainController
    )
    process {
        $state = Read-SandboxState
        $found = @(Find-SandboxAuthServer -State $state -Identity $Identity)
        # As documented: an Identity that is $null or does not exist gives all objects.
        if ($found.Count -eq 0) { $found = @($state.auth_servers) }
        foreach ($server in $found) {
            $changed = ConvertFrom-SandboxTime -Value $server.WhenChangedUTC
            $created = ConvertFrom-SandboxTime -Value $server.WhenCreatedUTC
            New-Object -TypeName PSObject -Property ([ordered]@{
                    IssuerIdentifier               = $server.IssuerIdentifier
                    CertificateStrings             = [string[]]@($server.CertificateStrings)
                    CurrentEncryptedAppSecret      = 'sandbox-app-secret'
                    PreviousEncryptedAppSecret     = 'sandbox-app-secret'
                    TokenIssuingEndpoint           = $server.TokenIssuingEndpoint
                    AuthorizationEndpoint          = $server.AuthorizationEndpoint
                    ApplicationIdentifier          = $server.ApplicationIdentifier
                    AuthMetadataUrl                = $server.AuthMetadataUrl
                    Realm                          = $server.Realm
                    Type                           = $server.Type
                    Enabled                        = [bool]$server.Enabled
                    IsDefaultAuthorizationEndpoint = [bool]$server.IsDefaultAuthorizationEndpoint
                    DomainName                     = [string[]]@($server.DomainName)
                    Name                           = $server.Name
                    DistinguishedName              = $server.DistinguishedName
                    Identity                       = $server.Name
                    Guid                           = [guid]$server.Guid
                    Id                             = $server.Name
                    ObjectClass                    = [string[]]@('top', 'msExchAuthAuthServer')
                    WhenChanged                    = $changed.ToLocalTime()
                    WhenCreated                    = $created.ToLocalTime()
                    WhenChangedUTC                 = $changed
                    WhenCreatedUTC                 = $created
                    OriginatingServer              = $DomainController
                    IsValid                        = $true
                    ObjectState                    = 'Unchanged'
                })
        }
    }
}

function Set-AuthServer {
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium', DefaultParameterSetName = 'RefreshAuthMetadata')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true, ValueFromPipelineByPropertyName = $true)]
        [string] $Identity,
        [Parameter(ParameterSetName = 'RefreshAuthMetadata')]
        [switch] $RefreshAuthMetadata,
        [Parameter(ParameterSetName = 'AuthMetadataUrl')]
        [Parameter(ParameterSetName = 'NativeClientAuthServer')]
        [string] $AuthMetadataUrl,
        [Parameter(ParameterSetName = 'AuthMetadataUrl')]
        [string] $GraphBaseUrl,
        [Parameter(ParameterSetName = 'NativeClientAuthServer')]
        [bool] $IsDefaultAuthorizationEndpoint,
        [Parameter(ParameterSetName = 'AppSecret')]
        [string] $ApplicationIdentifier,
        [Parameter(ParameterSetName = 'AuthMetadataUrl')]
        [Parameter(ParameterSetName = 'NativeClientAuthServer')]
        [switch] $TrustAnySSLCertificate,
        [string[]] $DomainName,
        [bool] $Enabled,
        [ValidateLength(1, 64)]
        [string] $Name,
        [string] $DomainController
    )
    process {
        $found = @(Find-SandboxAuthServer -State (Read-SandboxState) -Identity $Identity)
        if ($found.Count -ne 1) {
            $exception = New-Object -TypeName System.InvalidOperationException -ArgumentList (
                "The operation couldn't be performed because object '$Identity' couldn't be found on '$DomainController'.")
            $PSCmdlet.WriteError((New-Object -TypeName System.Management.Automation.ErrorRecord -ArgumentList @(
                        $exception, 'ManagementObjectNotFoundException,Set-AuthServer',
                        [System.Management.Automation.ErrorCategory]::InvalidData, $Identity)))
            return
        }
        $action = 'Setting the authorization server'
        if ($RefreshAuthMetadata) { $action = 'Refreshing the authorization metadata of the authorization server' }
        if (-not $PSCmdlet.ShouldProcess($found[0].Name, $action)) { return }
        $published = $null
        if ($RefreshAuthMetadata) { $published = @(Get-SandboxPublishedCertificate -Url $found[0].AuthMetadataUrl) }
        $given = $PSBoundParameters
        $guid = $found[0].Guid
        Update-SandboxState -Change {
            param($State)
            $server = Find-SandboxAuthServer -State $State -Identity $guid
            if ($null -ne $published) {
                $server.CertificateStrings = [object[]]$published
                $State.refreshes = $State.refreshes + 1
            }
            foreach ($property in 'AuthMetadataUrl', 'IsDefaultAuthorizationEndpoint', 'ApplicationIdentifier', 'DomainName', 'Enabled', 'Name') {
                if ($given.ContainsKey($property)) { $server.$property = $given[$property] }
            }
            $server.WhenChangedUTC = Get-SandboxTime -State $State
        }
    }
}

Export-ModuleMember -Function 'Get-AuthServer', 'Set-AuthServer'
