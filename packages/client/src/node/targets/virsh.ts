import { execFile, type ChildProcess } from 'node:child_process';
import type { CommandTable } from '@qga/protocol';
import type { Exchanger } from '../../core/environment.js';
import { ConnectError, type ConnectReason } from '../../core/errors.js';

/** Seconds that virsh may take beyond the agent's own time. */
const VIRSH_EXTRA = 10;

/** What virsh complains about, and what it means. */
const COMPLAINTS: readonly (readonly [pattern: RegExp, reason: ConnectReason, hint: string])[] = [
  [/domain not found|failed to get domain/i, 'absent', 'there is no such domain'],
  [/domain is not running/i, 'refused', 'the domain is not running'],
  [/agent is not configured/i, 'absent', 'the domain has no channel for a guest agent'],
  [/agent is not connected/i, 'silent', 'no agent runs in the guest'],
  [/not available for now|agent is not responding/i, 'silent', 'the agent does not answer'],
  [/access denied|permission denied|authentication/i, 'forbidden', 'this user may not use libvirt there'],
  [/failed to connect|cannot recv data|connection refused/i, 'refused', 'libvirt cannot be reached'],
];

/** libvirt turns the agent's errors into words of its own; the agent's stand behind these. */
const REFUSAL = /unable to execute QEMU agent command '[^']*': (.*)/s;

/** libvirt's words when the time that it was given is over. */
const TIMED_OUT = /guest agent (command )?timed out|timeout|not available for now/i;

/** Twice what libvirt lets through of a reply. */
const OUTPUT_LIMIT = 20 * 1024 * 1024;

/** A `virsh` for each call. */
export class Virsh implements Exchanger {
  readonly peer: string;
  readonly #uri: string | undefined;
  readonly #domain: string;
  #child: ChildProcess | undefined;

  constructor(peer: string, uri: string | undefined, domain: string) {
    this.peer = peer;
    this.#uri = uri;
    this.#domain = domain;
  }

  exchange(table: CommandTable, request: Uint8Array, limit: number): Promise<Uint8Array | undefined> {
    const seconds = Math.max(Math.ceil(limit / 1000), 1);
    const text = Buffer.from(request).toString('utf8').trim();
    const connect = this.#uri === undefined ? [] : ['-c', this.#uri];
    const args = [...connect, 'qemu-agent-command', '--timeout', String(seconds), '--', this.#domain, text];
    const options = {
      encoding: 'buffer' as const,
      maxBuffer: OUTPUT_LIMIT,
      timeout: (seconds + VIRSH_EXTRA) * 1000,
      // its words are looked at
      env: { ...process.env, LC_ALL: 'C' },
    };
    return new Promise((resolve, reject) => {
      this.#child = execFile('virsh', args, options, (error, stdout, stderr) => {
        const outcome = error === null ? stdout : this.#understand(table, error, stderr.toString('utf8'));
        if (outcome instanceof ConnectError) reject(outcome);
        else resolve(outcome);
      });
    });
  }

  close(): void {
    this.#child?.kill();
  }

  /** @returns the reply that libvirt's words were made of, undefined for silence, or why nothing was sent */
  #understand(
    table: CommandTable,
    error: Error & { code?: string | number | null; killed?: boolean },
    words: string,
  ): Uint8Array | ConnectError | undefined {
    if (error.code === 'ENOENT') {
      return new ConnectError('failed', 'libvirt: needs the program virsh (package libvirt-clients)', { cause: error });
    }
    const complaint = words.replace(/^error: /gm, '').trim();
    const desc = REFUSAL.exec(complaint)?.[1];
    if (desc !== undefined) {
      const unknown = /has not been found|has been disabled/.test(desc) && desc.includes(table.name);
      const reply = { error: { class: unknown ? 'CommandNotFound' : 'GenericError', desc } };
      return Buffer.from(JSON.stringify(reply));
    }
    // it was sent; an agent that shuts down or sleeps does not answer
    if (error.killed === true || (TIMED_OUT.test(complaint) && !/not connected/i.test(complaint))) return undefined;
    const [, reason = 'failed', hint = complaint] = COMPLAINTS.find(([pattern]) => pattern.test(complaint)) ?? [];
    return new ConnectError(reason, `${this.peer}: ${hint}${hint === complaint ? '' : ` (${complaint})`}`, {
      cause: error,
    });
  }
}
