set -euo pipefail
version=$(get_octopusvariable "Octopus.Release.Number")
environment=$(get_octopusvariable "Octopus.Environment.Name")
project=$(get_octopusvariable "Octopus.Project.Name")
task=$(get_octopusvariable "Octopus.Task.Id")
title=$(get_octopusvariable "Octopus.Action[build].Output.Title")
root=$(get_octopusvariable "SiteFolder")/$environment
release=releases/$version-$task

mkdir -p "$root/$release"
cat > "$root/$release/index.html" <<PAGE
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>$title</title>
<link rel="stylesheet" href="/style.css">
<main class="$environment">
  <p>$environment</p>
  <h1>$project</h1>
  <h2>$version</h2>
  <p>Deployment #$task</p>
</main>
</html>
PAGE
echo "Wrote $release"

# The link is made beside the old one and moved over it, so there is no moment without a page.
ln -sfn "$release" "$root/current.new"
mv -Tf "$root/current.new" "$root/current"
echo "$environment/current now is $release"
set_environmenturl "$(get_octopusvariable "SiteAddress")/$environment/current/"
