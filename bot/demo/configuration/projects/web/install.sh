set -euo pipefail
version=$(get_octopusvariable "Octopus.Release.Number")
environment=$(get_octopusvariable "Octopus.Environment.Name")
task=$(get_octopusvariable "Octopus.Task.Id")
root=$(get_octopusvariable "SiteFolder")/$environment
release=releases/$version-$task

mkdir -p "$root/$release"
cp index.html "$root/$release/"
echo "Wrote $release"

# The link is made beside the old one and moved over it, so there is no moment without a page.
ln -sfn "$release" "$root/current.new"
mv -Tf "$root/current.new" "$root/current"
echo "$environment/current now is $release"
set_environmenturl "$(get_octopusvariable "SiteAddress")/$environment/current/"
