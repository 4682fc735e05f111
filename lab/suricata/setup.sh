#!/usr/bin/env bash
# A folder with Debian and Suricata in it, for `npm run test:suricata`. Needs root, debootstrap and a Debian mirror.
#
#   lab/suricata/setup.sh FOLDER [RELEASE]
#
# RELEASE: bullseye has Suricata 6.0, trixie (default) 7.0, sid 8.0. What is there already is kept: a second run only looks.
set -euo pipefail

if (($# < 1 || $# > 2)); then
  sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
folder=$1
release=${2:-trixie}
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

if [[ -x $folder/usr/bin/suricata ]]; then
  chroot "$folder" suricata -V
  exit 0
fi
if ((EUID != 0)); then
  echo "setup.sh: needs root, for debootstrap and chroot" >&2
  exit 1
fi
if ! command -v debootstrap >/dev/null; then
  echo "setup.sh: needs debootstrap: apt-get install debootstrap" >&2
  exit 1
fi

# A folder that a run left half done is begun anew; anything else is not ours to remove.
if [[ -e $folder && ! -e $folder.unfinished && -n $(ls -A "$folder" 2>/dev/null) ]]; then
  echo "setup.sh: $folder is there, and there is no Suricata in it" >&2
  exit 1
fi
mkdir -p "$(dirname "$folder")"
touch "$folder.unfinished"
rm -rf "$folder"
debootstrap --variant=minbase "$release" "$folder" "$mirror"
# Hosts behind a mirror that is no complete one say so in apt's configuration.
cp /etc/apt/apt.conf.d/99* "$folder/etc/apt/apt.conf.d/" 2>/dev/null || true
# suricata-update is a part of Suricata's recommendations, and is tried, too.
packages=(suricata)
if chroot "$folder" apt-cache show suricata-update >/dev/null 2>&1; then packages+=(suricata-update); fi
DEBIAN_FRONTEND=noninteractive chroot "$folder" apt-get install -y --no-install-recommends "${packages[@]}"
rm -f "$folder.unfinished"
chroot "$folder" suricata -V
