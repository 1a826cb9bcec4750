# Takes in a package on a session of its own, beside the runner that said where it is kept. What counts is whether it
# has its name in the end: the runner is asked for that. $1 is the runner's folder for packages, $2 the package's
# SHA-256, $3 its size in bytes, then:
#   whole PART OFFSET    all of it from that byte on follows, up to the end of the input
#   patch OLD            a zstd patch of that one follows, up to the end of the input
#   rsync OLD OPTION…    rsync is spoken

umask 077
exec 2>/dev/null
echo foredeck-receiving
cd "$1" || exit 1
digest=$2 size=$3 way=$4
shift 4
own=receiving.$$
trap 'rm -rf "$own"' EXIT
trap 'exit 1' HUP TERM

# OpenSSL's is three times as quick where the processor helps.
sum() { if command -v openssl >/dev/null; then openssl dgst -sha256 -r; else sha256sum; fi; }


# Says how large a file is, now and then: whoever hears nothing for long knows that the connection is dead.
tell() { while sleep 3 >/dev/null && [ -d /proc/$$ ]; do stat -c 'at %s' "$1"; done; }

size_of() { stat -c %s "$1" || echo 0; }

# File $1 gets its name if it is what it should be. On a full disk what was hashed on its way is not all written.
name() { [ "${sum%% *}" = "$digest" ] && [ "$(size_of "$1")" = "$size" ] && mv -f "$1" "$digest"; }

whole() {
    part=$1 offset=$2
    [ "$(size_of "$part")" = "$offset" ] || exit 1
    tell "$part" &
    sum=$({ [ "$offset" = 0 ] || cat "$part"; tee -a "$part"; } | sum)
    kill $!
    [ "$(size_of "$part")" = "$size" ] || exit 1 # cut off, or the disk is full: that much is gone on with
    name "$part" || rm -f "$part"
}

patch() {
    # zstd holds the old one and the new one in memory.
    free=$(while read -r field value _; do [ "$field" != MemAvailable: ] || echo "$value"; done </proc/meminfo)
    [ "${free:-0}" -gt $((size / 256)) ] && mkdir "$own" || exit 1
    tell "$own/new" &
    sum=$(zstd -dcq --long=31 --patch-from="$1" | tee "$own/new" | sum)
    kill $!
    name "$own/new"
}

# Is this child still under way? One that ended and was not waited for is not.
runs() { read -r line <"/proc/$1/stat" && case ${line##*) } in Z*) return 1 ;; esac; }

# Prints file $1 while $2 writes it: each cat goes on where the one before stopped.
follow() {
    {
        while runs "$2"; do
            cat
            sleep 0.03 || sleep 1
        done
        cat
    } <"$1"
}

# rsync reads the old one by the new one's name, writes beside it, and renames. What it writes is hashed meanwhile; if that
# was too late or too early, the hash of what lies there in the end counts.
speak_rsync() {
    mkdir "$own" && ln "$1" "$own/new" || exit 1
    shift
    exec 3>&1
    sum=$(
        rsync --server "$@" . "$own/new" <&4 >&3 &
        writer=$!
        exec 3>&- 4<&-
        while runs "$writer"; do
            for written in "$own"/.new.*; do
                [ -e "$written" ] || continue
                follow "$written" "$writer" | sum
                break 2 # it has ended
            done
            sleep 0.02 || sleep 1
        done
        echo none
    ) 4<&0
    exec 3>&- # who waits for the end of what is said here does not wait for `tell`
    case $sum in "$digest"*) ;; *)
        tell "$own/new" &
        sum=$(sum <"$own/new")
        kill $!
        ;;
    esac
    name "$own/new"
}

case $way in
whole) whole "$@" ;;
patch) patch "$@" ;;
rsync) speak_rsync "$@" ;;
esac
