# Runs the scripts of the package and those of the process, each as a process of its own, so that `set -e`, traps,
# `return` and the exit code are the script's. A folder for each language, with its prelude, is brought along.

work=$PWD # of this run, readable by nobody else
tools=$work/foredeck

# The variables of each language are kept in memory only: a script finds them in a file that it removes when it begins.
take_variables() {
    variables_bash=$(<"$tools/bash/.foredeck-variables")
    variables_python=$(<"$tools/python/.foredeck-variables")
    variables_powershell=$(<"$tools/powershell/.foredeck-variables")
    rm -f "$tools"/*/.foredeck-variables || fail_step "The file with the variables cannot be removed."
}
take_variables

# tell NAME VALUE: a variable that is known here only, for the scripts that come.
tell() {
    local value=${2//[[:cntrl:]]/ } json
    json=${value//\\/\\\\}
    json=${json//\"/\\\"}
    variables_bash+=$'\n'"_foredeck_variable $(printf '%q %q' "$1" "$value")"
    variables_python="${variables_python%'}, []]'}, \"$1\": \"$json\"}, []]" # no parameters stand behind them
    variables_powershell+=$'\n'"$(base64_of "$1") $(base64_of "$value")"
}

base64_of() { printf '%s' "$1" | base64 | tr -d '\n'; }

# run SCRIPT: in the folder of the installation.
run() {
    local language program variables
    case $1 in
    *.py) language=python program=python3 ;;
    *.ps1) language=powershell program=pwsh ;;
    *) language=bash program=$BASH ;;
    esac
    if ! command -v "$program" >/dev/null; then
        write_warning "This machine has no $program, which runs ${1##*/}."
        return 127
    fi
    variables=variables_$language
    (umask 077 && printf '%s\n' "${!variables}" >"$tools/$language/.foredeck-variables") || return 1
    (
        cd "$folder" || exit 1
        case $language in
        bash) BASH_ENV=$tools/bash/.foredeck-prelude.sh exec "$BASH" "$1" ;;
        python) FOREDECK_SCRIPT=$1 exec python3 -u "$tools/python/.foredeck-prelude.py" ;;
        powershell)
            cd "$tools/powershell" || exit 1
            printf "Set-Location -LiteralPath '%s'\n. '%s'\n" "${folder//\'/\'\'}" "${1//\'/\'\'}" >.foredeck-start.ps1
            exec pwsh -NoProfile -NoLogo -NonInteractive -File ./.foredeck-prelude.ps1
            ;;
        esac
    )
    set -- "$?"
    rm -f "$tools/$language/.foredeck-variables" # of a script that could not begin
    return "$1"
}

# Sets `script` to the package's script of this name; of several that of the first language, as in Octopus.
find_packaged() {
    for script in "$folder/$1.sh" "$folder/$1.py" "$folder/$1.ps1"; do
        [ ! -f "$script" ] || return 0
    done
    return 1
}

packaged() {
    find_packaged "$1" || return 0
    echo "Running ${script##*/} of the package."
    run "./${script##*/}" || fails "${script##*/} of the package" "$?"
}

configured() {
    for script in "$tools/process/$1".*; do
        [ -f "$script" ] || return 0
        echo "Running $1 of the process."
        run "$script" || fails "$1 of the process" "$?"
    done
}

# Sets `failed_as` to what failed, as a sentence.
fails() {
    failed_as="$1 failed (exit code $2)."
    return 1
}

# convention NAME: both scripts of this name, in Octopus's order: before the files are ready that of the process is
# first, afterwards that of the package.
convention() {
    case $1 in
    PreDeploy) configured "$1" && packaged "$1" ;;
    *) packaged "$1" && configured "$1" ;;
    esac
}

# Both are run, whatever comes of the first one.
failed_convention() {
    tell OctopusLastErrorMessage "$1"
    tell OctopusLastError "$1"
    packaged DeployFailed || write_warning "$failed_as"
    configured DeployFailed || write_warning "$failed_as"
}

remove_packaged() {
    for script in PreDeploy Deploy PostDeploy DeployFailed; do
        rm -f "$folder/$script.sh" "$folder/$script.py" "$folder/$script.ps1"
    done
}
