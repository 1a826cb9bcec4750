# What a Bash script finds when it starts: Octopus's helper functions, and the deployment's variables.
# It is read by way of BASH_ENV, so that the script itself runs as `bash ./script.sh` would: $0, $BASH_SOURCE, `set -e`,
# traps, `return` and the exit code are its own. Works from Bash 3.1 on; Bash 4 adds the array `octopus_parameters`.

_foredeck_home=${BASH_ENV%/*} # where this file lies, with the variables
unset BASH_ENV

# The variables are kept in memory only: not in the environment of children, and no longer on the disk.
_foredeck_names=()
_foredeck_values=()

_foredeck_variable() {
    _foredeck_names[${#_foredeck_names[@]}]=$1
    _foredeck_values[${#_foredeck_values[@]}]=$2
}

. "$_foredeck_home/.foredeck-variables" || { echo "The variables of this script cannot be read." >&2; exit 1; }
: >"$_foredeck_home/.foredeck-variables" || { echo "The file with the variables cannot be emptied." >&2; exit 1; }
unset -f _foredeck_variable
unset _foredeck_home

if [ "${BASH_VERSINFO[0]}" -ge 4 ]; then
    declare -A octopus_parameters=()
    for ((_foredeck_index = 0; _foredeck_index < ${#_foredeck_names[@]}; _foredeck_index++)); do
        octopus_parameters["${_foredeck_names[_foredeck_index]}"]=${_foredeck_values[_foredeck_index]}
    done
    unset _foredeck_index
fi

# encode_servicemessagevalue TEXT: base64 as service messages want it.
encode_servicemessagevalue() {
    printf '%s' "${1-}" | base64
}

# decode_servicemessagevalue BASE64: its inverse.
decode_servicemessagevalue() {
    printf '%s' "${1-}" | base64 -d
}

# get_octopusvariable NAME: prints the value without a line end; nothing when there is no such variable. The name may be
# written in any case.
get_octopusvariable() {
    if ! declare -p _foredeck_names >/dev/null 2>&1; then
        echo "get_octopusvariable: the variables are known to the step's own script only; hand \"${1-}\" on to this one." >&2
        return 1
    fi
    local index found=-1 is_caseless=''
    if shopt -q nocasematch; then is_caseless=1; fi
    shopt -s nocasematch
    for ((index = 0; index < ${#_foredeck_names[@]}; index++)); do
        if [[ ${_foredeck_names[index]} == "${1-}" ]]; then
            found=$index
            break
        fi
    done
    if [ -z "$is_caseless" ]; then shopt -u nocasematch; fi
    if [ "$found" -ge 0 ]; then
        printf '%s' "${_foredeck_values[found]}"
    fi
    return 0
}

# set_octopusvariable NAME VALUE [-sensitive]: an output variable for later steps.
set_octopusvariable() {
    local sensitive=''
    if [ "${3-}" = "-sensitive" ]; then
        sensitive=" sensitive='VHJ1ZQ=='"
    fi
    printf "##octopus[setVariable name='%s' value='%s'%s]\n" \
        "$(encode_servicemessagevalue "${1-}")" "$(encode_servicemessagevalue "${2-}")" "$sensitive"
}

# new_octopusartifact PATH [NAME]: a file to keep with the deployment.
new_octopusartifact() {
    local path=${1-} name=${2-} length
    if [ "${path#/}" = "$path" ]; then
        path=$PWD/$path
    fi
    if [ -z "$name" ]; then
        name=${path##*/}
    fi
    length=0
    if [ -f "$path" ] && [ -r "$path" ]; then # no name in an argument: there may be a secret in it
        length=$(stat -L -c %s /proc/self/fd/0 2>/dev/null <"$path") || length=0
    fi
    printf "##octopus[createArtifact path='%s' name='%s' length='%s']\n" \
        "$(encode_servicemessagevalue "$path")" "$(encode_servicemessagevalue "$name")" "$(encode_servicemessagevalue "$length")"
}

