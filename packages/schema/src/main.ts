import { readFileSync } from 'node:fs';
import { compile } from './compile.js';
import type { Compiled } from './compile.js';
import { dump, plural, summary } from './dump.js';
import { generate, repositoryPlaces } from './generate.js';
import { processOutput } from './output.js';
import type { Output } from './output.js';
import { formatProblem, SchemaError } from './source.js';

const HELP = `usage: qapi check FILE          check a schema; warnings go to stderr, a summary to stdout
       qapi dump FILE           print the resolved schema as JSON
       qapi generate            write the generated files of this repository
       qapi generate --check    only say which of them are stale
       qapi help                print this text

Exit status: 0 fine, 1 the schema is wrong or files are stale, 2 wrong usage.
`;

/** The command line `qapi`; `argv` without interpreter and script. Resolves to the exit status; bad input never rejects. */
export function main(argv: readonly string[], output: Output = processOutput): Promise<number> {
  // Nothing here waits for anything; the promise is what callers of any command line expect.
  return new Promise((settle) => {
    settle(execute(argv, output));
  });
}

function execute(argv: readonly string[], output: Output): number {
  const usage = usageError(argv);
  if (usage !== undefined) {
    output.err(`qapi: ${usage}; see 'qapi --help'\n`);
    return 2;
  }
  try {
    return run(argv, output);
  } catch (error) {
    // System errors (a file that cannot be read) speak for themselves; anything else is a fault of this program.
    if (error instanceof SchemaError) output.err(`${error.message}\n`);
    else if (error instanceof Error && 'syscall' in error) output.err(`qapi: ${error.message}\n`);
    else throw error;
    return 1;
  }
}

function usageError(argv: readonly string[]): string | undefined {
  const [verb, ...rest] = argv;
  if (verb === undefined) return 'no verb given';
  if (verb === 'help' || verb === '--help' || verb === '-h') return undefined;
  if (verb !== 'check' && verb !== 'dump' && verb !== 'generate') return `unknown verb '${verb}'`;
  if (rest.includes('--help')) return undefined;
  const flag = rest.find((argument) => argument.startsWith('-') && !(verb === 'generate' && argument === '--check'));
  if (flag !== undefined) return `unknown flag '${flag}' for '${verb}'`;
  if (verb === 'generate') {
    const surplus = rest.find((argument) => argument !== '--check');
    return surplus === undefined ? undefined : `unexpected argument '${surplus}'`;
  }
  return rest.length === 1 ? undefined : `'${verb}' takes exactly one file`;
}

function run(argv: readonly string[], output: Output): number {
  const [verb, argument = ''] = argv;
  if (argv.includes('--help') || verb === 'help' || verb === '-h') {
    output.out(HELP);
    return 0;
  }
  if (verb === 'generate') return generate({ check: argument === '--check' }, repositoryPlaces(), output);
  const compiled = compile(argument, (path) => readFileSync(path, 'utf8'));
  printWarnings(compiled, output);
  const line = `${summary(compiled.schema)}; ${plural(compiled.warnings.length, 'warning')}\n`;
  output.out(verb === 'dump' ? dump(compiled.schema) : line);
  return 0;
}

function printWarnings({ warnings }: Compiled, output: Output): void {
  for (const warning of warnings) output.err(`${formatProblem('warning', warning)}\n`);
}
