import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The agent's program on one of its hosts. */
export interface Host {
  readonly name: string;
  /** what is executed, with the arguments that come before the agent's own */
  readonly command: readonly string[];
  /** why it cannot be run here */
  readonly missing: string | undefined;
}

const NATIVE = fileURLToPath(new URL('../../../../build/native/x86_64/qemu-ga', import.meta.url));

export const HOSTS: readonly Host[] = [
  {
    name: 'Node',
    command: [process.execPath, fileURLToPath(new URL('../../bin/qemu-ga.js', import.meta.url))],
    missing: undefined,
  },
  {
    name: 'native',
    command: [NATIVE],
    missing: existsSync(NATIVE) ? undefined : 'not built: npm run build:native',
  },
];
