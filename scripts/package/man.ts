import { OPTIONS } from '@qga/agent/core';

/** Text as troff takes it. */
function escape(text: string): string {
  return text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}

function option({ short, long, argument, metavar, help }: (typeof OPTIONS)[number]): string {
  const value = metavar === undefined ? '' : argument === 'glued' ? `[=\\fI${metavar}\\fR]` : ` \\fI${metavar}\\fR`;
  return `.TP\n\\fB\\-${short}\\fR, \\fB\\-\\-${escape(long)}\\fR${value}\n${help.map(escape).join('\n')}\n`;
}

function setting({ key, effect, help }: (typeof OPTIONS)[number]): string {
  if (key === undefined) return '';
  const type =
    effect.kind === 'flag' ? 'true or false' : effect.kind === 'list' ? 'names, separated by commas' : 'text';
  return `.TP\n\\fB${escape(key)}\\fR (${type})\n${help.map(escape).join('\n')}\n`;
}

/**
 * The manual page of the agent, from its table of options.
 * @param version of this project
 */
export function manPage(version: string): string {
  return `.TH QEMU\\-GA 8 "" "qga ${escape(version)}" "System Administration"
.SH NAME
qemu\\-ga \\- QEMU guest agent
.SH SYNOPSIS
.B qemu\\-ga
[\\fIOPTION\\fR]...
.SH DESCRIPTION
Runs in a virtual machine and does what the host asks for, over a virtio\\-serial port, a serial line, vsock or a unix socket: tells
about the guest, moves files in and out, runs programs, shuts the guest down, and holds its filesystems still while a disk is copied.
It takes the place of QEMU's agent of the same name.
.SH OPTIONS
${OPTIONS.map(option).join('')}.SH CONFIGURATION
The file is in the format of desktop entries; its group is \\fB[general]\\fR, other groups and unknown keys are ignored. The
command line wins over it.
${OPTIONS.map(setting).join('')}.SH FILES
.TP
.I /etc/qemu/qemu\\-ga.conf
settings
.TP
.I /etc/qemu/fsfreeze\\-hook, /etc/qemu/fsfreeze\\-hook.d/
called before a freeze and after a thaw, when \\fB\\-F\\fR is given
.TP
.I /var/run/qga.state
the next file handle
.TP
.I /var/run/qga.state.isfrozen
there while filesystems are frozen
.SH SIGNALS
SIGTERM and SIGINT stop the agent; filesystems that are frozen are thawed first.
.SH EXIT STATUS
0 when it was stopped on request or only asked for information, 1 on wrong usage or when it could not start.
`;
}
