/**
 * What a guest without network needs to install the agent from a CD: cloud-init's NoCloud seed, and a script for guests
 * without cloud-init.
 */

/** cloud-init: mounts the CD that it came on and runs the script there. */
export const USER_DATA = `#cloud-config
# Installs the guest agent from the CD that this file is on; nothing is fetched from a network.
runcmd:
  - mkdir -p /run/qga-cd
  - mount -o ro -L CIDATA /run/qga-cd || mount -o ro -L cidata /run/qga-cd
  - sh /run/qga-cd/install.sh
  - umount /run/qga-cd
`;

export const META_DATA = `instance-id: qga-guest-agent
`;

/** Installs by the guest's own package manager where that is Debian's, else from the tarball. */
export const INSTALL_SCRIPT = `#!/bin/sh
# Installs the guest agent from the folder that this script is in. Run as root.
set -e
cd "$(dirname "$0")"
[ "$(id -u)" = 0 ] || { echo "install.sh: must be run as root" >&2; exit 1; }
case $(uname -m) in
x86_64) debian=amd64 machine=x86_64 ;;
aarch64) debian=arm64 machine=aarch64 ;;
*) echo "install.sh: no agent for $(uname -m) here" >&2; exit 1 ;;
esac
if command -v dpkg >/dev/null 2>&1; then
    for package in qga-guest-agent_*_$debian.deb; do dpkg -i "$package"; done
    exit 0
fi
for archive in qga-guest-agent-*-linux-$machine.tar.gz; do
    [ -f "$archive" ] || { echo "install.sh: no agent for $machine here" >&2; exit 1; }
    tar -xzf "$archive" -C / --strip-components=1
done
if command -v systemctl >/dev/null 2>&1; then
    systemctl daemon-reload
    udevadm control --reload && udevadm trigger --subsystem-match=virtio-ports
elif command -v rc-update >/dev/null 2>&1; then
    rc-update add qemu-guest-agent default
    rc-service qemu-guest-agent start
else
    echo "install.sh: start /usr/sbin/qemu-ga -d by your init system"
fi
`;
