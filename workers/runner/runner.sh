# Foredeck's runner: starts scripts on this machine, tells what they print and how they end, and stops them.
# It needs a POSIX shell, coreutils (or busybox) and setsid; in bash see `quick.sh`, too. It is no agent: it listens nowhere and ends with its channel;
# the scripts it started go on. `protocol.py` describes what is said on stdin and stdout.
#
#   ROOT/runner-VERSION.sh    this text
#   ROOT/packages/DIGEST      a package, complete; DIGEST.part… is one that is being sent, DIGEST.part.writer by which pid,
#                             DIGEST.part….summing the pid and start-time of what compares its sum
#   ROOT/packages/of.PLACE    the digests of all that came for one place, the last one last
#   ROOT/tickets/TICKET/      one run
#     try.N/command           what to run, in sh; try.N/work/ is where it runs, and it puts there what is needed
#     try.N/own               what stands in `owner`, if this try is the one
#     try.N/brought           bytes of files that it cuts out of there
#     owner                   the claim: "pid start-time boot-id try.N" of the wrapper
#     stdout, stderr          what it printed
#     exit.CODE               how it ended: a number, `unstarted`, or the REASON it was asked to end for
#     drains                  pids of what copies the script's pipes into the two files
#     stop.REASON, killed     it was asked to end: `canceled`, `timed_out` or `overflowed`; names of the processes that had to be killed
#     left                    names of the processes that the script left behind holding its output
#     stdout.cut, stderr.cut  from some point on the output could not be written here (a full disk)
#     cleaned                 a tombstone: only owner and exit.CODE are left

umask 077
self=$$
read -r boot </proc/sys/kernel/random/boot_id

# ---- looking

# Sets `stat_state`, `parent`, `group` and `start` of process $1; fails when there is none.
look_at() {
    stat_line=
    read -r stat_line 2>/dev/null <"/proc/$1/stat" || [ -n "$stat_line" ] || return 1
    set -f
    # shellcheck disable=SC2086
    set -- ${stat_line##*) }
    set +f
    stat_state=$1 parent=$2 group=$3 start=${20}
}

# Is the wrapper of the ticket in $home alive? Sets `pid`, `boot_of_run` and `started`.
wrapper_lives() {
    read -r pid started boot_of_run _ <"$home/owner" || return 1
    [ "$boot_of_run" = "$boot" ] && look_at "$pid" && [ "$start" = "$started" ] && [ "$stat_state" != Z ]
}

# Sets `members` to the names of living processes in group $1. A zombie is not alive, though it answers `kill -0`; and
# the drains are not the script's, nor is the wrapper that looks.
look_at_group() {
    members= drains=
    if [ -e "$home/drains" ]; then read -r drains <"$home/drains"; fi
    if ! refused=$(LC_ALL=C kill -0 "-$1" 2>&1); then
        case $refused in *ermitted*) ;; *) return 0 ;; esac # what runs as somebody else is there nevertheless
    fi
    for entry in /proc/[0-9]*; do
        look_at "${entry#/proc/}" || continue
        case " $drains $self " in *" ${entry#/proc/} "* | *" $parent "*) continue ;; esac
        if [ "$group" = "$1" ] && [ "$stat_state" != Z ]; then
            name=${stat_line%)*}
            members="$members ${name#*\(}"
        fi
    done
}

