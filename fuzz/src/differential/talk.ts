import { AgentProcess } from '../../../build/conformance/harness/agent-process.js';
import type { Connection } from '../../../build/conformance/harness/connection.js';
import { normalise } from '../../../build/conformance/harness/normalise.js';
import type { AgentProgram } from '../../../build/conformance/harness/types.js';
import { inPieces, Random, seedOf } from '../random.js';
import { bytesOf } from '../target.js';
import { comparable } from './accepted.js';
import type { Item } from './requests.js';

/** Blocked on every side, in case the guard should ever let one through. */
const BLOCKED = [
  ...['guest-shutdown', 'guest-suspend-disk', 'guest-suspend-ram', 'guest-suspend-hybrid', 'guest-set-time'],
  ...['guest-fsfreeze-freeze', 'guest-fsfreeze-freeze-list', 'guest-fsfreeze-thaw', 'guest-fstrim', 'guest-set-vcpus'],
  ...['guest-set-memory-blocks', 'guest-set-user-password', 'guest-ssh-add-authorized-keys'],
  'guest-ssh-remove-authorized-keys',
].join(',');
/** How long ours may take, in milliseconds. */
const PATIENCE = 10_000;
/** How long the reference may: what it has not answered by then it takes for a part of the broken message before it. */
const REFERENCE_PATIENCE = 1000;
const RECOVERIES = 5;
/** A conversation that takes longer has hung, in milliseconds. */
const CONVERSATION = 15_000;
const POLLS = 200;
const CASE = { name: 'fuzz', steps: [], info: true };

let marks = 0;
let conversations = 0;

/** An agent that is talked to, many conversations long. */
export class Subject {
  readonly program: AgentProgram;
  #agent: AgentProcess;

  private constructor(program: AgentProgram, agent: AgentProcess) {
    this.program = program;
    this.#agent = agent;
  }

  static async start(program: AgentProgram): Promise<Subject> {
    return new Subject(program, await started(program));
  }

  stop(): Promise<void> {
    return this.#agent.stop();
  }

  /**
   * Sends everything on a new connection.
   * @returns for each item what came back, made comparable, up to where it lost its way; undefined when the agent hangs, which then is started anew
   */
  async converse(items: readonly Item[], number: number): Promise<string[] | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), CONVERSATION);
    });
    // when it is given up, what becomes of it is of no interest
    const answers = await Promise.race([this.#converse(items, number).catch(() => undefined), late]);
    clearTimeout(timer);
    if (answers !== undefined) return answers;
    await this.#agent.stop();
    this.#agent = await started(this.program);
    return undefined;
  }

  async #converse(items: readonly Item[], number: number): Promise<string[]> {
    const talk = new Talk(await this.#agent.connect(), number, this.program.label === 'reference');
    const answers: string[] = [];
    try {
      for (const item of items) {
        if (talk.lost) break;
        answers.push(await talk.send(item));
      }
      await talk.closeAll();
    } finally {
      talk.connection.close();
    }
    return answers;
  }
}

function started(program: AgentProgram): Promise<AgentProcess> {
  return AgentProcess.start(program, [`--block-rpcs=${BLOCKED}`]);
}

/** A number for the files of a conversation. */
export function nextConversation(): number {
  return ++conversations;
}

class Talk {
  readonly connection: Connection;
  readonly #number: number;
  /** whether one 0xFF may be too few to get out of a broken message */
  readonly #lenient: boolean;
  readonly #handles: string[] = [];
  #pid = '0';
  /** it took more than one 0xFF, so that what comes next may still be taken for a part of what was broken */
  lost = false;

  constructor(connection: Connection, number: number, lenient: boolean) {
    this.connection = connection;
    this.#number = number;
    this.#lenient = lenient;
  }

  async send({ text, poll }: Item): Promise<string> {
    const answer = await this.#exchange(text);
    const pid = /"return": \{"pid": (\d+)\}/.exec(answer)?.[1];
    if (poll === undefined || pid === undefined) return answer;
    this.#pid = pid;
    for (let attempt = 0; attempt < POLLS; attempt++) {
      const status = await this.#exchange(poll);
      if (!status.includes('"exited": false')) return `(a program was started)\n${status}`;
    }
    return 'the program does not end';
  }

  /** Leaves no handle behind, or the agents would run out of them. */
  async closeAll(): Promise<void> {
    for (const handle of this.#handles) {
      await this.#exchange(`{"execute":"guest-file-close","arguments":{"handle":${handle}}}`);
    }
  }

  /** Whatever the bytes leave unfinished, 0xFF ends; a ping behind it tells that all is answered. */
  async #exchange(text: string): Promise<string> {
    const id = `mark-${++marks}`;
    const bytes = bytesOf(`${this.#fill(text)}\xff\n{"execute":"guest-ping","id":"${id}"}\n`);
    const random = new Random(seedOf(bytesOf(text)));
    const pieces = random.once(2) ? [bytes] : inPieces(bytes, random);
    for (const piece of pieces) await this.connection.send(Buffer.from(piece));
    const received = await this.#upTo(id);
    if (received !== undefined) return this.#record(received);
    const late = this.connection.take().toString('latin1');
    this.lost = true;
    return this.#lenient && (await this.#recovered()) ? this.#record(late) : `no answer after ${late}`;
  }

  /** What comes before the reply to a ping; undefined when that does not come. */
  async #upTo(id: string): Promise<string | undefined> {
    const mark = `{"return": {}, "id": "${id}"}\n`;
    const patience = this.#lenient ? REFERENCE_PATIENCE : PATIENCE;
    if ((await this.connection.waitFor(Buffer.from(mark), patience)) !== 'found') return undefined;
    const received = this.connection.take().toString('latin1');
    return received.slice(0, received.indexOf(mark));
  }

  async #recovered(): Promise<boolean> {
    for (let attempt = 0; attempt < RECOVERIES; attempt++) {
      const id = `mark-${++marks}`;
      await this.connection.send(Buffer.from(`\xff\n{"execute":"guest-ping","id":"${id}"}\n`, 'latin1'));
      if ((await this.#upTo(id)) !== undefined) return true;
    }
    return false;
  }

  #fill(text: string): string {
    return text
      .replace(/@(\d)@/g, (_, index: string) => this.#handles[Number(index) - 1] ?? '1')
      .replaceAll('@PID@', this.#pid)
      .replaceAll('@S@', `s${this.#number}`);
  }

  #record(received: string): string {
    const lines = received.split('\n').filter((line) => line !== '');
    for (const line of lines) {
      const handle = /^\{"return": (\d{4,10})\}$/.exec(line)?.[1];
      if (handle !== undefined && Number(handle) < 1_000_000) this.#handles.push(handle);
    }
    const moving = { directory: `s${this.#number}-`, handles: this.#handles };
    return comparable(lines.map((line) => normalise(line, CASE, moving)));
  }
}
