# What the runner does otherwise in bash, so that a step starts next to no processes: its wrapper is a fork of the runner,
# in a group of its own by job control, and what little is printed is copied and sent by the shell itself. Read into
# runner.sh, whose functions it replaces; not where the runner has a terminal, which a script could then wait for.
# Descriptors: 5 and 6 are the script's pipes, 8 is a bell that wrappers ring, 9 is a pipe where nothing ever comes.

be_quick() {

make_folder() { mkdir -p "$1" || error=$(mkdir -p "$1" 2>&1); }

# Puts $2 bytes of the request into file $1, but the command into `program`.
receive() {
    case $1 in */command) program= ;; *) receive_file "$@"; return ;; esac
    if [ "$2" -gt 131072 ]; then receive_file "$@"; return; fi
    error="cut off"
    IFS= read -r -d '' -N "$2" program && [ "${#program}" -eq "$2" ]
}

start() {
    while read -r -t 0 -u 8 && read -r -u 8 _; do :; done # rang, and nobody waited
    set -m
    wrap_here &
    disown # or its entry stays in the table of jobs
    set +m
    program= # there are secrets in it
    refusal=
    while read -r -t 20 -u 8 whose word; do
        case $word in ended | printed) continue ;; esac
        if [ "$whose" = "$ticket" ]; then
            refusal=$word
            return
        fi
    done
    kill -KILL $! # it must not begin after we have said that it does not
    if [ -e "$home/owner" ]; then refusal=taken; else refusal="failed not-writable"; fi
}

wrap_here() {
    set +m
    self=$BASHPID
    exec </dev/null >/dev/null 2>&1
    claim
    echo "$ticket $refusal" >&8
    [ "$refusal" = claimed ] || exit 0
    if ! cd "$attempt/work"; then
        code=unstarted
        record_end
        exit 0
    fi
    exec 5> >(drain stdout)
    drain_out=$!
    exec 6> >(exec 5>&-; drain stderr)
    drain_err=$!
    echo "$drain_out $drain_err" >"$home/drains"
    (run_program) >&5 2>&6 5>&- 6>&- 8>&- 9>&-
    code=$?
    exec 5>&- 6>&-
    conclude "$code"
    echo "$ticket ended" >&8
}

run_program() {
    unset LC_ALL
    if [ -n "$has_locale" ]; then export LC_ALL="$given_locale"; fi
    if [ -n "$program" ]; then eval "$program"; else . ../command; fi
}

# Copies what comes into file $1 of the ticket: the first moment's by itself, the rest with a process. Text ends at a NUL,
# at its full length or at the end of the time, and nothing of it is left out.
drain() {
    trap '' TERM
    local first='' text='' rest=0
    IFS= read -r -d '' -n 1 first || [ -n "$first" ] || return
    if [ -z "$first" ]; then
        printf '\0' >>"$home/$1" || overflow "$1"
    else
        IFS= read -r -d '' -n 2000 -t 0.03 text
        rest=$?
        printf %s "$first$text" >>"$home/$1" || overflow "$1"
        if [ "$rest" = 0 ] && [ "${#text}" -lt 2000 ]; then printf '\0' >>"$home/$1" || overflow "$1"; fi
        if [ "$rest" = 1 ]; then return; fi
    fi
    echo "$ticket printed" >&8
    cat >>"$home/$1" || overflow "$1"
}

overflow() {
    ln "$home/owner" "$home/$1.cut"
    exec cat >/dev/null
}

nap() { read -r -t "$1" -u 9 _; }

# As in runner.sh; a drain that dozes holds nothing back for longer than its first moment.
await_drains() {
    local seen_dozing=0
    tries=0
    while [ "$tries" -lt 3000 ]; do
        kill -0 "$1" || kill -0 "$2" || return 0
        tries=$((tries + 1))
        if [ "$tries" -lt 20 ]; then
            nap 0.001
            continue
        fi
        dozing=0
        if has_drained "$1" && has_drained "$2"; then
            if [ "$dozing" = 0 ]; then return 0; fi
            if [ "$seen_dozing" = 1 ]; then return 1; fi
            seen_dozing=1
            nap 0.1
        else
            seen_dozing=0
            nap 0.01
        fi
    done
    return 1
}

# Has drain $1 taken all that the script printed? It, or the process that it copies with, sleeps at an empty pipe.
has_drained() {
    if ! look_at "$1" || [ "$stat_state" = Z ]; then return 0; fi
    local copier=
    if ! read -r copier _ <"/proc/$1/task/$1/children" && [ ! -e "/proc/$1/task/$1/children" ] && [ "$tries" -le 100 ]; then
        return 1
    fi
    if [ -n "$copier" ] && ! look_at "$copier"; then return 1; fi
    [ "$stat_state" = S ] && dozing=1
}

await_end() {
    local limit whose=
    [ "$1" -gt 0 ] || return
    printf -v limit '%d.%03d' $(($1 * 2 / 1000)) $(($1 * 2 % 1000))
    while [ "$whose" != "$ticket" ] && [ -e "$home/owner" ] && ! find_end; do
        read -r -t "$limit" -u 8 whose _ || return
    done
}

measure() {
    is_small=1
    if take_small "$home/stdout"; then
        out_text=$text out_size=${#text}
        if take_small "$home/stderr"; then
            err_text=$text err_size=${#text}
            return
        fi
    fi
    is_small=
    measure_files
}

# Sets `text` to all that is in file $1; fails when it is much, or is no text.
take_small() {
    text=
    [ -s "$1" ] || return 0
    ! IFS= read -r -d '' -n 4096 text <"$1" && [ "${#text}" -lt 4096 ]
}

answer_with_output() {
    if [ -n "$is_small" ]; then
        printf '%s\n%s%s' "$*" "${out_text:out_offset:out_count}" "${err_text:err_offset:err_count}"
    else
        answer "$@"
        send "$home/stdout" "$out_offset" "$out_count"
        send "$home/stderr" "$err_offset" "$err_count"
    fi
}

prepare() {
    exec 8<> <(:) 9<> <(:)
    given_locale=${LC_ALL-} has_locale=${LC_ALL+1}
    export -n LC_ALL
    LC_ALL=C # one character is one byte
    hash mkdir cat stat dd rm bash setsid
}

}

set +o posix
if [ "$((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1]))" -ge 404 ] && [ -e /dev/fd/0 ] && ! { : </dev/tty; } 2>/dev/null; then
    be_quick
fi
