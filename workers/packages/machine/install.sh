# Installs a package into a folder of its own and makes it the current one. Foredeck's own script; it stands behind the
# other files of this folder. The package's scripts are PreDeploy, Deploy, PostDeploy and DeployFailed in its top folder.

package=$(get_octopusvariable Octopus.Action.Package.PackageId)
version=$(get_octopusvariable Octopus.Action.Package.PackageVersion)
digest=$(get_octopusvariable Foredeck.Package.Digest)
archive=$runner/packages/$digest
root=$(get_octopusvariable Foredeck.Package.Root)
case $root in '~' | '~/'*) root=${HOME:?this account has no home}${root#'~'} ;; esac
place=$root/$(get_octopusvariable Foredeck.Package.Environment)/$package
custom=$(get_octopusvariable Foredeck.Package.Custom)
purge=$(get_octopusvariable Foredeck.Package.Purge)
installed= folder= is_current=

# give_up WHAT FAILED [WHAT IS CURRENT]: a reason that the script itself gave stays before ours, and what DeployFailed
# says does not take its place.
give_up() {
    local current="Nothing is current there yet."
    [ ! -h "$place/current" ] || current="Current is still $(readlink "$place/current")."
    [ -z "$is_current" ] || current="It is the current one: deploy the release before it to go back."
    printf "##octopus[resultMessage message='%s' final='VHJ1ZQ==']\n" "$(encode_servicemessagevalue "$1 $current")"
    write_warning "$package $version: $1"
    failed_convention "$1"
    [ -n "$is_current" ] || restore_custom
    leave failed
    exit 1
}

# leave OUTCOME: an installation that did not come as far as its scripts leaves no folder.
leave() {
    [ -z "$installed" ] || note "$1"
    [ -n "$folder" ] || [ -z "$installed" ] || rm -rf "$installed"
}

# Whoever cancels ends this script and what it runs: what is half done is undone, nothing else is run.
end_early() {
    trap '' TERM
    [ -n "$is_current" ] || restore_custom
    leave failed
    exit 143
}
trap end_early TERM

is_where_it_may_be() {
    [ -z "$custom" ] || look_at_custom "$custom"
}

# A new folder for each deployment: what runs from the old one is left alone, and is there to go back to.
make_folder() {
    local number=0 made=$place/$version
    until [ "$made" != "$place/current" ] && mkdir "$made" 2>/dev/null; do
        there "$made" || [ "$made" = "$place/current" ] || try mkdir "$made" || return 1
        number=$((number + 1))
        made=$place/${version}_$number
    done
    installed=$made
    note began
}

# What lies here may have been spoilt since it came: it is measured once more, beside the unpacking.
unpack() {
    local sum= measuring is_done=
    failed_as="The package could not be unpacked"
    if ! room_for "$(get_octopusvariable Foredeck.Package.Unpacked)" "$place"; then
        failed_as="$failed_as: $why."
        return 1
    fi
    sha256sum <"$archive" >"$work/sum" &
    measuring=$!
    open_archive "$archive" "$(get_octopusvariable Foredeck.Package.Format)" "$installed" && is_done=yes
    wait "$measuring"
    read -r sum _ <"$work/sum"
    if [ "$sum" != "$digest" ]; then
        is_done= why="its archive was spoilt on this machine, and is sent anew the next time"
        rm -f "$archive"
    fi
    failed_as="$failed_as: $why."
    [ -n "$is_done" ]
}

# Renaming a link over a link is one step: at every moment there is a current one.
make_current() {
    local link=$place/.current.$$
    failed_as="The link $place/current cannot be changed"
    if ! try ln -sfn "${installed##*/}" "$link" || ! try mv -Tf "$link" "$place/current"; then
        rm -f "$link"
        failed_as="$failed_as: $why."
        return 1
    fi
    is_current=yes
    echo "$place/current is ${installed##*/} now."
}

say_where() {
    set_octopusvariable Package.InstallationDirectoryPath "$folder"
    tell Octopus.Action.Package.InstallationDirectoryPath "$folder"
}

skip_if_installed() {
    [ -n "$(get_octopusvariable Foredeck.Package.Skips)" ] && is_installed || return 0
    echo "$package $version is installed already, by deployment #$line_deployment ($line_time), in $line_folder: nothing was done."
    set_octopusvariable Package.InstallationDirectoryPath "${custom:-$line_folder}"
    exit 0
}

try mkdir -p "$place" || give_up "$place cannot be made: $why."
is_where_it_may_be || give_up "$failed_as"
look_at_key
skip_if_installed
make_folder || give_up "No folder can be made in $place: $why."
unpack || give_up "$failed_as"
folder=$installed
echo "Unpacked $package $version into $folder."
tell OctopusOriginalPackageDirectoryPath "$folder"
say_where

convention PreDeploy || give_up "$failed_as"
prepare_files || give_up "$failed_as"
if [ -n "$custom" ]; then
    bring_to_custom || give_up "$failed_as"
fi
say_where
convention Deploy || give_up "$failed_as"
make_current || give_up "$failed_as"
[ -z "$custom" ] || try rm -rf "$area" || write_warning "$area cannot be removed: $why."
convention PostDeploy || give_up "$failed_as"

note succeeded
remove_packaged
keep=$(get_octopusvariable Foredeck.Package.Keep)
[ -z "$keep" ] || clean_up "$keep"
