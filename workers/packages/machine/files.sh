# Variables in the files of the package. Only the bot knows the variables as they are written, and how they are put in:
# it is asked, reads the files that the step names, and gives an archive with what came of them.

# Sets `failed_as` and fails when something cannot be put in.
prepare_files() {
    [ -n "$(get_octopusvariable Foredeck.Package.Prepares)" ] || return 0
    if ! (cd "$folder" && find . -type f -print0) >"$work/listing"; then
        failed_as="The files of the package cannot be listed."
        return 1
    fi
    printf "##octopus[foredeck-prepareFiles folder='%s' listing='%s']\n" \
        "$(encode_servicemessagevalue "$folder")" "$(encode_servicemessagevalue "$work/listing")"
    await_answer && take_answer
}

# The bot may be away for a while, when it is replaced by a newer one.
await_answer() {
    local waited=0
    until [ -e "$work/answer" ]; do
        if [ -e "$work/answer.failed" ]; then
            failed_as="The files with their variables cannot be written: the disk of this machine is full."
            return 1
        fi
        if [ "$waited" -gt 864000 ]; then
            failed_as="Nobody put variables into the files within a day."
            return 1
        fi
        waited=$((waited + 1))
        sleep 0.1 2>/dev/null || sleep 1
    done
}

take_answer() {
    local path
    failed_as="The files with their variables cannot be written."
    mkdir "$work/prepared" && tar -x -o -f "$work/answer" -C "$work/prepared" || return 1
    rm -f "$work/answer" "$work/listing"
    cat "$work/prepared/said"
    if [ -e "$work/prepared/failure" ]; then
        failed_as=$(<"$work/prepared/failure")
        return 1
    fi
    while IFS= read -r -d '' path; do # into the file that is there, so that it keeps its mode
        cat "$work/prepared/files/$path" >"$folder/$path" || return 1
    done <"$work/prepared/changed"
    rm -rf "$work/prepared"
}
