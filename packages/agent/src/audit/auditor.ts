import { AsciiText, type AgentError, type Frame, type JsonValue } from '@qga/protocol';
import type { AuditEntry, Auditor } from '../core/auditor.js';
import type { Caller } from '../core/caller.js';
import { DeniedError } from '../core/denied-error.js';
import type { Log } from '../core/log.js';
import type { Platform } from '../platform.js';
import { tellArguments } from './arguments.js';
import { AuditQueue } from './queue.js';
import type { AuditSink } from './sink.js';

/** Characters of a command's name that are told. */
const LONGEST_NAME = 128;
/** Characters of an error that are told. */
const LONGEST_ERROR = 1024;

type Hosts = Pick<Platform, 'clock' | 'kernels' | 'sha256'>;

/** One JSON line for each call. */
export class LineAuditor implements Auditor {
  readonly #hosts: Hosts;
  readonly #queue: AuditQueue;
  readonly #skipped: ReadonlySet<string>;

  /** @param skipped commands that are not told of when they succeed */
  constructor(hosts: Hosts, log: Log, sink: AuditSink, skipped: readonly string[]) {
    this.#hosts = hosts;
    this.#skipped = new Set(skipped);
    this.#queue = new AuditQueue(sink, log, (dropped) => JSON.stringify({ time: this.#time(), dropped }));
  }

  begin(frame: Frame, caller: Caller | undefined): AuditEntry {
    const { clock } = this.#hosts;
    const began = clock.monotonic();
    const time = this.#time();
    const message = frame.kind === 'message' && frame.value instanceof Map ? frame.value : new Map<string, JsonValue>();
    const command = nameOf(message.get('execute'));
    // told now: a command may take its payload away
    // and without hashes where the line will hardly be written
    const skipped = command !== undefined && this.#skipped.has(command);
    const told = tellArguments(skipped ? { kernels: this.#hosts.kernels } : this.#hosts, message.get('arguments'));
    return {
      end: (error) => {
        if (error === undefined && skipped) return;
        const duration = Math.round((clock.monotonic() - began) * 1000) / 1000;
        this.#queue.add(
          JSON.stringify({ time, ...peerOf(caller), command, arguments: told, ...outcomeOf(error), ms: duration }),
        );
      },
    };
  }

  /** Settles when everything that can be written has been. */
  flush(): Promise<void> {
    return this.#queue.flush();
  }

  #time(): string {
    return new Date(Number(this.#hosts.clock.now() / 1_000_000n)).toISOString();
  }
}

function nameOf(value: JsonValue | undefined): string | undefined {
  if (value instanceof AsciiText) return `… (${String(value.length)} characters)`;
  return typeof value === 'string' ? value.slice(0, LONGEST_NAME) : undefined;
}

function peerOf(caller: Caller | undefined): object {
  return caller === undefined ? {} : { ...caller };
}

function outcomeOf(error: AgentError | undefined): object {
  if (error === undefined) return { outcome: 'ok' };
  const outcome = error instanceof DeniedError ? 'denied' : 'error';
  return { outcome, class: error.errorClass, error: error.message.slice(0, LONGEST_ERROR) };
}
