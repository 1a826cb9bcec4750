# Brings what was unpacked into a folder of the step's own choice. Everything is copied beside its place first, on the
# same disk; then names are moved. What goes away or is replaced is kept until Deploy has succeeded, so that whatever
# fails before, also a machine that stops in the middle, leaves the folder as it was.
#
#   CUSTOM/.foredeck-install/ticket   whose installation this is
#                           /new/     what comes
#                           /kept/    what was there, each below its path
#                           /placed   the paths that were moved out of new/, divided by NUL

protect=$(get_octopusvariable Foredeck.Package.Protect) # an expression of all paths that stay as they are

is_protected() { # a path below the folder
    [ -n "$protect" ] || return 1
    local LC_ALL=C # whatever bytes are in a name
    [[ $1 =~ ^($protect)$ ]]
    case $? in 0) return 0 ;; 2) return 2 ;; esac
    [[ $1 == *[!\ -~]* ]] || return 1
    { LC_ALL=C.UTF-8; } 2>/dev/null # where `?` is a character
    [[ $1 =~ ^($protect)$ ]]
}

# Is something protected in this folder? Only what is there already counts.
holds_protected() {
    local entry
    [ -n "$protect" ] && [ ! -h "$custom/$1" ] && [ -d "$custom/$1" ] || return 1
    for entry in "$custom/$1"/*; do
        entry=${entry#"$custom/"}
        if is_protected "$entry" || holds_protected "$entry"; then return 0; fi
    done
    return 1
}

custom_is_new=

# Sets `custom` to the real path and fails with `failed_as` where nothing may be copied to.
look_at_custom() {
    local path=${1%/} rest='' real
    case $path in '~' | '~/'*) path=${HOME:?this account has no home}${path#'~'} ;; esac
    custom=$path
    case $path/ in
    */../* | *$'\n'*) refuse_custom "its path is not a plain one" || return 1 ;;
    /*) ;;
    *) refuse_custom "its path is not absolute" || return 1 ;;
    esac
    while [ ! -d "$path" ] && [ "$path" != / ]; do
        rest=/${path##*/}$rest path=${path%/*} path=${path:-/}
    done
    real=$(cd "$path" 2>/dev/null && pwd -P) || real=$path
    custom=${real%/}$rest
    case ${custom:-/} in
    / | /bin | /boot | /dev | /etc | /home | /lib | /lib64 | /media | /mnt | /opt | /proc | /root | /run | /sbin | /srv | /sys | \
        /tmp | /usr | /usr/* | /var | /var/lib | /var/log | /var/tmp | /dev/* | /proc/* | /sys/*)
        [ "${custom#/usr/local/}" != "$custom" ] || [ "${custom#/usr/share/}" != "$custom" ] ||
            refuse_custom "it belongs to the system" || return 1
        ;;
    esac
    # What a machine's Bash cannot read as an expression matches nothing, and all would be purged.
    is_protected .
    [ $? != 2 ] || refuse_custom "Bash cannot read one of the patterns in \`protect\` there" || return 1
    case $custom in /home/*/*) ;; /home/*) refuse_custom "it is a home, or a home lies in it" || return 1 ;; esac
    is_apart "${HOME:-/root}" above || refuse_custom "it is a home, or a home lies in it" || return 1
    is_apart "$runner" both || refuse_custom "Foredeck keeps its own files there" || return 1
    is_apart "$(cd "$root" && pwd -P)" both || refuse_custom "packages are installed below $root" || return 1
    not_of_others
}

refuse_custom() {
    failed_as="Nothing may be copied to ${custom:-/}: $1."
    return 1
}

# is_apart FOLDER above|both: the custom folder is not this one and none above it; `both`: none below it either.
is_apart() {
    local other
    other=$(cd "$1" 2>/dev/null && pwd -P) || return 0
    case $other/ in "${custom%/}"/*) return 1 ;; esac
    [ "$2" = above ] && return 0
    case $custom/ in "$other"/*) return 1 ;; esac
}

# What another project copied to this folder, or below it, would be purged.
not_of_others() {
    local project folder
    [ -n "$purge" ] && [ -e "$journal" ] || return 0
    while IFS=$'\t' read -r _ _ _ project _ _ _ _ folder _; do
        case $folder/ in "$custom"/*) ;; *) continue ;; esac
        if [ "$project" != "$(variable Octopus.Project.Id)" ] && [ -d "$folder" ] && ! is_protected "${folder#"$custom/"}"; then
            refuse_custom "the project $project has files in $folder, which would be purged"
            return 1
        fi
    done <"$journal"
}

bring_to_custom() {
    area=$custom/.foredeck-install
    failed_as="$package could not be copied to $custom"
    [ -d "$custom" ] || custom_is_new=yes
    if ! try mkdir -p "$custom" || ! try take_area || ! room_for "$(stat -c %s "$archive")" "$custom" ||
        ! try copy_new || ! place ''; then
        failed_as="$failed_as: $why."
        return 1
    fi
    folder=$custom
    echo "Copied $package $version to $custom."
}

# One at a time; what somebody left who did not come to an end is undone first.
take_area() {
    local other=
    if ! mkdir -m 700 "$area" 2>/dev/null; then # a web server of this folder gives out nothing of it
        [ -d "$area" ] || mkdir -m 700 "$area" || return 1 # says why
        if [ -h "$area" ] || [ ! -O "$area" ]; then # what it says would be done in this account's name
            echo "$area was made by somebody else; look at it and remove it" >&2
            return 1
        fi
        if [ -e "$area/ticket" ]; then read -r other <"$area/ticket"; fi
        if [ -n "$other" ] && [ "$other" != "$ticket" ] && run_lives "$other"; then
            echo "another deployment is copying to it just now; deploy again when that is over" >&2
            return 1
        fi
        give_back || return 1
        mkdir -m 700 "$area" || return 1
    fi
    echo "$ticket" >"$area/ticket" && mkdir "$area/new" "$area/kept" && : >"$area/placed" && return
    rm -rf "$area"
    return 1
}

copy_new() {
    cp -a "$installed/." "$area/new/" || return 1
    cd "$area/new" && rm -rf .foredeck-install {PreDeploy,Deploy,PostDeploy,DeployFailed}.{sh,py,ps1}
}

# place PREFIX: what is in new/PREFIX goes to its place. Works folder by folder: a whole folder is one name to move where
# there is none, or none with anything that stays.
place() {
    local entry path away=() coming=() within=()
    if [ -n "$purge" ]; then
        for entry in "$custom/$1"*; do
            path=${entry#"$custom/"}
            [ "$entry" != "$area" ] && ! there "$area/new/$path" && ! is_protected "$path" || continue
            if holds_protected "$path"; then within+=("$path/"); else away+=("$path"); fi
        done
    fi
    for entry in "$area/new/$1"*; do
        path=${entry#"$area/new/"}
        if ! there "$custom/$path"; then coming+=("$path")
        elif is_protected "$path"; then echo "$path is protected and stays as it is."
        elif is_folder "$entry" && is_folder "$custom/$path" && { [ -z "$purge" ] || holds_protected "$path"; }; then
            within+=("$path/")
        elif holds_protected "$path"; then # and the package has no folder there
            why="$path is a folder with protected files there, and a file in the package"
            return 1
        else away+=("$path") coming+=("$path")
        fi
    done
    move "$area/kept/$1" "$custom/" "${away[@]}" && note_placed "${coming[@]}" &&
        move "$custom/$1" "$area/new/" "${coming[@]}" && keep_folders "${within[@]}" || return 1
    for path in "${within[@]}"; do place "$path" || return 1; done
}

there() { [ -e "$1" ] || [ -h "$1" ]; }
is_folder() { [ -d "$1" ] && [ ! -h "$1" ]; }

# move TO FROM PATH…: a hundred names at a time, so that large folders do not take a process for each of their files.
move() {
    local to=$1 from=$2 some path
    shift 2
    while [ $# -gt 0 ]; do
        some=()
        for path in "${@:1:100}"; do some+=("$from$path"); done
        try mv -f -- "${some[@]}" "$to" || return 1
        shift "${#some[@]}"
    done
}

# From here on these are taken away again when something fails; they are not there, or were moved away already.
note_placed() { [ $# = 0 ] || printf '%s\0' "$@" >>"$area/placed"; }

# What goes out of these folders will be kept in folders of the same names.
keep_folders() {
    local path folders=()
    for path; do folders+=("$area/kept/$path"); done
    [ $# = 0 ] || try mkdir -p -- "${folders[@]}"
}

# Undoes what was done to the folder: what came goes, what was there comes back.
give_back() {
    if [ -e "$area/placed" ]; then
        take_back || return 1
        put_back '' || { echo "$why" >&2 && return 1; }
    fi
    rm -rf "$area"
}

# Removes what came; not what somebody has put there since, where that is protected.
take_back() {
    local path gone=() emptied=()
    if [ -z "$protect" ]; then
        (cd "$custom" && xargs -0 rm -rf -- <"$area/placed") || return 1
        return 0 # in a trap a bare `return` tells of what was before it
    fi
    while IFS= read -r -d '' path; do sort_out "$path" ''; done <"$area/placed"
    [ ${#gone[@]} = 0 ] || printf '%s\0' "${gone[@]}" | (cd "$custom" && xargs -0 rm -rf --) || return 1
    for path in "${emptied[@]}"; do rmdir "$custom/$path" 2>/dev/null; done
    return 0
}

# sort_out PATH PROTECTED: adds what came to `gone`, and what may be empty then to `emptied`.
sort_out() {
    local entry protected=$2
    if is_protected "$1"; then protected=yes; fi
    if is_folder "$custom/$1" && { [ -n "$protected" ] || holds_protected "$1"; }; then
        for entry in "$custom/$1"/*; do sort_out "${entry#"$custom/"}" "$protected"; done
        emptied+=("$1")
    elif [ -z "$protected" ] || came "$1"; then
        gone+=("$1")
    fi
}

# Is it as it is in the package?
came() {
    if [ -h "$installed/$1" ]; then [ "$(readlink "$custom/$1")" = "$(readlink "$installed/$1")" ]
    else [ ! -h "$custom/$1" ] && cmp -s "$installed/$1" "$custom/$1"; fi
}

put_back() {
    local entry path back=() within=()
    for entry in "$area/kept/$1"*; do
        path=${entry#"$area/kept/"}
        if is_folder "$entry" && is_folder "$custom/$path"; then within+=("$path/")
        elif ! there "$custom/$path"; then back+=("$path")
        fi
    done
    move "$custom/$1" "$area/kept/" "${back[@]}" || return 1
    for path in "${within[@]}"; do put_back "$path" || return 1; done
}

restore_custom() {
    [ -n "${area-}" ] && [ -e "$area/ticket" ] && [ "$(<"$area/ticket")" = "$ticket" ] || return 0
    if try give_back; then
        folder=$installed
        [ -z "$custom_is_new" ] || rmdir "$custom" 2>/dev/null || :
    else write_warning "$custom is not as it was: $why. What was there lies in $area/kept, and comes back with the next deployment."
    fi
}
