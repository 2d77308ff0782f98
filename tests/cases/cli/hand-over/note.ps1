# redress: {"redress": 1, "effect": "change", "should_process": true, "returns": "one",
# redress:  "module": "none", "reads": [], "changes": ["Set-Thing"],
# redress:  "parameters": [{"name": "Text", "type": "string"}]}
function Invoke-RedressTemplate {
    [CmdletBinding(SupportsShouldProcess = $true)]
    param([Parameter(Mandatory = $true)] [string] $Text)
    [ordered]@{ Noted = $Text }
}
