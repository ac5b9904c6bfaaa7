import { basename, join } from 'node:path';
import { mkdirSync, statSync } from 'node:fs';
import type { CopyResult } from '@qga/client';
import type { Command } from 'commander';
import type { Context } from './context.js';
import { interruption } from './interrupt.js';
import { Progress } from './output/progress.js';
import { formatBytes, formatDuration } from './output/units.js';
import type { Selected } from './select.js';
import { UsageError } from './usage-error.js';

/** Options of the verbs that copy. */
export interface TransferOptions {
  readonly resume?: boolean;
  readonly verify?: boolean;
  readonly keepOwner?: boolean;
  readonly mode?: number;
  readonly quiet?: boolean;
}

/** Declares them. */
export function addTransferOptions(command: Command): void {
  command.option('--resume', 'go on where an earlier attempt with --resume broke off');
  command.option('--verify', 'insist on comparing checksums, if need be by reading back');
  command.option('--no-verify', 'do not compare checksums; default: where the guest can make them');
  command.option('--keep-owner', 'keep the owner, by number');
  command.option('--mode <MODE>', 'permissions of a new file, octal; default: those of the source', readMode);
  command.option('-q, --quiet', 'no progress, no report');
}

function readMode(text: string): number {
  if (!/^[0-7]{3,4}$/.test(text)) throw new UsageError(`--mode wants octal digits such as 0644, not '${text}'`);
  return parseInt(text, 8);
}

/** Files to copy, all one way. */
export interface Transfer {
  readonly way: 'put' | 'get';
  readonly from: readonly string[];
  readonly to: string;
}

/** Copies to or from all guests that are meant. @returns the exit code */
export async function transfer(context: Context, work: Transfer, options: TransferOptions): Promise<number> {
  const { signal, release } = interruption();
  const { many } = context.selection;
  const progress = new Progress(
    work.from.length === 1 ? basename(work.from[0] ?? '') : `${String(work.from.length)} files`,
  );
  const outcomes = await context.each(async (guest, selected) => {
    const results: (CopyResult & { readonly from: string; readonly to: string })[] = [];
    for (const from of work.from) {
      const to = destination(work, from, many ? selected : undefined);
      const settings = {
        signal,
        ...(options.resume === true ? { resume: true } : {}),
        ...(options.verify === undefined ? {} : { verify: options.verify }),
        ...(options.keepOwner === true ? { keepOwner: true } : {}),
        ...(options.mode === undefined ? {} : { mode: options.mode }),
        onProgress: (part: { bytes: number; total: number | undefined }) => {
          if (options.quiet !== true) progress.update(`${selected.name}\0${from}`, part);
        },
      };
      const result = await (work.way === 'put' ? guest.copyTo(from, to, settings) : guest.copyFrom(from, to, settings));
      results.push({ from, to, ...result });
    }
    return results;
  });
  progress.clear();
  release();
  for (const outcome of outcomes) {
    if ('error' in outcome) continue;
    if (context.json) context.printValue(outcome.guest, outcome.value);
    else if (options.quiet !== true) report(outcome.value, many ? `${outcome.guest.name}: ` : '');
  }
  return context.conclude(outcomes);
}

function report(results: readonly (CopyResult & { readonly to: string })[], prefix: string): void {
  for (const { to, bytes, milliseconds, verified, atomic, resumedAt } of results) {
    const rate = milliseconds > 0 ? `, ${formatBytes(((bytes - resumedAt) / milliseconds) * 1000)}/s` : '';
    const notes = [
      verified ? 'checksum compared' : 'not verified',
      ...(atomic ? [] : ['written in place']),
      ...(resumedAt > 0 ? [`resumed at ${formatBytes(resumedAt)}`] : []),
    ];
    process.stderr.write(
      `${prefix}${to}: ${formatBytes(bytes)} in ${formatDuration(milliseconds)}${rate} (${notes.join(', ')})\n`,
    );
  }
}

/** Where a file goes. @param several whose it is, when there are several guests to copy from */
function destination({ way, from: all, to }: Transfer, from: string, several: Selected | undefined): string {
  if (way === 'put') return to.endsWith('/') || all.length > 1 ? join(to, basename(from)) : to;
  if (several !== undefined) {
    const folder = join(to, several.name.replaceAll(/[^\w.-]/g, '_'));
    mkdirSync(folder, { recursive: true });
    return join(folder, basename(from));
  }
  const isFolder = statSync(to, { throwIfNoEntry: false })?.isDirectory() === true;
  return to.endsWith('/') || isFolder || all.length > 1 ? join(to, basename(from)) : to;
}
