# Runs on the machine, in the new folder, before it becomes the current one: the page says where it was deployed.
page=$(<index.html)
for name in Octopus.Environment.Name Octopus.Task.Id; do
  page=${page//"#{$name}"/"$(get_octopusvariable "$name")"}
done
printf '%s\n' "$page" >index.html