# Sets `ended` to how the ticket in $home ended; fails when it has not.
find_end() {
    for ended in "$home"/exit.*; do
        [ -e "$ended" ] || return 1
        ended=${ended##*.}
        return 0
    done
}

# Sets `state` and `detail` of the ticket in $home. An end is looked for again after the wrapper was seen gone. A claim
# without a word in it is one of this moment, or its wrapper was killed just then.
look_at_ticket() {
    state=absent detail=- tries=0
    [ -e "$home/owner" ] || return 0
    while [ ! -s "$home/owner" ] && [ "$tries" -lt 40 ]; do
        sleep 0.05 2>/dev/null || sleep 1
        tries=$((tries + 1))
    done
    if find_end; then state=exited detail=$ended
    elif wrapper_lives; then state=running
    elif find_end; then state=exited detail=$ended
    else
        state=gone detail=killed
        members=
        if [ -z "$pid" ]; then :
        elif [ "$boot_of_run" != "$boot" ]; then detail=rebooted
        elif ! look_at "$pid" || [ "$start" = "$started" ]; then look_at_group "$pid"; fi
        for mark in "$home"/stop.*; do
            if [ ! -e "$mark" ]; then
                [ -z "$members" ] || detail=orphaned
            elif [ -n "$members" ]; then state=running
            else
                ln "$home/owner" "$home/exit.${mark##*.}" 2>/dev/null
                state=exited detail=${mark##*.}
            fi
        done
    fi
    if [ -e "$home/cleaned" ]; then state=cleaned; fi
}

# ---- running: `wrap HOME ATTEMPT`, in its own session

# Copies a pipe into a file. A full disk cuts the output, it does not end the script; TERM is for the script only.
drain() {
    trap '' TERM
    cat || { ln "$home/owner" "$home/${1}.cut"; cat >/dev/null; }
}

# Has drain $1 taken all that the script printed? It has ended, or its reader sleeps at an empty pipe that somebody
# else, a daemon, still holds; a reader that writes to a slow disk does not sleep (S), it waits (D).
has_drained() {
    if ! look_at "$1" || [ "$stat_state" = Z ]; then return 0; fi
    reader=
    read -r reader _ 2>/dev/null <"/proc/$1/task/$1/children"
    if [ -n "$reader" ]; then look_at "$reader" && [ "$stat_state" = S ] && dozing=1; else [ "$tries" -gt 100 ]; fi
}

# Waits until what was printed is in the files; not for a daemon that holds the pipes: then it fails.
await_drains() {
    tries=0 seen_dozing=0
    while [ "$tries" -lt 3000 ]; do # 30 s: a disk may be slow
        dozing=0
        if has_drained "$1" && has_drained "$2"; then
            [ "$dozing" = 1 ] || return 0
            [ "$seen_dozing" = 0 ] || return 1
            seen_dozing=1
        else
            seen_dozing=0
        fi
        tries=$((tries + 1))
        [ "$tries" -lt 60 ] || sleep 0.01 2>/dev/null || sleep 1
    done
    return 1
}

# Claims the ticket in $home for this process and folder $attempt: whoever makes the file has it. Sets `refusal`.
claim() {
    look_at "$self"
    claim="$self $start $boot ${attempt##*/}" refusal=taken
    if ! { echo "$claim" >"$attempt/own"; } 2>/dev/null; then
        error=$( (LC_ALL=C && echo "$claim" >"$attempt/own") 2>&1)
        refusal="failed $(reason_of "$error")"
        return
    fi
    set -C
    { if echo "$claim"; then refusal=claimed; else refusal="failed disk-full"; fi; } 2>/dev/null >"$home/owner"
    set +C
    case $refusal in
    taken) rm -rf "$attempt" ;;
    failed*) rm -f "$home/owner" ;;
    esac
}

# Says in one word why something could not be written.
reason_of() {
    case $1 in
    *"No space left"* | *"quota exceeded"*) echo disk-full ;;
    *) echo not-writable ;;
    esac
}

# The script has ended with $1. A rename needs no room on a full disk.
conclude() {
    code=$1
    [ ! -e ../unfit ] || code=unstarted # the folder could not be made; what the shell said is in stderr
    if ! await_drains "$drain_out" "$drain_err"; then
        look_at_group "$self"
        [ -z "$members" ] || echo "$members" >"$home/left"
    fi
    record_end
}

record_end() { true >"$home/exit.$code" || mv ../own "$home/exit.$code"; }

wrap() {
    home=$1 attempt=$2
    claim
    trap '' PIPE # whoever asked may be gone by now; what is claimed runs
    echo "$refusal"
    trap - PIPE
    [ "$refusal" = claimed ] || exit 0
    exec >/dev/null 2>&1 # lets go of the runner, which waits for the end of this pipe
    if ! cd "$attempt/work" || ! mkfifo ../out ../err; then
        code=unstarted
        record_end
        exit 0
    fi
    drain stdout >>"$home/stdout" <../out &
    drain_out=$!
    drain stderr >>"$home/stderr" <../err &
    drain_err=$!
    echo "$drain_out $drain_err" >"$home/drains"
    (. ../command) >../out 2>../err
    conclude $?
}

