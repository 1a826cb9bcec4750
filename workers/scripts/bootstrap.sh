# Starts the script with the prelude; the process stays the same. (In POSIX mode Bash would not look at BASH_ENV.)
unset POSIXLY_CORRECT
BASH_ENV=./.foredeck-prelude.sh exec "$BASH" ./script.sh
