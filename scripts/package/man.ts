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
  const letter = short === undefined ? '' : `\\fB\\-${short}\\fR, `;
  return `.TP\n${letter}\\fB\\-\\-${escape(long)}\\fR${value}\n${help.map(escape).join('\n')}\n`;
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
The file is in the format of desktop entries; its group is \\fB[general]\\fR, unknown keys are ignored. The command line wins over
it. A group \\fB[policy]\\fR says what the host may do: see POLICY. It must be root's, and writable for nobody else.
${OPTIONS.map(setting).join('')}.SH POLICY
The keys of the group \\fB[policy]\\fR; a key that is not there restricts nothing, one that is not known is an error. Lists are
separated by semicolons; an item that begins with \\fB!\\fR is an exception, which always wins. \\fB*\\fR is any text, in paths without
a slash; \\fB**\\fR any text; \\fB?\\fR one character. \\fBqemu\\-ga \\-\\-check\\-policy\\fR \\fIFILE\\fR explains what results.
.TP
\\fBprofile\\fR
full (all commands), backup (freezing), monitor (questions), read\\-only (questions and reading files)
.TP
\\fBdry\\-run\\fR
true: log what would be denied, and do it
.TP
\\fBfile\\-read\\fR, \\fBfile\\-write\\fR
paths of files
.TP
\\fBexec\\fR, \\fBexec\\-env\\fR
command lines, program first, a last ** for any further arguments; names of variables
.TP
\\fBfreeze\\fR
mount points
.TP
\\fBpassword\\-users\\fR, \\fBssh\\-users\\fR
names of users
.SH SELF-TEST
\\fBqemu\\-ga \\-\\-self\\-test\\fR, in the guest and with the options of the service, tells what works: the channel, the rights of the
process, the commands that may be called, the policy, where calls are written down, which mounts would freeze and which not, the hook,
the state directory, missing programs. It changes and freezes nothing. The exit status is 1 when something is broken; what it warns
of is none. With \\fB\\-\\-self\\-test=json\\fR the report is an object with \\fBbroken\\fR and \\fBfindings\\fR, each with
area, verdict (ok, warning, broken), text and hint.
.SH FILES
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
.TP
.I /usr/share/doc/qga\\-guest\\-agent/profiles/
drop\\-ins for the systemd unit, which take from the agent the rights that a profile has no use for
.SH SIGNALS
SIGTERM and SIGINT stop the agent; filesystems that are frozen are thawed first.
.SH EXIT STATUS
0 when it was stopped on request or only asked for information, 1 on wrong usage or when it could not start.
`;
}
