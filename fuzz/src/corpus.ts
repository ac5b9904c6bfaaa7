import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bytesOf, textOf } from './target.js';

const FOLDER = path.join(import.meta.dirname, '../corpus');

/**
 * The inputs that are kept for a target: those that once found something, and those that reach a place of the code that the
 * others do not. One JSON string a line, each character a byte.
 */
export function readCorpus(target: string): Uint8Array[] {
  const file = fileOf(target);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => bytesOf(JSON.parse(line) as string));
}

/** Replaces what is kept. */
export function writeCorpus(target: string, inputs: readonly Uint8Array[]): void {
  writeFileSync(fileOf(target), inputs.map((input) => `${asLine(input)}\n`).join(''));
}

/** An input as a line of the corpus. */
export function asLine(input: Uint8Array): string {
  return JSON.stringify(textOf(input)).replace(/[\x7f-\xff]/g, (byte) => `\\u00${byte.charCodeAt(0).toString(16)}`);
}

function fileOf(target: string): string {
  return path.join(FOLDER, `${target}.jsonl`);
}
