#!/bin/sh
# Installs what `npm run test:vm` needs on Debian 12: programs by apt-get, and a kernel that is unpacked under
# build/vm-image but not installed. With --reference also QEMU's own agent, for `--agent qemu`; with --libvirt also what
# `npm run test:libvirt` needs, and the settings with which libvirt does without systemd.
set -eu

packages='qemu-system-x86 busybox-static e2fsprogs dmsetup socat'
libvirt_conf=
for option in "$@"; do
  case $option in
    --reference) packages="$packages qemu-guest-agent" ;;
    --libvirt)
      packages="$packages libvirt-daemon-system libvirt-daemon-system-sysv libvirt-daemon-driver-qemu libvirt-clients passwd"
      libvirt_conf=/etc/libvirt/qemu.conf
      ;;
    *) echo "install.sh: unknown option $option" >&2; exit 2 ;;
  esac
done
folder=$(cd "$(dirname "$0")/.." && pwd)/build/vm-image/kernel

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# Adds the settings that nobody has made yet.
configure_libvirt() {
  for setting in 'user = "root"' 'group = "root"' 'security_driver = "none"' 'cgroup_controllers = [ ]'; do
    if as_root grep -q "^${setting%% =*} *=" "$libvirt_conf"; then continue; fi
    echo "$setting" | as_root tee -a "$libvirt_conf" >/dev/null
  done
}

lacking=$(for package in $packages; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || echo "$package"
done)
have_kernel=$(ls "$folder"/boot/vmlinuz-* 2>/dev/null || true)

if [ -n "$lacking" ] || [ -z "$have_kernel" ]; then as_root apt-get update -q; fi
# The list is meant to be split into words.
# shellcheck disable=SC2086
if [ -n "$lacking" ]; then as_root apt-get install -q -y --no-install-recommends $lacking; fi

if [ -z "$have_kernel" ]; then
  # The cloud kernel is the small one; the package of that name only depends on the current version.
  name=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-.*\)$/\1/p' | head -n 1)
  rm -rf "$folder" "$folder.partial"
  mkdir -p "$folder.partial"
  cd "$folder.partial"
  apt-get download -q -o APT::Sandbox::User=root "$name"
  dpkg -x ./*.deb .
  rm ./*.deb
  # The folder gets its name when it is complete, so that an interrupted run starts afresh.
  cd /
  mv "$folder.partial" "$folder"
fi

if [ -n "$libvirt_conf" ]; then configure_libvirt; fi
