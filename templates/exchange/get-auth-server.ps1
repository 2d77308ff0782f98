# redress: {"redress": 1, "effect": "read", "should_process": false, "returns": "list",
# redress:  "module": "Exchange Management Shell (Exchange Server 2016, 2019, SE)",
# redress:  "reads": ["Get-AuthServer"], "changes": [],
# redress:  "about": "The EvoSts object of one tenant: no record, one, or several that cannot be told apart",
# redress:  "parameters": [
# redress:   {"name": "TenantId", "type": "string", "about": "the tenant's directory id, a GUID"},
# redress:   {"name": "DomainController", "type": "string", "required": false, "about": "the domain controller to read from"}]}

# Get-AuthServer gives *all* objects for an Identity that is $null or does not exist: it is asked for all of
# them here, and the right one is picked by what it is.
# https://learn.microsoft.com/powershell/module/exchangepowershell/get-authserver
# The names and the choice between several: https://learn.microsoft.com/microsoft-365/enterprise/configure-exchange-server-for-hybrid-modern-authentication

# The AppSecret properties are never read.
function ConvertTo-AuthServerRecord {
    param([object] $Server)
    $changed = $null
    if ($null -ne $Server.WhenChangedUTC) {
        $changed = [datetime]::SpecifyKind([datetime]$Server.WhenChangedUTC, [System.DateTimeKind]::Utc)
    }
    New-Object -TypeName PSObject -Property ([ordered]@{
            Name                           = [string]$Server.Name
            Guid                           = [string]$Server.Guid
            Identity                       = [string]$Server.Identity
            Realm                          = [string]$Server.Realm
            AuthMetadataUrl                = [string]$Server.AuthMetadataUrl
            IsDefaultAuthorizationEndpoint = [bool]$Server.IsDefaultAuthorizationEndpoint
            CertificateStrings             = @($Server.CertificateStrings | Where-Object -FilterScript { $_ } | ForEach-Object -Process { [string]$_ })
            WhenChangedUTC                 = $changed
            DistinguishedName              = [string]$Server.DistinguishedName
        })
}

function Invoke-RedressTemplate {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $TenantId,
        [string] $DomainController
    )
    $where = @{}
    if ($DomainController) { $where['DomainController'] = $DomainController }
    $guid = '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'
    $found = @(Get-AuthServer @where | Where-Object -FilterScript {
            "$($_.Type)" -eq 'AzureAD' -and $_.Enabled -and "$($_.Realm)" -match "^$guid`$" -and
            ("$($_.Name)" -match "^EvoSts - $guid`$" -or "$($_.Name)" -eq 'EvoSTS')
        })
    if ($found.Count -gt 1) {
        $ours = @($found | Where-Object -FilterScript { "$($_.Realm)" -eq $TenantId })
        if ($ours.Count -gt 0) { $found = $ours }
    }
    foreach ($server in $found) { ConvertTo-AuthServerRecord -Server $server }
}
