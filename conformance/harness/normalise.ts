import type { Case } from './types.js';

/** The commands that every agent must have; guest-info is compared only for these. */
const COMPARED_COMMANDS = [
  'guest-sync',
  'guest-sync-delimited',
  'guest-ping',
  'guest-info',
  'guest-shutdown',
  'guest-file-open',
  'guest-file-close',
  'guest-file-read',
  'guest-file-write',
  'guest-file-seek',
  'guest-file-flush',
  'guest-fsfreeze-status',
  'guest-fsfreeze-freeze',
  'guest-fsfreeze-freeze-list',
  'guest-fsfreeze-thaw',
];

/** What the replies of one case have to be freed of before they can be compared. */
export interface Moving {
  /** The case's directory. */
  readonly directory: string;
  /** The handles it opened, in order. */
  readonly handles: readonly string[];
}

/** Makes one recorded line comparable between agents. */
export function normalise(line: string, test: Case, moving: Moving): string {
  // An agent may say where it gave up reading; the count may run over its whole life, so that it cannot be compared.
  let text = line.replace(/("desc": ")\d+:\d+: (?=JSON )/, '$1');
  text = text.split(moving.directory).join('@DIR@');
  text = text.replace(/("return": \{"pid": )\d+/, '$1@PID@');
  if (!test.exactHandles) text = normaliseHandles(text, moving.handles);
  for (const member of test.movingNumbers ?? []) {
    text = text.replace(new RegExp(`"${member}": -?\\d+`, 'g'), `"${member}": N`);
  }
  if (test.moving) text = text.replace(/(?<=[:\[] )-?\d+(\.\d+)?/g, '0');
  return test.info ? normaliseInfo(text) : text;
}

function normaliseHandles(text: string, handles: readonly string[]): string {
  const named = /^(\{"return": |.*handle ')(-?\d+)(\}|' has not been found.*)$/.exec(text);
  const index = handles.indexOf(named?.[2] ?? '');
  return named && index >= 0 ? `${named[1]}@${index + 1}@${named[3]}` : text;
}

/** Keeps the bytes of the entries it keeps, so that their shape, their flags and their order still count. */
function normaliseInfo(text: string): string {
  const versionless = text.replace(/"version": "[^"]*"/, '"version": "VERSION"');
  const reduced = versionless.replace(/\{"enabled": [^}]*\}(, )?/g, (entry: string) => {
    const name = /"name": "([^"]*)"/.exec(entry)?.[1] ?? '';
    return COMPARED_COMMANDS.includes(name) ? entry : '';
  });
  return reduced.replace(/, \]/, ']');
}
