import { isErrno } from '../core/system-error.js';
import type { Files } from '../platform.js';
import { literalHead, prefixed, type Glob } from './glob.js';
import type { NamePattern, Pattern, PolicyRules, ProgramPattern, Rule } from './rules.js';

/**
 * The same rules, in which each path is also known by where its symbolic links lead now: `/var/run/**` means `/run/**` where
 * the one is a link to the other. What the kernel says of an open file has no links in it.
 */
export async function resolveRules(files: Files, rules: PolicyRules): Promise<PolicyRules> {
  const path = (pattern: NamePattern): Promise<NamePattern> => withTarget(files, pattern);
  const folder = (pattern: ProgramPattern): Promise<ProgramPattern> => withFolder(files, pattern);
  return {
    ...rules,
    fileRead: await mapRule(rules.fileRead, path, path),
    fileWrite: await mapRule(rules.fileWrite, path, path),
    freeze: await mapRule(rules.freeze, path, path),
    exec: await mapRule(rules.exec, folder, async (pattern) => withTarget(files, await folder(pattern))),
  };
}

async function mapRule<P extends Pattern>(
  rule: Rule<P> | undefined,
  permit: (pattern: P) => Promise<P>,
  except: (pattern: P) => Promise<P>,
): Promise<Rule<P> | undefined> {
  if (rule === undefined) return undefined;
  const permits: P[] = [];
  const excepts: P[] = [];
  for (const pattern of rule.permits) permits.push(await permit(pattern));
  for (const pattern of rule.excepts) excepts.push(await except(pattern));
  return { ...rule, permits, excepts };
}

/** Follows every link of what stands before the first wildcard. */
async function withTarget<P extends NamePattern>(files: Files, pattern: P): Promise<P> {
  return mapGlobs(pattern, async (glob) => {
    const { text, rest } = literalHead(glob);
    if (rest.length === 0) return prefixed(await realPath(files, text), []);
    const end = text.lastIndexOf('/');
    return prefixed(`${await realPath(files, text.slice(0, end))}/${text.slice(end + 1)}`, rest);
  });
}

/** Follows the links of the directories only: a link to a program may make another program of it (busybox). */
async function withFolder<P extends NamePattern>(files: Files, pattern: P): Promise<P> {
  return mapGlobs(pattern, async (glob) => {
    const { text, rest } = literalHead(glob);
    const end = text.lastIndexOf('/');
    return prefixed(`${await realPath(files, text.slice(0, end))}/${text.slice(end + 1)}`, rest);
  });
}

async function mapGlobs<P extends NamePattern>(pattern: P, resolve: (glob: Glob) => Promise<Glob>): Promise<P> {
  const resolved: Glob[] = [];
  for (const glob of pattern.globs) resolved.push(await resolve(glob));
  return { ...pattern, globs: [...pattern.globs, ...resolved] };
}

/** The path without links, as far as it exists. @returns it without a slash at its end; the root is empty */
async function realPath(files: Files, path: string): Promise<string> {
  let missing = '';
  for (let head = path; head !== ''; head = head.slice(0, head.lastIndexOf('/'))) {
    try {
      const real = await files.realpath(head);
      return `${real === '/' ? '' : real}${missing}`;
    } catch (error) {
      if (!isErrno(error)) throw error;
      missing = head.slice(head.lastIndexOf('/')) + missing;
    }
  }
  return missing;
}
