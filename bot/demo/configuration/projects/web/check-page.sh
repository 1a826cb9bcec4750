set -euo pipefail
environment=$(get_octopusvariable "Octopus.Environment.Name")
address=$(get_octopusvariable "SiteAddress")
host_and_port=${address#http://}

exec 3<> "/dev/tcp/${host_and_port%:*}/${host_and_port##*:}"
printf 'GET /%s/current/ HTTP/1.0\r\nHost: %s\r\n\r\n' "$environment" "$host_and_port" >&3
page=$(cat <&3)

if [[ $page == *"<h2>"* ]]; then
  shown=${page#*<h2>}
  echo "The page of $environment shows ${shown%%</h2>*}."
else
  fail_step "The page of $environment shows nothing. Deploy web there first."
fi
