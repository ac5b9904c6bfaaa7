/** What a guest's kernel says about its processors beside what the agent's commands tell. */
export interface Model {
  readonly name: string;
  readonly sockets: number;
  /** of all sockets together */
  readonly cores: number;
}

/** @returns what a text like /proc/cpuinfo tells; undefined when it names no model, as on ARM */
export function parseModel(text: string): Model | undefined {
  const name = /^model name\s*: (.+)$/m.exec(text)?.[1];
  if (name === undefined) return undefined;
  const sockets = new Set<string>();
  const cores = new Set<string>();
  for (const block of text.split('\n\n')) {
    const socket = /^physical id\s*: (\d+)$/m.exec(block)?.[1];
    const core = /^core id\s*: (\d+)$/m.exec(block)?.[1];
    if (socket === undefined || core === undefined) continue;
    sockets.add(socket);
    cores.add(`${socket} ${core}`);
  }
  return { name, sockets: sockets.size, cores: cores.size };
}