# A shell reads a file as it goes: a wrapper need not read what follows.
if [ "${1:-}" = wrap ]; then
    wrap "$2" "$3"
    exit
fi

# ---- ending: `end HOME REASON GRACE`, in its own session, so that it finishes without us

# Sets `now` to hundredths of a second since the machine was started.
look_at_clock() {
    read -r now _ </proc/uptime
    now=${now%.*}${now#*.}
}

# Waits until group $pid is gone, at most $1 seconds.
await_group() {
    look_at_clock
    deadline=$((now + $1 * 100))
    while look_at_group "$pid" && [ -n "$members" ] && [ "$now" -le "$deadline" ]; do
        sleep 0.05 2>/dev/null || sleep 1
        look_at_clock
    done
}

end() {
    home=$1 reason=$2 grace=$3
    for mark in "$home"/stop.*; do
        [ -e "$mark" ] || ln "$home/owner" "$home/stop.$reason"
    done
    if find_end; then return; fi
    # A pid that now belongs to somebody else means that nothing of ours is left.
    if ! wrapper_lives && { [ "$boot_of_run" != "$boot" ] || { look_at "$pid" && [ "$start" != "$started" ]; }; }; then return; fi
    kill -TERM "-$pid"
    await_group "$grace"
    if [ -n "$members" ]; then
        echo "$members" >"$home/killed"
        kill -KILL "-$pid"
        await_group 10
    fi
    look_at_ticket # writes the outcome when the group is gone
}

# ---- serving

answer() { printf '%s\n' "$*"; }

make_folder() { error=$(LC_ALL=C mkdir -p "$1" 2>&1); }

# Puts $2 bytes of the request into file $1; sets `error` and fails when that is not possible.
receive() { receive_file "$@"; }
receive_file() {
    error=
    if [ "$2" -eq 0 ]; then : >"$1"; return; fi
    error=$(LC_ALL=C dd bs=65536 iflag=fullblock,count_bytes count="$2" of="$1" 2>&1)
}

install_self() {
    [ -s "$file" ] || { printf '%s\n' "$runner" >"$file.$$" && mv "$file.$$" "$file"; }
}

launch() {
    needed=$1
    shift
    attempts=$((attempts + 1))
    attempt=$home/try.$$.$attempts
    refusal=
    if [ -e "$home/cleaned" ]; then refusal=cleaned
    elif [ -e "$home/owner" ]; then refusal=taken
    elif ! command -v setsid >/dev/null; then refusal="missing setsid"
    elif ! command -v "$needed" >/dev/null; then refusal="missing $needed"
    elif ! make_folder "$attempt/work"; then refusal="failed $(reason_of "$error")"
    fi
    while [ $# -gt 1 ]; do
        if [ -n "$refusal" ]; then receive /dev/null "$2"
        elif ! receive "$attempt/$1" "$2"; then
            rm -rf "$attempt"
            answer launch "failed $(reason_of "$error")"
            exit 1 # how much of the request was read is unknown
        fi
        shift 2
    done
    if ! read -r go || [ "$go" != go ]; then # the connection broke within the request: what came may be cut
        [ -n "$refusal" ] || rm -rf "$attempt"
        exit 1
    fi
    if [ -z "$refusal" ]; then
        install_self
        start
    fi
    answer launch "$refusal"
}

# Starts the wrapper of folder $attempt, in a group of its own; sets `refusal` to what came of it.
start() {
    refusal=$(setsid sh "$file" wrap "$home" "$attempt" </dev/null 2>&1 &)
    case $refusal in claimed | taken | "failed disk-full" | "failed not-writable") ;; *) refusal="failed $(reason_of "$refusal")" ;; esac
}

# Waits for the end of the ticket in $home, at most $1 times 2 ms: a quick script is told of in one answer.
await_end() {
    moments=$1
    for nap in 0.006 0.014 0.03 0.05 0.1; do # each is a process
        [ "$moments" -gt 0 ] && [ -e "$home/owner" ] && ! find_end && sleep "$nap" 2>/dev/null || return 0
        moments=$((moments - 10))
    done
}

