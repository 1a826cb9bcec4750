# Installs a package into a folder of its own and makes it the current one. Foredeck's own script; the package's are
# PreDeploy.sh, Deploy.sh, PostDeploy.sh and DeployFailed.sh, in its top folder.

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

# Runs a script of the package, if it has that one, in its folder; the helper functions and variables are there.
convention() {
    [ -f "$folder/$1.sh" ] || return 0
    echo "Running $1.sh of the package."
    (
        cd "$folder" || exit 1
        . "./$1.sh"
    )
}

give_up() {
    write_warning "$package $version: $1"
    if [ -n "${unpacked-}" ]; then
        convention DeployFailed || write_warning "DeployFailed.sh failed, too."
    else
        rm -rf "$folder"
    fi
    fail_step "$1 ${2-What was current before is current still.}"
}

tar -x -o -f "$archive" -C "$folder" || give_up "The package could not be unpacked."
unpacked=yes
set_octopusvariable Package.InstallationDirectoryPath "$folder"
echo "Unpacked $package $version into $folder."

convention PreDeploy || give_up "PreDeploy.sh failed."
convention Deploy || give_up "Deploy.sh failed."

# Renaming a link over a link is one step: at every moment there is a current one.
ln -s "${folder##*/}" "$place/.current.$$" && mv -Tf "$place/.current.$$" "$place/current" ||
    give_up "The link $place/current cannot be changed."
echo "$place/current is ${folder##*/} now."

convention PostDeploy || give_up "PostDeploy.sh failed." "It is the current one: deploy the release before it to go back."
echo "${folder##*/}" >>"$place/.installed"
for name in PreDeploy Deploy PostDeploy DeployFailed; do rm -f "$folder/$name.sh"; done

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
