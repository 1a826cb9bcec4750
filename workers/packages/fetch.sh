# Fetches a package from its feed, on a session of its own. What counts is whether it has its name in the end: the runner
# is asked for that. $1 is the runner's folder for packages, $2 the package's SHA-256, $3 the address, $4 its size in bytes.
# What may be known to nobody follows on stdin, in no argument: a line for curl's configuration, one for wget's; both are
# empty without.
# Says `at BYTES` now and then, and `failed WHAT …` when it did not come.

umask 077
exec 2>/dev/null
echo foredeck-receiving
cd "$1" || exit 1
digest=$2 url=$3 size=$4
limit=$((size / 512 + 2048)) # blocks, for whatever is written here: a feed without end fills no disk
(ulimit -f "$limit") && ulimit -f "$limit"
own=receiving.$$
teller=
trap '[ -z "$teller" ] || kill "$teller"; rm -rf "$own"' EXIT
trap 'exit 1' HUP TERM
IFS= read -r for_curl
IFS= read -r for_wget
mkdir "$own" || exit 1

fail() {
    [ "$1" != tool ] || [ "$(stat -c %s "$own/new" || echo 0)" -le "$size" ] || set -- long
    printf 'failed %s\n' "$*"
    exit 0
}

last_said() { while IFS= read -r line; do [ -z "$line" ] || last=$line; done <"$own/said"; }

# Who is asked with a secret is asked alone: where it leads to would have to be asked without.
with_curl() {
    if [ -n "$for_curl" ]; then set -- --max-redirs 0; else set -- --location --max-redirs 5; fi
    status=$(
        printf '%s\n' "$for_curl" | LC_ALL=C curl -q --config - --globoff --silent --show-error "$@" --proto '=http,https' \
            --connect-timeout 20 --speed-limit 1 --speed-time 60 --retry 3 \
            --write-out '%{http_code}' --output "$own/new" "$url" 2>"$own/said"
    ) || { last_said; fail tool "${last#curl: }"; }
    case $status in
    200) ;;
    3??) fail redirect ;;
    *) fail status "$status" ;;
    esac
}

with_wget() {
    if [ -n "$for_wget" ]; then
        printf '%s\n' "$for_wget" >"$own/asked" # for this account only, like all that is made here; it takes no pipe
        LC_ALL=C wget --config="$own/asked" --no-netrc --no-verbose --max-redirect=0 \
            --timeout=60 --tries=3 -O "$own/new" "$url" 2>"$own/said"
    else
        LC_ALL=C wget -T 60 -O "$own/new" "$url" 2>"$own/said"
    fi && return
    status=
    while read -r line; do
        last=$line
        case $line in
        *"redirections exceeded"*) fail redirect ;;
        *"ERROR "[0-9]*) status=${line##*ERROR } ;;
        *"server returned error: HTTP/"*) status=${line##*HTTP/?.? } ;; # busybox
        esac
    done <"$own/said"
    [ -z "$status" ] || fail status "${status%%[: ]*}"
    fail tool "$last"
}

if command -v curl >/dev/null; then get=with_curl
elif command -v wget >/dev/null; then get=with_wget
else fail lacking; fi
while sleep 3 >/dev/null && [ -d /proc/$$ ]; do stat -c 'at %s' "$own/new"; done &
teller=$! last=
"$get"
sum=$(if command -v openssl >/dev/null; then openssl dgst -sha256 -r "$own/new"; else sha256sum "$own/new"; fi)
[ "${sum%% *}" = "$digest" ] || fail wrong "${sum%% *}"
mv -f "$own/new" "$digest" || fail tool "it cannot be kept"
