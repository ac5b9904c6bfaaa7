import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './native/bundle.js';
import { Compilation, type Workplace } from './native/compile.js';
import { SANITIZED, TARGETS, type Target } from './native/targets.js';

/**
 * Builds the agent's native binary: TypeScript's output → one bundle → bytecode → a static executable.
 *
 *     node build/scripts/build-native.js [--arch x86_64|aarch64|all] [--sanitize]
 *
 * The result is build/native/ARCH/qemu-ga; with --sanitize build/native/sanitized/qemu-ga, for tests on this machine.
 */

const root = join(import.meta.dirname, '../..');
const place: Workplace = { root, sources: join(root, 'packages/agent/native'), output: join(root, 'build/native') };

/** Bytecode is the same for all targets: it is made once, by a program of this machine. */
async function bytecode(): Promise<string> {
  const host = TARGETS.find(({ name }) => name === 'x86_64') ?? SANITIZED;
  const generator = await new Compilation(process.arch === 'x64' ? host : SANITIZED, place).generator();
  const script = join(place.output, 'qemu-ga.js');
  const source = join(place.output, 'bytecode.c');
  await bundle(join(root, 'packages/agent/dist/native/main.js'), script);
  writeFileSync(source, execFileSync(generator, [script], { maxBuffer: 64 * 1024 * 1024 }));
  return source;
}

async function buildTarget(target: Target, program: string): Promise<void> {
  const compilation = new Compilation(target, place);
  const objects = [...(await compilation.engine()), ...(await compilation.host()), await compilation.object(program)];
  const binary = await compilation.link('qemu-ga', objects);
  console.log(`${binary}: ${String(statSync(binary).size)} bytes`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { arch: { type: 'string', default: 'x86_64' }, sanitize: { type: 'boolean', default: false } },
  });
  const targets = values.sanitize
    ? [SANITIZED]
    : TARGETS.filter(({ name }) => values.arch === 'all' || values.arch === name);
  if (targets.length === 0)
    throw new Error(`no target '${values.arch}'; there are: ${TARGETS.map(({ name }) => name).join(', ')}, all`);
  mkdirSync(place.output, { recursive: true });
  const program = await bytecode();
  for (const target of targets) await buildTarget(target, program);
}

main().catch((error: unknown) => {
  console.error(`build:native: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
