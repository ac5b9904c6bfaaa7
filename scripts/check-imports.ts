import path from 'node:path';
import { projectFiles, readProjectFile } from './repository.js';

/** A part of the project: the files under a path. The longest path that fits a file decides. */
interface Part {
  readonly path: string;
  /** paths of parts, and names of packages, that it may import besides itself */
  readonly may: readonly string[];
  /** whether it may import Node's own modules */
  readonly node: boolean;
}

const AGENT = 'packages/agent/src';
const CLIENT = 'packages/client/src';

/** The arrows of docs/architecture.md. */
const PARTS: readonly Part[] = [
  { path: 'packages/protocol/src', may: [], node: false },
  { path: 'packages/protocol/src/node', may: ['packages/protocol/src'], node: true },
  { path: 'packages/protocol/test', may: ['packages/protocol'], node: true },
  { path: 'packages/schema/src', may: [], node: true },
  { path: 'packages/schema/test', may: ['packages/schema'], node: true },
  { path: `${AGENT}/linux`, may: [], node: false },
  { path: `${AGENT}/platform.ts`, may: ['@qga/protocol'], node: false },
  { path: `${AGENT}/core`, may: ['@qga/protocol', `${AGENT}/linux`, `${AGENT}/platform.ts`], node: false },
  {
    path: `${AGENT}/freeze`,
    may: ['@qga/protocol', `${AGENT}/core`, `${AGENT}/linux`, `${AGENT}/platform.ts`],
    node: false,
  },
  {
    path: `${AGENT}/audit`,
    may: ['@qga/protocol', `${AGENT}/core`, `${AGENT}/linux`, `${AGENT}/platform.ts`],
    node: false,
  },
  {
    path: `${AGENT}/policy`,
    may: ['@qga/protocol', `${AGENT}/core`, `${AGENT}/linux`, `${AGENT}/platform.ts`],
    node: false,
  },
  {
    path: `${AGENT}/commands`,
    may: ['@qga/protocol', `${AGENT}/core`, `${AGENT}/freeze`, `${AGENT}/linux`, `${AGENT}/platform.ts`],
    node: false,
  },
  {
    path: AGENT,
    may: [
      '@qga/protocol',
      `${AGENT}/core`,
      `${AGENT}/commands`,
      `${AGENT}/audit`,
      `${AGENT}/freeze`,
      `${AGENT}/linux`,
      `${AGENT}/policy`,
      `${AGENT}/platform.ts`,
    ],
    node: false,
  },
  {
    path: `${AGENT}/transports`,
    may: ['@qga/protocol', `${AGENT}/core`, `${AGENT}/linux`, `${AGENT}/platform.ts`, `${AGENT}/descriptors.ts`],
    node: false,
  },
  { path: `${AGENT}/descriptors.ts`, may: [`${AGENT}/core`, `${AGENT}/platform.ts`], node: false },
  {
    path: `${AGENT}/selftest`,
    may: ['@qga/protocol', `${AGENT}/core`, `${AGENT}/linux`, `${AGENT}/platform.ts`],
    node: false,
  },
  {
    path: `${AGENT}/daemon`,
    may: [
      '@qga/protocol',
      AGENT,
      `${AGENT}/core`,
      `${AGENT}/audit`,
      `${AGENT}/linux`,
      `${AGENT}/policy`,
      `${AGENT}/selftest`,
      `${AGENT}/transports`,
      `${AGENT}/platform.ts`,
      `${AGENT}/descriptors.ts`,
    ],
    node: false,
  },
  {
    path: `${AGENT}/native`,
    may: [
      '@qga/protocol',
      `${AGENT}/core`,
      `${AGENT}/daemon`,
      `${AGENT}/linux`,
      `${AGENT}/transports`,
      `${AGENT}/platform.ts`,
      `${AGENT}/descriptors.ts`,
    ],
    node: false,
  },
  {
    path: `${AGENT}/node`,
    may: [
      '@qga/protocol',
      '@qga/protocol/node',
      'koffi',
      AGENT,
      `${AGENT}/core`,
      `${AGENT}/daemon`,
      `${AGENT}/transports`,
      `${AGENT}/descriptors.ts`,
      `${AGENT}/linux`,
      `${AGENT}/platform.ts`,
    ],
    node: true,
  },
  { path: 'packages/agent/test', may: ['packages/agent', 'koffi', '@qga/protocol', '@qga/protocol/node'], node: true },
  { path: `${CLIENT}/core`, may: ['@qga/protocol'], node: false },
  { path: `${CLIENT}/node`, may: ['@qga/protocol', '@qga/protocol/node', 'koffi', `${CLIENT}/core`], node: true },
  { path: 'packages/client/test', may: ['packages/client', '@qga/protocol', '@qga/protocol/node'], node: true },
  { path: 'packages/client/test/examples.test.ts', may: ['typescript'], node: true },
  {
    path: 'packages/cli/src',
    may: ['@qga/client', '@qga/protocol', '@qga/protocol/docs', 'commander', 'string-width'],
    node: true,
  },
  {
    path: 'packages/cli/test',
    may: ['packages/cli', '@qga/client/testing', '@qga/protocol', '@qga/protocol/docs'],
    node: true,
  },
  { path: 'conformance', may: [], node: true },
  {
    path: 'fuzz',
    may: [
      '@qga/protocol',
      '@qga/protocol/node',
      '@qga/agent/core',
      '@qga/client/core',
      'packages/agent',
      'packages/schema',
      'conformance',
    ],
    node: true,
  },
  { path: 'vm', may: [], node: true },
  { path: 'scripts', may: ['@qga/client', '@qga/agent/core', 'vm', 'esbuild', 'typescript'], node: true },
];

