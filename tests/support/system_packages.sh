#!/usr/bin/env bash
# The real parts that the tests use: an OpenSSH server, a browser, an emoji font, a second POSIX shell, rsync and zstd.
# Installs them where that can be done (root and apt-get); elsewhere names what is missing and what is left out.
# With CI=true a missing part is a failure.
set -euo pipefail

PATH=$PATH:/usr/sbin:/usr/local/sbin
missing=() left_out=()

need() { # need PACKAGE WHAT-IS-LEFT-OUT COMMAND…
  local package=$1 without=$2
  shift 2
  if ! "$@" > /dev/null 2>&1; then
    missing+=("$package")
    left_out+=("$without")
  fi
}
has_emoji_font() { ls /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf; }

look() {
  missing=() left_out=()
  need openssh-server "the SSH worker's tests" command -v sshd
  need chromium "the browser tests" command -v chromium
  need fonts-noto-color-emoji "emoji in screenshots" has_emoji_font
  need busybox "the runner's tests on busybox" command -v busybox
  need rsync "packages sent as differences" command -v rsync
  need zstd "packages sent as patches" command -v zstd
}

look
if ((${#missing[@]})) && [[ $(id -u) == 0 ]] && command -v apt-get > /dev/null; then
  echo "Installing ${missing[*]} …"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } > /dev/null || true
  look
fi
for i in "${!missing[@]}"; do
  echo "Missing: Debian's package ${missing[$i]}; without it ${left_out[$i]} are left out." >&2
done
if ((${#missing[@]})) && [[ ${CI:-} == true ]]; then
  exit 1
fi
