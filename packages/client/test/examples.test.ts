import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Where the examples are compiled as if they stood there; nothing is written. */
const FOLDER = path.join(ROOT, 'packages/cli');
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
};
/** What a page leaves to the reader. */
const READERS_PART = 'declare function copyTheDisk(): Promise<void>;\n';

const examplesOf = (page: string): string[] =>
  [...readFileSync(path.join(ROOT, page), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);

/** @returns what the compiler has against each of the examples */
function compile(examples: readonly string[]): string[] {
  const files = new Map(
    examples.map((code, at) => [path.join(FOLDER, `example-${String(at)}.ts`), code + READERS_PART]),
  );
  const disk = ts.createCompilerHost(OPTIONS);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (name) => files.has(name) || disk.fileExists(name),
    readFile: (name) => files.get(name) ?? disk.readFile(name),
    getSourceFile: (name, language, ...rest) => {
      const code = files.get(name);
      return code === undefined
        ? disk.getSourceFile(name, language, ...rest)
        : ts.createSourceFile(name, code, language);
    },
  };
  const program = ts.createProgram([...files.keys()], OPTIONS, host);
  return [...files.keys()].map((name) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(name))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
      .join('; '),
  );
}

await test('the examples of README.md and docs/client.md compile; broken ones do not', () => {
  const page = examplesOf('docs/client.md');
  const examples = [...page, ...examplesOf('README.md')];
  assert.ok(page.length >= 2 && examples.length > page.length, 'the examples were found');
  const [newcomer = ''] = page;
  const broken = [
    ['guest.copyTo(', 'guest.copyToo(', /copyToo/],
    ['mountpoint, type', 'mountPoint, type', /mountPoint/],
    ["'nginx', ['-t']", "'nginx', '-t'", /not assignable/],
    ["'@qga/client'", "'@qga/clients'", /Cannot find module/],
  ] as const;
  const faults = compile([...examples, ...broken.map(([good, bad]) => newcomer.replace(good, bad))]);
  assert.deepEqual(
    faults.slice(0, examples.length),
    examples.map(() => ''),
  );
  broken.forEach(([, bad, complaint], at) => assert.match(faults[examples.length + at] ?? '', complaint, bad));
});
