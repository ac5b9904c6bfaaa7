import { connect } from '@qga/client';
import { readPlainly, writePlainly } from './plain-client.js';

/**
 * Copies one file and ends: a process of its own, so that its memory and its warm-up are its own.
 *
 *     node copy-worker.js ours|bare|plain from|to SOCKET SOURCE TARGET [CHUNK]
 *
 * «ours» copies as the library does unless told otherwise, compared and atomic; «bare» only moves the bytes, as «plain» does, the client that
 * anybody would write first. Prints seconds, peak RSS in KiB, and seconds of processor time.
 */

const [how, direction, socket = '', source = '', target = '', chunk = '0'] = process.argv.slice(2);

async function copyWithOurs(options: { verify?: false }): Promise<void> {
  const guest = await connect(socket);
  if (direction === 'from') await guest.copyFrom(source, target, options);
  else await guest.copyTo(source, target, options);
  guest.close();
}

async function copy(): Promise<void> {
  if (how === 'ours') await copyWithOurs({});
  else if (how === 'bare') await copyWithOurs({ verify: false });
  else if (direction === 'from') await readPlainly(socket, source, target, Number(chunk));
  else await writePlainly(socket, source, target, Number(chunk));
}

const begin = performance.now();
await copy();
const seconds = (performance.now() - begin) / 1000;
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
process.stdout.write(`${seconds} ${maxRSS} ${(userCPUTime + systemCPUTime) / 1e6}\n`);
