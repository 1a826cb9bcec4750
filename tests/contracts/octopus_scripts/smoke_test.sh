#!/bin/bash
# After the pattern of Octopus's docs: wait until the application answers, report, hand results on.
set -euo pipefail

appName=$(get_octopusvariable "Application.Name")
maxAttempts=$(get_octopusvariable "SmokeTest.MaxAttempts")
environment=$(get_octopusvariable "Octopus.Environment.Name")

echo "Testing $appName in $environment"
attempt=1
until [ -f ready ]; do
    if [ "$attempt" -gt "$maxAttempts" ]; then
        fail_step "$appName did not answer after $maxAttempts attempts"
    fi
    write_wait "Waiting for $appName (attempt $attempt)"
    update_progress $((attempt * 100 / maxAttempts)) "attempt $attempt of $maxAttempts"
    if [ "$attempt" -eq 2 ]; then touch ready; fi
    attempt=$((attempt + 1))
done

write_verbose "ready after $attempt attempts"
write_highlight "$appName is [up](https://shop.example.org)"
write_warning "The certificate expires soon"
set_octopusvariable "Attempts" "$attempt"
set_octopusvariable "SessionToken" "$(get_octopusvariable "Application.ApiKey")-session" -sensitive
echo "token: $(get_octopusvariable "Application.ApiKey")-session"
set_environmenturl "https://shop.example.org" "Shop"
