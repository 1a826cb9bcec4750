# Scripts from before the helper functions write the messages themselves.
printf "##octopus[setVariable name=\"%s\" value=\"%s\"]\n" "$(echo -n Raw | base64)" "$(echo -n 'a
b' | base64)"
echo "before ##octopus[setVariable name='$(encode_servicemessagevalue One)' value='$(encode_servicemessagevalue 1)'] after"
echo "##octopus[stderr-progress]"
echo "downloading 10 %" >&2
echo "##octopus[stderr-default]"
echo "##octopus[stdout-verbose]"
dpkg_like_output="many lines"
echo "$dpkg_like_output"
echo "##octopus[stdout-default]"
echo "##octopus[mask value='$(encode_servicemessagevalue hidden-by-mask)']"
echo "hidden-by-mask"
new_octopustarget -n "web-9" --target-id "aws" --inputs "{}" --roles "web" --update-if-existing
report_kubernetes_manifest "kind: Pod"
echo "##octopus[resultMessage message='$(encode_servicemessagevalue "The cluster is full")']"
exit 4
