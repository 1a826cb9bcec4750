# Installs a package into a folder of its own and makes it the current one. Foredeck's own script; it stands behind the
# other files of this folder. The package's scripts are PreDeploy, Deploy, PostDeploy and DeployFailed in its top folder.

umask 022 # the modes are those of the archive; what is secret lies in this run's own folder

package=$(get_octopusvariable Octopus.Action.Package.PackageId)
version=$(get_octopusvariable Octopus.Action.Package.PackageVersion)
archive=$PWD/../../../../packages/$(get_octopusvariable Foredeck.Package.Digest)
root=$(get_octopusvariable Foredeck.Package.Root)
case $root in '~/'*) root=${HOME:?this account has no home}/${root#'~/'} ;; esac
place=$root/$(get_octopusvariable Foredeck.Package.Environment)/$package

# A new folder for each deployment: what runs from the old one is left alone, and is there to go back to.
mkdir -p "$place" || fail_step "$place cannot be made."
folder=$place/$version number=0
until mkdir "$folder" 2>/dev/null; do
    [ -e "$folder" ] || fail_step "$folder cannot be made."
    number=$((number + 1))
    folder=$place/${version}_$number
done

# Two lists tell later deployments what is ours to remove: the folders that were made, and those that were installed.
echo "${folder##*/}" >>"$place/.made"

# give_up WHAT FAILED [WHAT IS CURRENT]: a reason that the script itself gave stays before ours, and what DeployFailed
# says does not take its place.
give_up() {
    printf "##octopus[resultMessage message='%s' final='VHJ1ZQ==']\n" \
        "$(encode_servicemessagevalue "$1 ${2-What was current before is current still.}")"
    write_warning "$package $version: $1"
    if [ -n "${unpacked-}" ]; then failed_convention "$1"; else rm -rf "$folder"; fi
    exit 1
}

tar -x -o -f "$archive" -C "$folder" || give_up "The package could not be unpacked."
unpacked=yes
set_octopusvariable Package.InstallationDirectoryPath "$folder"
tell Octopus.Action.Package.InstallationDirectoryPath "$folder"
echo "Unpacked $package $version into $folder."

convention PreDeploy || give_up "$failed_as"
prepare_files || give_up "$failed_as"
convention Deploy || give_up "$failed_as"

# Renaming a link over a link is one step: at every moment there is a current one.
ln -s "${folder##*/}" "$place/.current.$$" && mv -Tf "$place/.current.$$" "$place/current" ||
    give_up "The link $place/current cannot be changed."
echo "$place/current is ${folder##*/} now."

convention PostDeploy || give_up "$failed_as" "It is the current one: deploy the release before it to go back."
echo "${folder##*/}" >>"$place/.installed"
remove_packaged

# Failed ones go, and those that were installed before so many others; what we did not make is never touched.
keep=$(get_octopusvariable Foredeck.Package.Keep)
[ -n "$keep" ] || exit 0
kept=$(tail -n "$((keep + 1))" "$place/.installed")
while read -r old; do
    case "
$kept
" in *"
$old
"*) continue ;; esac
    [ -d "$place/$old" ] && [ ! -h "$place/$old" ] || continue
    if rm -rf "${place:?}/${old:?}"; then echo "Removed $old."; else write_warning "$place/$old cannot be removed."; fi
done <"$place/.made"