# fail_step [MESSAGE]: ends the script (or the subshell it is called in) as failed.
fail_step() {
    if [ -n "${1-}" ]; then
        printf "##octopus[resultMessage message='%s']\n" "$(encode_servicemessagevalue "$1")"
    fi
    exit 1
}

# update_progress PERCENTAGE [MESSAGE]
update_progress() {
    printf "##octopus[progress percentage='%s' message='%s']\n" \
        "$(encode_servicemessagevalue "${1-}")" "$(encode_servicemessagevalue "${2-}")"
}

_foredeck_write() {
    local level=$1 IFS=' '
    shift
    printf '##octopus[stdout-%s]\n%s\n##octopus[stdout-default]\n' "$level" "$*"
}

# write_verbose, write_highlight, write_wait, write_warning TEXT…
write_verbose() { _foredeck_write verbose "$@"; }
write_highlight() { _foredeck_write highlight "$@"; }
write_wait() { _foredeck_write wait "$@"; }
write_warning() { _foredeck_write warning "$@"; }

_foredeck_environmentstate() {
    printf "##octopus[set-environmentstate key='%s' value='%s' type='%s'%s]\n" \
        "$(encode_servicemessagevalue "$1")" "$(encode_servicemessagevalue "$2")" "$(encode_servicemessagevalue "$3")" "$4"
}

# set_environmentstate KEY VALUE [-sensitive]
set_environmentstate() {
    local sensitive=''
    if [ "${3-}" = "-sensitive" ]; then
        sensitive=" sensitive='VHJ1ZQ=='"
    fi
    _foredeck_environmentstate "${1-}" "${2-}" State "$sensitive"
}

# set_environmenturl URL, or LABEL and URL in either order: a link to what was deployed.
set_environmenturl() {
    local url=${1-} label=${2-}
    case "$label" in
        http://* | https://*) url=$2 label=$1 ;;
    esac
    _foredeck_environmentstate "$label" "$url" Url ''
}

# new_octopustarget and remove-octopustarget: targets stand in the configuration here, so the log says that nothing came of it.
new_octopustarget() {
    local words='' key
    while [ $# -gt 0 ]; do
        case $1 in
            -n | --name) key=name ;;
            -t | --target-id) key=targetId ;;
            --inputs) key=inputs ;;
            --roles) key=octopusRoles ;;
            --worker-pool) key=octopusDefaultWorkerPoolIdOrName ;;
            --update-if-existing) words+=" updateIfExisting='VHJ1ZQ=='" key='' ;;
            *) key='' ;;
        esac
        if [ -n "$key" ] && [ $# -gt 1 ]; then
            words+=" $key='$(encode_servicemessagevalue "$2")'"
            shift
        fi
        shift
    done
    echo "##octopus[createStepPackageTarget$words]"
}
remove-octopustarget() {
    printf "##octopus[delete-target machine='%s']\n" "$(encode_servicemessagevalue "${1-}")"
}

# report_kubernetes_manifest YAML [NAMESPACE], report_kubernetes_manifest_file PATH [NAMESPACE]
report_kubernetes_manifest() {
    local namespace=''
    if [ -n "${2-}" ]; then
        namespace=" ns='$(encode_servicemessagevalue "$2")'"
    fi
    printf "##octopus[k8s-manifest-applied manifest='%s'%s]\n" "$(encode_servicemessagevalue "${1-}")" "$namespace"
}
report_kubernetes_manifest_file() {
    report_kubernetes_manifest "$(cat -- "${1-}")" "${2-}"
}

# Child scripts in Bash may use them too, except for the variables: arrays cannot be exported.
export -f encode_servicemessagevalue decode_servicemessagevalue get_octopusvariable set_octopusvariable new_octopusartifact fail_step \
    update_progress _foredeck_write write_verbose write_highlight write_wait write_warning \
    _foredeck_environmentstate set_environmentstate set_environmenturl new_octopustarget remove-octopustarget \
    report_kubernetes_manifest report_kubernetes_manifest_file
