# What was installed on this machine: when, by which deployment, where. A line is added when an installation begins and
# when it ends. It says what may be removed later, and whether something is installed already.
#
#   time outcome(began|succeeded|failed) deployment project environment machine package place custom-folder
#   version digest folder ticket                              divided by tabs; what is empty is a `-`

journal=$runner/journal

field() { local value=${1//[[:cntrl:]]/ }; printf '%s' "${value:--}"; }

variable() { field "$(get_octopusvariable "$1")"; }

# What later deployments of the same are known by, as it stands in a line.
look_at_key() {
    key=$(variable Octopus.Project.Id)$'\t'$(variable Octopus.Environment.Id)$'\t'$(variable Octopus.Machine.Id)
    key+=$'\t'$(field "$package")$'\t'$(field "$place")$'\t'$(field "$custom")
}

# note OUTCOME
note() {
    local about
    about=$(field "$version")$'\t'$digest$'\t'$(field "$installed")$'\t'$ticket
    printf '%s\t%s\t%s\t%s\t%s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$(variable Octopus.Deployment.Id)" \
        "$key" "$about" >>"$journal" || write_warning "$journal cannot be written."
}

# last_line TEXT: the newest line with these neighbouring fields, as `line`, and taken apart into `line_…`.
last_line() {
    line=$(grep -F $'\t'"$1"$'\t' "$journal" 2>/dev/null | tail -n 1)
    IFS=$'\t' read -r line_time line_outcome line_deployment line_project line_environment line_machine line_package \
        line_place line_custom line_version line_digest line_folder line_ticket <<<"$line"
    [ -n "$line" ]
}

# Is the last thing that was installed here this very package, and is it all there?
is_installed() {
    last_line "$key" && [ "$line_outcome" = succeeded ] && [ "$line_version" = "$(field "$version")" ] &&
        [ "$line_digest" = "$digest" ] && [ -d "$line_folder" ] &&
        [ "$(readlink "$place/current")" = "${line_folder##*/}" ] &&
        { [ -z "$custom" ] || { [ -d "$custom" ] && is_last_in_custom; }; }
}

# Did nobody copy anything there since that line?
is_last_in_custom() { [ "$(grep -F $'\t'"$(field "$custom")"$'\t' "$journal" | tail -n 1)" = "$line" ]; }

# clean_up KEEP: failed ones go, and those that were installed before so many others. What is current stays, and what is
# under way, and whatever we did not make for this project.
clean_up() {
    local folder current candidates='' number
    current=$(readlink "$place/current")
    for folder in "$place"/*/; do
        folder=${folder%/}
        [ ! -h "$folder" ] && [ "${folder##*/}" != "$current" ] || continue
        last_line "$folder" && [ "$line_project" = "$(variable Octopus.Project.Id)" ] || continue
        case $line_outcome in
        succeeded) number=$(grep -nF $'\t'"$folder"$'\t' "$journal" | tail -n 1) && candidates+="${number%%:*} $folder"$'\n' ;;
        began) run_lives "$line_ticket" || remove_old "$folder" ;;
        *) remove_old "$folder" ;;
        esac
    done
    while read -r number folder; do
        remove_old "$folder"
    done < <(printf %s "$candidates" | sort -rn | tail -n "+$(($1 + 1))")
}

remove_old() {
    if try rm -rf "$1"; then echo "Removed ${1##*/}."; else write_warning "$1 cannot be removed: $why."; fi
}