# Sets `out_size` and `err_size` to how much was printed.
measure() { measure_files; }
measure_files() {
    out_size=0 err_size=0
    # What is to be measured is settled first: a file may come at any moment, and then the numbers would change places.
    set --
    [ ! -s "$home/stderr" ] || set -- "$home/stderr"
    [ ! -s "$home/stdout" ] || set -- "$home/stdout" "$@"
    [ $# -gt 0 ] || return # no process is needed
    sizes=$(stat -c %s "$@" 2>/dev/null)
    case $# in
    2) out_size=${sizes%%[!0-9]*} err_size=${sizes##*[!0-9]} ;;
    *) if [ "$1" = "$home/stdout" ]; then out_size=$sizes; else err_size=$sizes; fi ;;
    esac
}

# Sends at most $1 bytes of each file from offsets $2 and $3 on, after waiting $4 moments for an end. The state is looked
# at first, so that after an end the sizes are final.
poll() {
    quota=$1 out_offset=$2 err_offset=$3 out_size=0 err_size=0 cut=- killed= left=
    await_end "$4"
    look_at_ticket
    [ "$state" = cleaned ] || measure # what is left of its output is going just now
    out_count=$((out_size - out_offset)) err_count=$((err_size - err_offset))
    [ "$out_count" -ge 0 ] || out_count=0
    [ "$err_count" -ge 0 ] || err_count=0
    [ "$out_count" -le "$quota" ] || out_count=$quota
    [ "$err_count" -le "$quota" ] || err_count=$quota
    if [ -e "$home/stdout.cut" ] || [ -e "$home/stderr.cut" ]; then cut=cut; fi
    if [ -e "$home/killed" ]; then read -r killed <"$home/killed"; fi
    if [ -e "$home/left" ]; then read -r left <"$home/left"; fi
    answer_with_output poll "$state" "$detail" "${out_size:-0}" "${err_size:-0}" "$out_count" "$err_count" "$cut" "$killed" / "$left"
}

answer_with_output() {
    answer "$@"
    send "$home/stdout" "$out_offset" "$out_count"
    send "$home/stderr" "$err_offset" "$err_count"
}

send() {
    [ "$3" -eq 0 ] ||
        dd bs=1048576 iflag=fullblock,skip_bytes,count_bytes skip="$2" count="$3" 2>/dev/null <"$1"
}

