import type { AgentOptions } from '../agent.js';
import { FileSink } from '../audit/file-sink.js';
import type { AuditSink } from '../audit/sink.js';
import { UsageError } from '../core/command-line.js';
import type { CompleteSettings } from '../core/settings.js';
import { checked } from '../descriptors.js';
import { LOG_DAEMON, LOG_INFO } from '../linux/constants.js';
import type { Platform } from '../platform.js';
import { DatagramLog } from './datagram-log.js';
import type { ProgramHost } from './host.js';
import { SystemLog } from './syslog.js';

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
  if (audit === 'syslog') {
    const log = new SystemLog(host.wires, host.pid);
    return datagramSink((line) => log.send(LOG_DAEMON | LOG_INFO, `audit: ${line}`));
  }
  if (audit === 'journald') {
    const journal = new DatagramLog(host.wires, JOURNAL_SOCKET);
    return datagramSink((line) => journal.send(`SYSLOG_IDENTIFIER=qemu-ga-audit\nPRIORITY=6\nMESSAGE=${line}\n`));
  }
  if (!audit.startsWith('/')) {
    throw new UsageError(`'${audit}' is neither an absolute path, nor syslog or journald (--audit, audit)`);
  }
  const rotation = { size: settings.auditMaxSize ?? DEFAULT_SIZE, keep: settings.auditKeep ?? DEFAULT_KEEP };
  return new FileSink(platform.files, audit, rotation);
}

/** A line a datagram. */
function datagramSink(send: (line: string) => number): AuditSink {
  return {
    write(lines) {
      for (const line of lines) checked(send(line));
      return Promise.resolve();
    },
  };
}
