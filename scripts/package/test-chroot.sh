#!/bin/sh
# Installs and removes the Debian package in a fresh Debian 12, and unpacks the tarball into a root that has only busybox. Needs
# root, debootstrap and busybox-static; everything happens below build/.
set -eu
cd "$(dirname "$0")/../.."
for program in debootstrap busybox dpkg-deb; do
    command -v "$program" >/dev/null || { echo "skipped: $program is missing (apt-get install $program)"; exit 0; }
done
[ "$(id -u)" = 0 ] || { echo 'skipped: a chroot needs root'; exit 0; }

deb=$(ls build/packages/qga-guest-agent_*_amd64.deb)
tarball=$(ls build/packages/qga-guest-agent-*-linux-x86_64.tar.gz)
root=build/package-test
debian=$root/debian
base=build/debian-12.tar
rm -rf "$root"
mkdir -p "$debian"

if [ ! -f "$base" ]; then
    # the same mirror that this machine installs from
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1)
    debootstrap --variant=minbase bookworm "$debian" "$mirror" >"$root/debootstrap.log" 2>&1 ||
        { tail -n 5 "$root/debootstrap.log"; exit 1; }
    tar -cf "$base" -C "$debian" .
else
    tar -xf "$base" -C "$debian"
fi

files() { (cd "$debian" && find etc lib/systemd usr/lib/systemd usr/sbin lib/udev usr/lib/udev -type f 2>/dev/null | sort); }
files >"$root/before"
cp "$deb" "$debian/agent.deb"
chroot "$debian" dpkg -i /agent.deb
chroot "$debian" /usr/sbin/qemu-ga --version
chroot "$debian" /usr/sbin/qemu-ga --dump-conf >/dev/null
chroot "$debian" dpkg -s qga-guest-agent | grep -q '^Provides: qemu-guest-agent'

# it answers in there
mkdir -p "$debian/tmp/state"
chroot "$debian" /usr/sbin/qemu-ga -d -m unix-listen -p /tmp/socket -t /tmp/state -f /tmp/pid
python3 - "$debian/tmp/socket" <<'PYTHON'
import socket, sys
line = socket.socket(socket.AF_UNIX)
line.settimeout(10)
line.connect(sys.argv[1])
line.sendall(b'{"execute":"guest-get-osinfo"}')
reply = line.recv(65536)
assert b'"id": "debian"' in reply, reply
print('in Debian 12 it answers:', reply.decode().strip()[:100], '...')
PYTHON
kill "$(cat "$debian/tmp/pid")"
rm -rf "$debian/tmp/state"

# systemd finds nothing to say about the units, among this machine's own ones
if command -v systemd-analyze >/dev/null; then
    units=$root/units
    mkdir -p "$units/usr/lib/systemd"
    ln -s usr/lib "$units/lib"
    cp -a /usr/lib/systemd/system "$units/usr/lib/systemd/"
    dpkg-deb --fsys-tarfile "$deb" | tar -xf - -C "$units" --keep-directory-symlink
    said=$(cd "$units/lib/systemd/system" &&
        systemd-analyze --root="$PWD/../../../.." verify qemu-guest-agent.service qemu-guest-agent-vsock.* 2>&1) || true
    [ -z "$said" ] || { echo "FAILED: systemd-analyze verify: $said"; exit 1; }
    echo 'ok: systemd accepts the units'
else
    echo 'skipped: systemd-analyze is missing (apt-get install systemd): the units are not checked'
fi

chroot "$debian" dpkg -r qga-guest-agent
chroot "$debian" dpkg -P qga-guest-agent
rm "$debian/agent.deb"
files >"$root/after"
diff "$root/before" "$root/after" || { echo 'FAILED: the package left files behind'; exit 1; }
echo 'ok: the Debian package installs, runs and is removed without a trace'

alpine=$root/busybox
mkdir -p "$alpine/bin" "$alpine/tmp"
cp "$(command -v busybox)" "$alpine/bin/busybox"
tar -xzf "$tarball" -C "$alpine" --strip-components=1
chroot "$alpine" /bin/busybox sh -c '/usr/sbin/qemu-ga --version && /usr/sbin/qemu-ga -b help | /bin/busybox wc -l'
echo 'ok: the tarball runs in a root that has only busybox'
rm -rf "$root"