# Sets `what` to what file $path of the ticket is, and `size`. A relative one is meant from the script's folder; a link is
# followed on the way to a file, but not out of that folder, and a file that is a link itself is not read. There may be a
# secret in its name, so that is no argument of a program.
look_at_file() {
    what=missing size=0
    read -r _ _ _ attempt <"$home/owner" || return
    work=$home/$attempt/work
    case $path in /*) ;; *) path=$work/$path ;; esac
    real_work=$(cd -P -- "$work" && pwd -P)
    real_folder=$(cd -P -- "${path%/*}/" && pwd -P) || return
    case $path in
    "$work"/* | "${real_work:-$work}"/*)
        case $real_folder/ in "$real_work"/*) ;; *)
            what=outside
            return
            ;;
        esac
        ;;
    esac
    if [ -h "$path" ]; then what=link
    elif [ -d "$path" ]; then what=folder
    elif [ ! -e "$path" ]; then what=missing
    elif [ ! -f "$path" ]; then what=special
    elif [ ! -r "$path" ]; then what=unreadable
    else what=file size=$(stat -L -c %s /proc/self/fd/0 <"$path")
    fi
}

# Sends at most $1 bytes from offset $2 on of a file whose name of $3 bytes follows.
fetch() {
    path=$(dd bs="$3" count=1 iflag=fullblock && echo .)
    path=${path%?} count=0
    look_at_file
    if [ "$what" = file ]; then count=$((size - $2)); fi
    [ "$count" -ge 0 ] || count=0
    [ "$count" -le "$1" ] || count=$1
    answer fetch "$what" "$size" "$count"
    send "$path" "$2" "$count"
}

# Puts $2 bytes into the folder of the ticket's script as file $1, whole or not at all: then $1.failed tells the script.
give() {
    attempt=
    read -r _ _ _ attempt <"$home/owner"
    given=$home/$attempt/work/$1
    if [ -z "$attempt" ] || [ ! -d "${given%/*}" ]; then
        receive /dev/null "$2"
        answer give gone
    elif dd bs=65536 iflag=fullblock,count_bytes count="$2" | { cat >"$given.part" || { cat >/dev/null && false; }; } &&
        mv -f "$given.part" "$given"; then
        answer give ok
    else
        rm -f "$given.part"
        : >"$given.failed"
        answer give failed
    fi
}

stop() {
    install_self
    look_at_ticket
    case $state in
    running | gone) setsid sh "$file" end "$home" "$1" "$2" </dev/null >/dev/null 2>&1 & ;;
    esac
    answer stop "$state"
}

clean() {
    look_at_ticket
    case $state in
    exited | gone)
        : >"$home/cleaned"
        rm -rf "$home"/try.* "$home"/std* "$home"/stop.* "$home/killed" "$home/left" "$home/drains" </dev/null >/dev/null 2>&1 &
        ;;
    esac
    answer clean "$state"
}

# ---- packages, by their SHA-256; the request's second word is the digest

# Sets `part` to the file that this runner writes it to, and `held` to how many bytes are in it; fails when it cannot be
# kept here. What another one left is gone on with; while another one lives that writes it, this one has a file of its own.
look_at_package() {
    part=$root/packages/$1.part held=0 writer=
    error=$(LC_ALL=C mkdir -p "$root/packages" 2>&1) || return 1
    if ! (set -C && echo $$ >"$part.writer") 2>/dev/null; then
        read -r writer <"$part.writer"
        if [ "$writer" != $$ ] && [ -d "/proc/$writer" ]; then part=$part.$$
        elif [ "$writer" != $$ ]; then echo $$ >"$part.writer"
        fi
    fi
    [ ! -e "$part" ] || held=$(stat -c %s "$part")
}

# Sets `earlier` to the packages that came for place $1 before and are here still, the last one first.
look_at_earlier() {
    earlier=
    [ -e "$root/packages/of.$1" ] || return 0
    while read -r old; do
        [ ! -e "$root/packages/$old" ] || earlier="$old $earlier"
    done <"$root/packages/of.$1"
}

# Is it here, or how much of it, and in which file; what could make a smaller delivery of it? $1 bytes are to come for
# place $2: that there is no space for them is seen before they are sent.
have() {
    look_at_earlier "$2"
    if [ -e "$root/packages/$ticket" ]; then
        touch "$root/packages/$ticket"
        case $earlier in "$ticket "*) ;; *) echo "$ticket" >>"$root/packages/of.$2" ;; esac
        writer=
        [ ! -e "$root/packages/$ticket.part.writer" ] || read -r writer <"$root/packages/$ticket.part.writer"
        [ "$writer" != $$ ] || rm -f "$root/packages/$ticket.part.writer"
        answer have present
        return
    fi
    look_at_package "$ticket" || { answer have "failed $(reason_of "$error")"; return; }
    free=$(LC_ALL=C df -Pk "$root/packages" | { read -r _ && read -r _ _ _ free _ && echo "$free"; })
    if [ -n "$free" ] && [ "$free" -lt $((($1 - held) / 1024)) ]; then answer have "failed disk-full"; return; fi
    tools=-
    for tool in rsync zstd; do
        if command -v "$tool" >/dev/null; then tools=$tools,$tool; fi
    done
    answer have "$held" "${part##*/}" "$tools" "${earlier%% *}"
}

# $2 bytes follow, which belong at offset $1. What does not fit on to what is here is read and forgotten: another
# channel may send the same.
put() {
    look_at_package "$ticket"
    if [ "$held" = "$1" ]; then
        dd bs=65536 iflag=fullblock,count_bytes count="$2" | { cat >>"$part" || cat >/dev/null; }
    else
        dd bs=65536 iflag=fullblock,count_bytes count="$2" of=/dev/null
    fi
    look_at_package "$ticket"
    answer put "$held"
}

# Gives what is in $part its name if it is what it should be; else it goes.
sum_up() {
    sum=$(openssl dgst -sha256 -r "$part" || sha256sum <"$part") # OpenSSL's is three times as quick
    [ "${sum%% *}" != "$ticket" ] || mv -f "$part" "$root/packages/$ticket"
    rm -f "$part"
}

