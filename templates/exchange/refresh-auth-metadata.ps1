# redress: {"redress": 1, "effect": "change", "should_process": true, "returns": "one",
# redress:  "module": "Exchange Management Shell (Exchange Server 2016, 2019, SE)",
# redress:  "reads": ["Get-AuthServer"], "changes": ["Set-AuthServer"],
# redress:  "about": "Has Exchange read the metadata of one authorization server again; gives the object before and after",
# redress:  "parameters": [
# redress:   {"name": "Guid", "type": "string", "about": "the object's Guid, as exchange/get-auth-server gives it"},
# redress:   {"name": "DomainController", "type": "string", "required": false, "about": "the one domain controller to read from and write to"}]}

# The AppSecret properties are never read.
function ConvertTo-AuthServerRecord {
    param([object] $Server)
    $changed = $null
    if ($null -ne $Server.WhenChangedUTC) {
        $changed = [datetime]::SpecifyKind([datetime]$Server.WhenChangedUTC, [System.DateTimeKind]::Utc)
    }
    New-Object -TypeName PSObject -Property ([ordered]@{
            Name               = [string]$Server.Name
            Guid               = [string]$Server.Guid
            AuthMetadataUrl    = [string]$Server.AuthMetadataUrl
            CertificateStrings = @($Server.CertificateStrings | Where-Object -FilterScript { $_ } | ForEach-Object -Process { [string]$_ })
            WhenChangedUTC     = $changed
        })
}

# Get-AuthServer gives *all* objects for an Identity that does not exist: only one whose Guid is the one that
# was asked for counts. https://learn.microsoft.com/powershell/module/exchangepowershell/get-authserver
function Get-ExactAuthServer {
    param([guid] $Guid, [hashtable] $Where)
    @(Get-AuthServer -Identity $Guid.ToString() @Where | Where-Object -FilterScript { "$($_.Guid)" -eq $Guid.ToString() })
}

function Invoke-RedressTemplate {
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    param(
        [Parameter(Mandatory = $true)] [string] $Guid,
        [string] $DomainController
    )
    $id = [guid]::Empty
    if (-not [guid]::TryParse($Guid, [ref]$id) -or $id -eq [guid]::Empty) {
        Stop-RedressTemplate -Because 'the parameter Guid is no GUID'
    }
    # Exchange shows only the cmdlets that the account's roles give it.
    if (-not (Get-Command -Name 'Set-AuthServer' -ErrorAction SilentlyContinue)) {
        Stop-RedressTemplate -Because 'there is no Set-AuthServer here: the account has no role with it, or this is no Exchange shell'
    }
    $where = @{}
    if ($DomainController) { $where['DomainController'] = $DomainController }
    try {
        $before = @(Get-ExactAuthServer -Guid $id -Where $where)
    }
    catch {
        Stop-RedressTemplate -Because ('Get-AuthServer failed: ' + $_.Exception.Message)
    }
    if ($before.Count -ne 1) {
        Stop-RedressTemplate -Because ('{0} authorization servers have the Guid {1}; expected one' -f $before.Count, $id)
    }
    $record = ConvertTo-AuthServerRecord -Server $before[0]

    # -WhatIf stands on the call itself: a script module of another session state does not inherit the preference.
    # https://learn.microsoft.com/powershell/scripting/learn/deep-dives/everything-about-shouldprocess
    # https://learn.microsoft.com/powershell/module/exchangepowershell/set-authserver
    Set-AuthServer -Identity $id.ToString() -RefreshAuthMetadata @where -Confirm:$false -WhatIf:$WhatIfPreference

    $after = $null
    if (-not $WhatIfPreference) {
        $seen = @(Get-ExactAuthServer -Guid $id -Where $where)
        if ($seen.Count -ne 1) { throw ('{0} authorization servers have the Guid {1} after the refresh' -f $seen.Count, $id) }
        $after = ConvertTo-AuthServerRecord -Server $seen[0]
    }
    New-Object -TypeName PSObject -Property ([ordered]@{ before = $record; after = $after })
}
