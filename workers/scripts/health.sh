# What the script of a health check finds: Octopus's three functions. `return` and the exit code are the script's own.

# echo_warning TEXT…: the machine has a warning.
echo_warning() { _foredeck_write warning "$@"; }

# echo_error TEXT…: the machine is unhealthy; the script goes on.
echo_error() { _foredeck_write error "$@"; }

# fail_healthcheck [TEXT…]: the machine is unhealthy; the script ends.
fail_healthcheck() {
    if [ $# -gt 0 ]; then echo_error "$@"; fi
    exit 1
}
export -f echo_warning echo_error fail_healthcheck
