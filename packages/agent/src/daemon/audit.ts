import { encodeModifiedUtf8 } from '@qga/protocol';
import type { AgentOptions } from '../agent.js';
import { FileSink } from '../audit/file-sink.js';
import type { AuditSink } from '../audit/sink.js';
import { UsageError } from '../core/command-line.js';
import type { CompleteSettings } from '../core/settings.js';
import { SystemError } from '../core/system-error.js';
import type { Wires } from '../descriptors.js';
import { AF_UNIX, LOG_DAEMON, LOG_INFO } from '../linux/constants.js';
import type { Platform } from '../platform.js';
import { SOCK_CLOEXEC, SOCK_NONBLOCK } from '../transports/socket-listener.js';
import { unixAddress } from '../transports/unix.js';
import type { ProgramHost } from './host.js';

const SOCK_DGRAM = 2;
/** systemd-journald's socket for its native protocol: systemd.io/JOURNAL_NATIVE_PROTOCOL. */
const JOURNAL_SOCKET = '/run/systemd/journal/socket';
const DEFAULT_SIZE = 10 * 1024 * 1024;
const DEFAULT_KEEP = 5;

/** @throws UsageError when the setting is neither a name that is known nor a path */
export function auditOf(
  host: ProgramHost,
  platform: Platform,
  settings: CompleteSettings,
): Pick<AgentOptions, 'audit'> {
  const { audit, auditSkip: skip } = settings;
  if (audit === undefined || audit === '') return {};
  return { audit: { sink: sinkOf(host, platform, settings, audit), skip } };
}

function sinkOf(host: ProgramHost, platform: Platform, settings: CompleteSettings, audit: string): AuditSink {
  if (audit === 'syslog') return syslogSink(platform);
  if (audit === 'journald') return journalSink(host.wires);
  if (!audit.startsWith('/')) {
    throw new UsageError(`'${audit}' is neither an absolute path, nor syslog or journald (--audit, audit)`);
  }
  const rotation = { size: settings.auditMaxSize ?? DEFAULT_SIZE, keep: settings.auditKeep ?? DEFAULT_KEEP };
  return new FileSink(platform.files, audit, rotation);
}

function syslogSink({ logs }: Platform): AuditSink {
  return {
    write: (lines) => {
      for (const line of lines) logs.syslog(LOG_DAEMON | LOG_INFO, `audit: ${line}`);
      return Promise.resolve();
    },
  };
}

/** One datagram a line; a journal that is full or not there refuses, and the queue counts that. */
function journalSink({ descriptors }: Wires): AuditSink {
  let socket: number | undefined;
  const send = (line: string): void => {
    socket ??= descriptors.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const connected = descriptors.connect(socket, unixAddress(JOURNAL_SOCKET));
    const fields = `SYSLOG_IDENTIFIER=qemu-ga-audit\nPRIORITY=6\nMESSAGE=${line}\n`;
    const sent = connected < 0 ? connected : descriptors.write(socket, [encodeModifiedUtf8(fields)], 0);
    if (sent >= 0) return;
    descriptors.close(socket);
    socket = undefined;
    throw new SystemError(-sent);
  };
  return {
    write: (lines) => {
      for (const line of lines) send(line);
      return Promise.resolve();
    },
  };
}
