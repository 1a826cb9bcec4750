#!/usr/bin/env bash
# After the pattern of deploy scripts that are run from a package, with Octopus's field "Script Parameters".
set -euo pipefail

environment='' token='' verbose=0
while [[ $# -gt 0 ]]; do
    case "$1" in
        --environment) environment="$2"; shift 2 ;;
        --token=*) token="${1#*=}"; shift ;;
        -v) verbose=1; shift ;;
        --) shift; break ;;
        *) fail_step "unknown parameter $1" ;;
    esac
done

echo "environment: $environment"
echo "token: $token"
echo "verbose: $verbose"
echo "rest: $*"
echo "seen by others: $(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | grep -c -e "--token=k[3]y" || true)"
