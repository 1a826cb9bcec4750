# Settings of the shell for all that follows, and how a command that failed is told in words.

shopt -s dotglob nullglob # hidden files are files like others, and what matches nothing is nothing

umask 022 # the modes are those of the archive; what is secret lies in this run's own folder

work=$PWD # of this run, readable by nobody else
runner=$(cd "$work/../../../.." && pwd -P)
ticket=$(cd "$work/../.." && pwd -P)
ticket=${ticket##*/}

# try COMMAND…: sets `why` when it fails, as a clause.
try() {
    local said
    said=$(LC_ALL=C "$@" 2>&1 >/dev/null) && return 0
    case $?:$said in
    *"No space left"* | *"quota exceeded"*) why="the disk is full" ;;
    *"File too large"* | *"ile size limit"* | 153:*) why="a file is larger than this account may write" ;;
    *"ead-only file system"*) why="the disk is read-only" ;;
    *"ermission denied"* | *"not permitted"*) why="this account may not write there" ;;
    *) why=${said##*$'\n'} why=${why:-"$1 ended with an error"} ;;
    esac
    return 1
}

# room_for BYTES FOLDER: fails, and sets `why`, when there is not as much free.
room_for() {
    local free
    free=$(LC_ALL=C df -Pk "$2" 2>/dev/null | { read -r _ && read -r _ _ _ free _ && echo "$free"; })
    case $free in '' | *[!0-9]*) return 0 ;; esac
    [ "$free" -lt "$(($1 / 1024))" ] || return 0
    why="$(($1 / 1048576 + 1)) MB are needed, and $((free / 1024)) MB are free"
    return 1
}

# run_lives TICKET: is that installation still under way?
run_lives() {
    local home=$runner/tickets/$1 pid boot
    [ -e "$home/owner" ] && [ -z "$(echo "$home"/exit.*)" ] || return 1
    read -r pid _ boot _ <"$home/owner"
    [ "$boot" = "$(</proc/sys/kernel/random/boot_id)" ] && [ -d "/proc/$pid" ]
}
