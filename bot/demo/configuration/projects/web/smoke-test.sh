set -euo pipefail
version=$(get_octopusvariable "Octopus.Release.Number")
environment=$(get_octopusvariable "Octopus.Environment.Name")
address=$(get_octopusvariable "SiteAddress")
host_and_port=${address#http://}

# Plain Bash, so that the demo needs no curl.
exec 3<> "/dev/tcp/${host_and_port%:*}/${host_and_port##*:}"
printf 'GET /%s/current/ HTTP/1.0\r\nHost: %s\r\n\r\n' "$environment" "$host_and_port" >&3
page=$(cat <&3)

case $page in
  *"<h2>$version</h2>"*) echo "The page of $environment shows $version." ;;
  *) fail_step "The page of $environment does not show $version." ;;
esac
set_environmenturl "$address/$environment/current/"
