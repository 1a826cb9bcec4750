set -euo pipefail
version=$(get_octopusvariable "Octopus.Release.Number")

echo "Building web $version"
for part in styles scripts pages; do
  echo "  compiling $part"
  sleep 0.3
done
update_progress 100 "built"
set_octopusvariable "Title" "Web shop $version"
write_highlight "Built web $version"