# All of it is here: is it what it should be? What takes long is summed up beside the serving, so that others are answered
# meanwhile: then the answer is `summing`, and the question is asked again.
seal() {
    look_at_package "$ticket"
    summed_by= summing_since=
    if [ -e "$part.summing" ]; then read -r summed_by summing_since <"$part.summing"; fi
    if [ -n "$summed_by" ] && look_at "$summed_by" && [ "$start" = "$summing_since" ] && [ "$stat_state" != Z ]; then
        answer seal summing
        return
    fi
    if [ -e "$part" ] && [ "$held" -gt 268435456 ]; then # 256 MB take a fraction of a second
        sum_up </dev/null >/dev/null 2>&1 &
        look_at $!
        echo "$! $start" >"$part.summing"
        answer seal summing
        return
    fi
    [ ! -e "$part" ] || sum_up
    sealed=wrong
    [ ! -e "$root/packages/$ticket" ] || sealed=ok
    rm -f "$part.summing"
    [ "$part" != "$root/packages/$ticket.part" ] || rm -f "$part.writer"
    answer seal "$sealed"
}

facts() {
    shell=$(readlink "/proc/$$/exe")
    bash_version=
    if command -v bash >/dev/null; then bash_version=$(bash -c 'echo "$BASH_VERSION"'); fi
    answer shell "${shell##*/}"
    answer bash "$bash_version"
    answer setsid "$(command -v setsid)"
    answer user "$(id -un)"
    answer host "$(uname -n)"
    answer system "$(uname -sr)"
    answer folder "$root"
    answer free_mib "$(LC_ALL=C df -Pm "$root" | { read -r _ && read -r _ _ _ free _ && echo "$free"; })"
    answer end
    sweep </dev/null >/dev/null 2>&1 &
}

# Removes what nobody asked about for 30 days; runs beside the serving.
sweep() {
    touch "$file"
    touch -d "@$(($(date +%s) - 2592000))" "$root/.sweep" || return
    for home in "$tickets"/*; do
        [ "$home" -ot "$root/.sweep" ] || continue
        look_at_ticket
        [ "$state" = running ] || rm -rf "$home"
    done
    for old in "$root"/packages/*; do
        [ ! "$old" -ot "$root/.sweep" ] || rm -rf "$old"
    done
    for old in "$root"/runner-*.sh; do
        [ "$old" = "$file" ] || [ ! "$old" -ot "$root/.sweep" ] || rm -f "$old"
    done
}

# The folder asked for, else the home's, else a private one in /tmp that nobody else may have made.
find_root() {
    root=$1
    [ -n "$root" ] || root=${HOME:-/nonexistent}/.foredeck
    { [ -d "$root/tickets" ] || error=$(LC_ALL=C mkdir -p "$root/tickets" 2>&1); } && [ -w "$root/tickets" ] && return
    [ -z "$1" ] || return 1
    root=/tmp/.foredeck-$(id -u)
    mkdir -m 700 "$root" 2>/dev/null
    [ ! -h "$root" ] && [ -O "$root" ] && [ "$(stat -c %a "$root")" = 700 ] &&
        error=$(LC_ALL=C mkdir -p "$root/tickets" 2>&1)
}

serve() {
    attempts=0
    if ! find_root "$2"; then
        printf '\nforedeck-runner failed %s %s\n' "$(reason_of "$error")" "$root"
        exit 1
    fi
    tickets=$root/tickets file=$root/runner-$1.sh
    if ! install_self 2>/dev/null; then
        error=$(LC_ALL=C dd if=/dev/zero of="$file.$$" bs=8192 count=4 2>&1) # dash's printf does not say why
        rm -f "$file.$$"
        printf '\nforedeck-runner failed %s %s\n' "$(reason_of "$error")" "$root"
        exit 1
    fi
    cd / || exit 1
    exec 2>/dev/null # over SSH both streams come in one
    prepare
    printf '\nforedeck-runner ready %s\n' "$root"
    while read -r verb ticket rest; do
        home=$tickets/$ticket
        # shellcheck disable=SC2086
        case $verb in
        launch | poll | fetch | give | stop | clean | have | put | seal) "$verb" $rest ;;
        facts) facts ;;
        ping) answer ping ;;
        *) exit 1 ;;
        esac
    done
}

prepare() { :; }

[ -z "${BASH_VERSION:-}" ] || eval QUICK

case ${1:-} in
end) end "$2" "$3" "$4" ;;
*) serve "$3" "$4" ;;
esac
