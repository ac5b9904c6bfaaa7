import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Debian's name of an architecture. */
export const DEBIAN_ARCHITECTURES = { x86_64: 'amd64', aarch64: 'arm64' } as const;

const POSTINST = `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
    systemctl --system daemon-reload >/dev/null || true
    udevadm control --reload >/dev/null 2>&1 || true
    if [ -e /dev/virtio-ports/org.qemu.guest_agent.0 ]; then
        systemctl restart qemu-guest-agent.service >/dev/null || true
    fi
fi
`;

const PRERM = `#!/bin/sh
set -e
if [ -d /run/systemd/system ] && [ "$1" = remove ]; then
    systemctl stop qemu-guest-agent.service qemu-guest-agent-vsock.service >/dev/null || true
fi
`;

const POSTRM = `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
    systemctl --system daemon-reload >/dev/null || true
fi
`;

/** Writes the control folder of a Debian package into a laid-out tree. @param size of the tree, in KiB */
export function writeControl(folder: string, version: string, architecture: string, size: number): void {
  const control = path.join(folder, 'DEBIAN');
  mkdirSync(control, { recursive: true });
  const write = (name: string, text: string, mode: number): void => {
    writeFileSync(path.join(control, name), text);
    chmodSync(path.join(control, name), mode);
  };
  write('conffiles', '/etc/qemu/qemu-ga.conf\n/etc/qemu/fsfreeze-hook\n', 0o644);
  write('postinst', POSTINST, 0o755);
  write('prerm', PRERM, 0o755);
  write('postrm', POSTRM, 0o755);
  write(
    'control',
    `Package: qga-guest-agent
Version: ${version}
Architecture: ${architecture}
Maintainer: qga developers <dev@qga.invalid>
Installed-Size: ${size}
Provides: qemu-guest-agent
Conflicts: qemu-guest-agent
Replaces: qemu-guest-agent
Section: admin
Priority: optional
Description: QEMU guest agent, a drop-in replacement
 Runs in a virtual machine and does what the host asks for: tells about the
 guest, moves files in and out, shuts it down, holds its filesystems still
 while a disk is copied. One static binary without dependencies.
`,
    0o644,
  );
}
