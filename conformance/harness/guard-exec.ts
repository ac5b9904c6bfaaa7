/**
 * What a case may have run. The programs are named one by one, and those that run others are held to words that do no harm.
 */

const PROGRAMS_WITH_ANY_ARGUMENTS = ['true', 'false', 'echo', 'printf'];
const PROGRAMS_WITHOUT_ARGUMENTS = ['cat', 'env'];
/** Names that no program has, and files that are none. */
const NO_PROGRAMS = [
  '',
  'x',
  '1',
  '7',
  'qga-none',
  './qga-none',
  '/qga/none',
  'a\0b',
  'caf\u00c3\u00a9',
  '/etc',
  '/etc/passwd',
];
const HARMLESS_VARIABLE = /^(PATH=(\/usr\/bin:\/bin|\/qga\/none)?|[A-Dx17](=.*)?|=x|)$/s;

const COMMAND = String.raw`(echo|printf|exit|sleep|true|cat|kill -[A-Z0-9]+ \$\$|head -c \d+ \/dev\/zero)( [A-Za-z0-9.%]+)*( >&2)?`;
/** Commands of this kind with `;` or `&` between them, or in a pair of brackets. */
const HARMLESS_SCRIPT = new RegExp(String.raw`^\(?${COMMAND}( ?[;&]\)? ?\(?${COMMAND})*\)?( &)?$`);

/** Members that would be read differently by different readers are no proof of anything. */
const AMBIGUOUS = /\\u(?!0000|00e9)|"(path|arg|env)"\s*:.*"\1"\s*:|'/s;

/**
 * Whether a request to run something is harmless whatever an agent makes of it.
 *
 * @param text the request as it is sent
 * @param args its arguments as they were read
 */
export function isHarmlessExec(text: string, args: Readonly<Record<string, unknown>>): boolean {
  const { path, arg, env } = args;
  if (AMBIGUOUS.test(text)) return false;
  if (env !== undefined && !isListOf(env, (variable) => HARMLESS_VARIABLE.test(variable))) return false;
  if (typeof path !== 'string') return true;
  if (PROGRAMS_WITH_ANY_ARGUMENTS.includes(path) || NO_PROGRAMS.includes(path)) return true;
  if (PROGRAMS_WITHOUT_ARGUMENTS.includes(path)) return arg === undefined;
  return path === 'sh' && Array.isArray(arg) && arg.length === 2 && arg[0] === '-c' && isHarmlessScript(arg[1]);
}

function isHarmlessScript(script: unknown): boolean {
  return typeof script === 'string' && HARMLESS_SCRIPT.test(script);
}

/** What is no text cannot name anything. */
function isListOf(value: unknown, fits: (text: string) => boolean): boolean {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.every((element) => typeof element !== 'string' || fits(element));
}
