# Starts the script with the prelude; the process stays the same. (In POSIX mode Bash would not look at BASH_ENV.)
unset POSIXLY_CORRECT
script=${1:-./script.sh}
# One of a package that was edited on Windows would look for the command "true\r".
if [ $# -gt 0 ] && IFS= read -r line <"$script" && [ "${line%$'\r'}" != "$line" ]; then sed -i $'s/\r$//' "$script"; fi
BASH_ENV=./.foredeck-prelude.sh exec "$BASH" "$script"
