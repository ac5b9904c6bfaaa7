import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../paths.js';
import { tree, withLibraries } from './files.js';
import type { ImageFile } from './files.js';

/** An agent the machine can run: the scenarios are the same for each. */
export interface Variant {
  readonly name: string;
  /** How to start it inside the machine, without options. No word may contain a space. */
  readonly command: readonly string[];
  /** What has to be built or installed first, one sentence each; empty when all is there. */
  missing(): string[];
  /** Everything the command needs inside the machine. */
  files(): Promise<ImageFile[]>;
}

const modules = '/opt/qga/node_modules';

/** Ours on Node: the production files of the workspace packages, laid out as npm would install them. */
const ours: Variant = {
  name: 'ours',
  command: ['/usr/bin/node', `${modules}/@qga/agent/bin/qemu-ga.js`],
  missing: () =>
    ['packages/agent/dist/node/main.js', 'packages/protocol/dist/index.js', 'node_modules/koffi/index.js']
      .filter((path) => !existsSync(join(root, path)))
      .map((path) => `${path} is missing: npm install && npm run build`),
  files: async () => [
    ...(await withLibraries(process.execPath, '/usr/bin/node')),
    ...tree(join(root, 'packages/agent'), `${modules}/@qga/agent`, isProductionFile),
    ...tree(join(root, 'packages/protocol'), `${modules}/@qga/protocol`, isProductionFile),
    ...tree(join(root, 'node_modules/koffi'), `${modules}/koffi`, (path) => /^[^/]*(\.c?js|\.json)$/.test(path)),
    ...tree(join(root, 'node_modules/koffi/src/koffi'), `${modules}/koffi/src/koffi`, (path) => /\.c?js$/.test(path)),
    ...tree(
      join(root, 'node_modules/@koromix/koffi-linux-x64'),
      `${modules}/@koromix/koffi-linux-x64`,
      (path) => !path.startsWith('musl'),
    ),
  ],
};

const nativeBinary = join(root, 'build/native/x86_64/qemu-ga');

/** Ours as one static executable: nothing else of it is in the machine. */
const native: Variant = {
  name: 'native',
  command: ['/usr/bin/qemu-ga'],
  missing: () => (existsSync(nativeBinary) ? [] : [`${nativeBinary} is missing: npm run build:native`]),
  files: async () => [{ source: nativeBinary, target: '/usr/bin/qemu-ga' }],
};

const qemuAgent = '/usr/sbin/qemu-ga';

/** The agent of QEMU as the distribution packages it: shows that a scenario asks for what the original does. */
const qemu: Variant = {
  name: 'qemu',
  command: [qemuAgent],
  missing: () => (existsSync(qemuAgent) ? [] : [`${qemuAgent} is missing: apt-get install qemu-guest-agent`]),
  files: () => withLibraries(qemuAgent),
};

/** All variants. */
export const variants: readonly Variant[] = [ours, native, qemu];

/** The files of a package that npm would publish and Node would load. */
function isProductionFile(path: string): boolean {
  return /^(bin\/)?package\.json$|^(bin|dist)\/.*\.js$/.test(path);
}
