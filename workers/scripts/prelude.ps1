# What a PowerShell script finds when it starts: Octopus's cmdlets, and the deployment's variables.
# `pwsh -File ./.foredeck-prelude.ps1` reads the variables, removes their file, and runs what .foredeck-start.ps1 says: the
# script with its parameters. As in Octopus the first error ends the script, and so does the exit code of the last program.

$ErrorActionPreference = 'Stop'
[Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false
$OutputEncoding = [Console]::OutputEncoding

# The variables are kept in memory only: not in the environment of children, and no longer on the disk.
$OctopusParameters = New-Object 'System.Collections.Generic.Dictionary[String,String]' ([System.StringComparer]::OrdinalIgnoreCase)
$Octopus_Folder = (Get-Location).ProviderPath
$Octopus_Text = [System.IO.File]::ReadAllText((Join-Path $Octopus_Folder '.foredeck-variables'))
Remove-Item -LiteralPath (Join-Path $Octopus_Folder '.foredeck-variables') -Force
foreach ($Octopus_Line in $Octopus_Text.Split("`n")) {
    if ($Octopus_Line) {
        $Octopus_Name, $Octopus_Value, $Octopus_Kind = $Octopus_Line.Split(' ') |
            ForEach-Object { [System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String($_)) }
        if ($Octopus_Kind -eq 'path') { $Octopus_Value = Join-Path $Octopus_Folder $Octopus_Value }
        $OctopusParameters[$Octopus_Name] = [string]$Octopus_Value
    }
}

# Each is also a variable of its own, named without punctuation; those that PowerShell keeps for itself are left alone.
foreach ($Octopus_Pair in @($OctopusParameters.GetEnumerator())) {
    $Octopus_Name = $Octopus_Pair.Key -replace '[^A-Za-z0-9_]', ''
    if ($Octopus_Name -and -not (Test-Path -LiteralPath "variable:$Octopus_Name")) {
        Set-Variable -Name $Octopus_Name -Value $Octopus_Pair.Value -Scope Global
    }
}
# Its parameters may hold secrets, so what starts the script is read and removed, too.
$Octopus_Start = [System.IO.File]::ReadAllText((Join-Path $Octopus_Folder '.foredeck-start.ps1'))
Remove-Item -LiteralPath (Join-Path $Octopus_Folder '.foredeck-start.ps1') -Force
Remove-Variable -Name Octopus_Text, Octopus_Line, Octopus_Value, Octopus_Kind, Octopus_Pair, Octopus_Name -ErrorAction SilentlyContinue

function Write-ForedeckLine([string] $text) { [Console]::Out.WriteLine($text); [Console]::Out.Flush() }

function ConvertTo-ServiceMessageValue([string] $value) {
    [System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($value))
}

function Write-ServiceMessage([string] $name, [System.Collections.IDictionary] $attributes) {
    $words = @($name)
    foreach ($key in $attributes.Keys) {
        if ($null -ne $attributes[$key]) { $words += "$key='$(ConvertTo-ServiceMessageValue ([string]$attributes[$key]))'" }
    }
    Write-ForedeckLine "##octopus[$($words -join ' ')]"
}

function Write-ForedeckLevel([string] $level, [string] $text) {
    Write-ForedeckLine "##octopus[stdout-$level]"
    Write-ForedeckLine $text
    Write-ForedeckLine '##octopus[stdout-default]'
}

function Set-OctopusVariable {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $name, [Parameter(Position = 1)] [AllowEmptyString()] [string] $value, [switch] $sensitive)
    $OctopusParameters[$name] = $value
    $flag = if ($sensitive) { 'True' } else { $null }
    Write-ServiceMessage 'setVariable' ([ordered]@{ name = $name; value = $value; sensitive = $flag })
}

function New-OctopusArtifact {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)] [Alias('FullName')] [string] $path,
        [Parameter(Position = 1)] [string] $name = ''
    )
    process {
        $full = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($path)
        $shown = if ($name) { $name } else { [System.IO.Path]::GetFileName($full) }
        $length = if ([System.IO.File]::Exists($full)) { (New-Object System.IO.FileInfo $full).Length } else { 0 }
        Write-ServiceMessage 'createArtifact' ([ordered]@{ path = $full; name = $shown; length = $length })
    }
}

function Fail-Step([string] $message) {
    if ($message) { Write-ServiceMessage 'resultMessage' ([ordered]@{ message = $message }) }
    exit -1
}

function Update-Progress {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [int] $percentage, [Parameter(Position = 1)] [string] $message = '')
    Write-ServiceMessage 'progress' ([ordered]@{ percentage = $percentage; message = $message })
}

# These take text from the pipeline, as the cmdlets they stand for do.
function Write-Verbose { [CmdletBinding()] param([Parameter(Position = 0, ValueFromPipeline)] [AllowEmptyString()] [string] $message) process { Write-ForedeckLevel 'verbose' $message } }
function Write-Highlight { [CmdletBinding()] param([Parameter(Position = 0, ValueFromPipeline)] [AllowEmptyString()] [string] $message) process { Write-ForedeckLevel 'highlight' $message } }
function Write-Wait { [CmdletBinding()] param([Parameter(Position = 0, ValueFromPipeline)] [AllowEmptyString()] [string] $message) process { Write-ForedeckLevel 'wait' $message } }
function Write-Warning { [CmdletBinding()] param([Parameter(Position = 0, ValueFromPipeline)] [AllowEmptyString()] [string] $message) process { Write-ForedeckLevel 'warning' $message } }

function Set-EnvironmentState {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $key, [Parameter(Position = 1)] [AllowEmptyString()] [string] $value, [switch] $sensitive)
    $flag = if ($sensitive) { 'True' } else { $null }
    Write-ServiceMessage 'set-environmentstate' ([ordered]@{ key = $key; value = $value; type = 'State'; sensitive = $flag })
}

function Set-EnvironmentUrl {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $url, [Parameter(Position = 1)] [string] $label = '')
    if ($label -match '^https?://') { $url, $label = $label, $url }
    Write-ServiceMessage 'set-environmentstate' ([ordered]@{ key = $label; value = $url; type = 'Url' })
}

function New-OctopusTarget {
    [CmdletBinding()]
    param([string] $name, [string] $targetId, [string] $inputs, [string] $roles, [string] $workerPool, [switch] $updateIfExisting)
    Write-ServiceMessage 'createStepPackageTarget' ([ordered]@{
            name = $name; targetId = $targetId; inputs = $inputs; octopusRoles = $roles
            octopusDefaultWorkerPoolIdOrName = $workerPool; updateIfExisting = [string]$updateIfExisting
        })
}

function Remove-OctopusTarget([string] $targetIdOrName) {
    Write-ServiceMessage 'delete-target' ([ordered]@{ machine = $targetIdOrName })
}

function Report-KubernetesManifest([string] $manifest, [string] $namespace) {
    Write-ServiceMessage 'k8s-manifest-applied' ([ordered]@{ manifest = $manifest; ns = $namespace })
}

function Report-KubernetesManifestInFile([string] $path, [string] $namespace) {
    Report-KubernetesManifest ([System.IO.File]::ReadAllText((Resolve-Path -LiteralPath $path).ProviderPath)) $namespace
}

$global:LASTEXITCODE = 0
try {
    . ([ScriptBlock]::Create($Octopus_Start))
} catch {
    [Console]::Error.WriteLine(($_ | Out-String).TrimEnd())
    [Console]::Error.WriteLine($_.ScriptStackTrace)
    exit 1
}
exit $global:LASTEXITCODE