const IMPORT = /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*'([^']+)'|^\s*import\s*'([^']+)'|\bimport\('([^']+)'\)/gm;

function partOf(file: string): Part | undefined {
  const fitting = PARTS.filter((part) => file === part.path || file.startsWith(`${part.path}/`));
  return fitting.sort((a, b) => b.path.length - a.path.length)[0];
}

/** Names of what a source file imports. */
function importsOf(file: string): string[] {
  return Array.from(readProjectFile(file).matchAll(IMPORT), ([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');
}

/** The source file, or the folder of compiled files, that a relative import means. */
function target(file: string, name: string): string {
  const joined = path.posix.join(path.posix.dirname(file), name).replace(/\.js$/, '.ts');
  return joined.replace(/^(packages\/[^/]+)\/dist\//, '$1/src/').replace(/^build\//, '');
}

function fault(file: string, part: Part, name: string): string | undefined {
  if (name.startsWith('node:'))
    return part.node ? undefined : `${file} imports ${name}: this part must run without Node`;
  if (!name.startsWith('.'))
    return part.may.includes(name) ? undefined : `${file} imports ${name}: not an arrow of this part`;
  const to = target(file, name);
  const other = partOf(to);
  if (other === part) return undefined;
  const allowed =
    other !== undefined && part.may.some((path) => other.path === path || other.path.startsWith(`${path}/src`));
  return allowed ? undefined : `${file} imports ${to}: ${part.path} may not use ${other?.path ?? 'it'}`;
}

/** A chain of files that import each other in a circle, or nothing. */
function cycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const walk = (file: string, chain: readonly string[]): string[] | undefined => {
    if (chain.includes(file)) return [...chain.slice(chain.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const found = walk(next, [...chain, file]);
      if (found !== undefined) return found;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const found = walk(file, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @returns what is wrong with the directions of imports, one line each */
export function checkImports(): string[] {
  const faults: string[] = [];
  const graph = new Map<string, string[]>();
  for (const file of projectFiles('*.ts')) {
    const part = partOf(file);
    if (part === undefined) {
      faults.push(`${file} belongs to no part that scripts/check-imports.ts knows`);
      continue;
    }
    const names = importsOf(file);
    graph.set(
      file,
      names.filter((name) => name.startsWith('.')).map((name) => target(file, name)),
    );
    for (const name of names) {
      const found = fault(file, part, name);
      if (found !== undefined) faults.push(found);
    }
  }
  const circle = cycle(graph);
  if (circle !== undefined) faults.push(`files import each other in a circle: ${circle.join(' -> ')}`);
  return faults;
}
