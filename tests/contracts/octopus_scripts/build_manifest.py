# After the pattern of Octopus's docs: read variables, write a report, hand results on.
import json
import sys

packageId = octopusvariables["Octopus.Action.Package[web].PackageId"]
release = get_octopusvariable("Octopus.Release.Number")
optional = get_octopusvariable("Not.There")

printverbose("Arguments: " + " ".join(sys.argv[1:]))
updateprogress(50, "writing the manifest")
with open("manifest.json", "w") as f:
    json.dump({"package": packageId, "release": release, "optional": optional}, f)
print(open("manifest.json").read())

printhighlight("Manifest of " + release)
printwarning("No changelog")
printwait("Waiting for the registry")
set_octopusvariable("Manifest", packageId + ":" + release)
set_octopusvariable("Password", get_octopusvariable("Registry.Password") + "-derived", True)
print("Using " + get_octopusvariable("Registry.Password") + "-derived")

if octopusvariables["Octopus.Environment.Name"] == "Production":
    failstep("Production takes no manifests on " + octopusvariables["Weekday"])
