# Unpacks a package: the plain tar that was sent, or what this machine fetched itself. Foredeck has looked through either.

# open_archive ARCHIVE FORMAT FOLDER: the format of what was fetched; empty: it is plain. Sets `why` when it fails.
open_archive() {
    case $2 in
    '') try tar -x -o -f "$1" -C "$3"; return ;;
    zip)
        if ! command -v unzip >/dev/null; then
            why="unzip is not installed on this machine, which fetches its packages itself"
            return 1
        fi
        try sh -c 'unzip -q -o "$1" -d "$2" || [ $? = 1 ]' sh "$1" "$3" || return 1 # 1: with warnings
        ;;
    *) try tar -x -o -f "$1" -C "$3" || return 1 ;;
    esac
    # As Foredeck makes them in what it sends: nothing runs as somebody else, and its owner can read and go everywhere.
    try chmod -R u-s,g-s,-t,u+rwX "$3"
}
