import { join } from 'node:path';

/** What a domain is made of; all are paths, except for the name. */
export interface DomainParts {
  readonly name: string;
  readonly emulator: string;
  readonly kernel: string;
  readonly initramfs: string;
  readonly disks: readonly string[];
  /** Where the socket `control` goes. */
  readonly folder: string;
  readonly consoleLog: string;
}

/** The domain in libvirt's words: emulated, two processors, two disks, a network card and the agent's channel. */
export function domainXml(parts: DomainParts): string {
  return `<domain type='qemu'>
  <name>${parts.name}</name>
  <memory unit='MiB'>1024</memory>
  <vcpu>2</vcpu>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    <kernel>${parts.kernel}</kernel>
    <initrd>${parts.initramfs}</initrd>
    <cmdline>console=ttyS0 quiet panic=-1 rdinit=/init agents=virtio</cmdline>
  </os>
  <features><acpi/></features>
  <cpu mode='maximum'/>
  <pm><suspend-to-mem enabled='yes'/></pm>
  <on_reboot>restart</on_reboot>
  <devices>
    <emulator>${parts.emulator}</emulator>
    ${parts.disks.map(disk).join('\n    ')}
    <controller type='usb' model='none'/>
    <interface type='user'><mac address='52:54:00:12:34:56'/><model type='virtio'/></interface>
    <serial type='file'><source path='${parts.consoleLog}'/></serial>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <channel type='unix'>
      <source mode='bind' path='${join(parts.folder, 'control')}'/>
      <target type='virtio' name='test.control'/>
    </channel>
    <video><model type='none'/></video>
    <memballoon model='none'/>
  </devices>
</domain>
`;
}

function disk(file: string, index: number): string {
  const target = `vd${'ab'.charAt(index)}`;
  return `<disk type='file' device='disk'>
      <driver name='qemu' type='raw' discard='unmap'/><source file='${file}'/><target dev='${target}' bus='virtio'/>
    </disk>`;
}
