# Runs the scripts of the package and those of the process, each as a process of its own, so that `set -e`, traps,
# `return` and the exit code are the script's. A folder for each language, with its prelude, is brought along.

tools=$work/foredeck

# The variables of each language are kept in memory only: a script finds them in a file that it removes when it begins.
take_variables() {
    variables_bash=$(<"$tools/bash/.foredeck-variables")
    variables_python=$(<"$tools/python/.foredeck-variables")
    variables_powershell=$(<"$tools/powershell/.foredeck-variables")
    rm -f "$tools"/*/.foredeck-variables || fail_step "The file with the variables cannot be removed."
}
take_variables

told_names=() told_values=()

# tell NAME VALUE: a variable that is known here only, for the scripts that come; one that was told is told anew.
tell() {
    local at
    for ((at = 0; at < ${#told_names[@]}; at++)); do [ "${told_names[at]}" != "$1" ] || break; done
    told_names[at]=$1
    told_values[at]=${2//[[:cntrl:]]/ }
}

# Prints all variables as the language reads them.
print_variables() {
    local at json='' name value
    for ((at = 0; at < ${#told_names[@]}; at++)); do
        name=${told_names[at]} value=${told_values[at]}
        case $1 in
        bash) printf '_foredeck_variable %q %q\n' "$name" "$value" ;;
        python)
            value=${value//\\/\\\\}
            json+=", \"$name\": \"${value//\"/\\\"}\""
            ;;
        powershell) echo "$(base64_of "$name") $(base64_of "$value")" ;;
        esac
    done
    case $1 in
    bash) printf '%s\n' "$variables_bash" ;;
    python) printf '%s\n' "${variables_python%'}, []]'}$json}, []]" ;; # no parameters stand behind them
    powershell) printf '%s\n' "$variables_powershell" ;;
    esac
}

base64_of() { printf '%s' "$1" | base64 | tr -d '\n'; }

# Sets `modules` to the script modules of language $1, whose files end with .$2; fails when there are none.
has_modules() {
    modules=("$tools/$1"/[!.]*."$2")
    [ -f "${modules[0]}" ]
}

# Octopus's variable: text on stderr fails a script. It is held back until the script has ended, as a reader of its own
# would be held up by a daemon that the script leaves behind.
fails_on_errors=$(get_octopusvariable Foredeck.Package.FailsOnErrorOutput)

# run SCRIPT: in the folder of the installation. Sets `wrote_errors` where that is what fails it.
run() {
    local language program errors=${fails_on_errors:+$work/errors}
    wrote_errors=
    case $1 in
    *.py) language=python program=python3 ;;
    *.ps1) language=powershell program=pwsh ;;
    *) language=bash program=$BASH ;;
    esac
    if ! command -v "$program" >/dev/null; then
        write_warning "This machine has no $program, which runs ${1##*/}."
        return 127
    fi
    (umask 077 && print_variables "$language" >"$tools/$language/.foredeck-variables") || return 1
    (
        [ -z "$errors" ] || exec 2>"$errors"
        cd "${folder:-$work}" || exit 1 # there is none yet when it could not be unpacked
        case $language in
        bash)
            has_modules bash sh && PATH=$PATH:$tools/bash # where `source tools.sh` looks
            BASH_ENV=$tools/bash/.foredeck-prelude.sh exec "$BASH" "$1"
            ;;
        python) FOREDECK_SCRIPT=$1 exec python3 -u "$tools/python/.foredeck-prelude.py" ;;
        powershell)
            local where=${PWD//\'/\'\'}
            cd "$tools/powershell" || exit 1
            printf "Set-Location -LiteralPath '%s'\n" "$where" >.foredeck-start.ps1
            if has_modules powershell psm1; then
                printf "Import-Module '%s' -DisableNameChecking\n" "${modules[@]//\'/\'\'}" >>.foredeck-start.ps1
            fi
            printf ". '%s'\n" "${1//\'/\'\'}" >>.foredeck-start.ps1
            exec pwsh -NoProfile -NoLogo -NonInteractive -File ./.foredeck-prelude.ps1
            ;;
        esac
    )
    set -- "$?"
    rm -f "$tools/$language/.foredeck-variables" # of a script that could not begin
    if [ -n "$errors" ]; then
        cat "$errors" >&2
        if [ "$1" = 0 ] && grep -v '^##octopus' "$errors" | grep -q '[^[:space:]]'; then
            set -- 1
            wrote_errors=yes
        fi
    fi
    return "$1"
}

# Is this variable of Octopus's set to False?
is_off() { case $(get_octopusvariable "$1") in [Ff][Aa][Ll][Ss][Ee]) ;; *) return 1 ;; esac; }

# Sets `script` to the package's script of this name; of several that of the first language, as in Octopus.
find_packaged() {
    [ -n "$folder" ] || return 1 # what could not be unpacked has none
    for script in "$installed/$1.sh" "$installed/$1.py" "$installed/$1.ps1"; do
        [ ! -f "$script" ] || return 0
    done
    return 1
}

# One that was edited on Windows would look for the command "true\r".
make_readable() {
    local line
    case $script in *.sh) ;; *) return 0 ;; esac
    IFS= read -r line <"$script"
    [ "${line%$'\r'}" = "$line" ] || sed -i $'s/\r$//' "$script" || write_warning "$script has the line ends of Windows."
}

packaged() {
    ! is_off Octopus.Action.Package.RunScripts && find_packaged "$1" || return 0
    echo "Running ${script##*/} of the package."
    make_readable
    run "$script" || fails "${script##*/} of the package" "$?"
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
    [ -z "$wrote_errors" ] || failed_as="$1 ended with exit code 0, but wrote to stderr, which fails this step."
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
    ! is_off OctopusDeleteScriptsOnCleanup || return 0
    for script in PreDeploy Deploy PostDeploy DeployFailed; do
        rm -f "$installed/$script.sh" "$installed/$script.py" "$installed/$script.ps1"
    done
}
