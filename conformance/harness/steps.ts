import type { Bytes, Case, Step } from './types.js';

/** How long an answer may take before the agent counts as out of step, in milliseconds. */
const USUAL_PATIENCE_MS = 1500;

/** Patience for messages of many megabytes, in milliseconds. */
export const LONG_PATIENCE_MS = 40_000;

/** Sends bytes and collects the replies. */
export function ask(bytes: Bytes, patienceMs = USUAL_PATIENCE_MS): Step {
  return { do: 'ask', bytes, patienceMs };
}

/** Sends bytes and goes on at once. */
export function send(bytes: Bytes): Step {
  return { do: 'send', bytes };
}

/** Asks until the reply contains a text. */
export function poll(bytes: string, until: string): Step {
  return { do: 'poll', bytes, until };
}

/** Records the contents of a file of the case's directory. */
export function look(file: string): Step {
  return { do: 'look', file };
}

/** Does something to the case's directory. */
export function prepare(act: (directory: string) => void): Step {
  return { do: 'prepare', act };
}

export const reconnect: Step = { do: 'reconnect' };
export const halfClose: Step = { do: 'halfClose' };
export const restart: Step = { do: 'restart' };
export const state: Step = { do: 'state' };

/** The text of a request; `args` and `id` are JSON texts, so that they can be anything. */
export function request(execute: string, args?: string, id?: string): string {
  const argumentsPart = args === undefined ? '' : `,"arguments":${args}`;
  const idPart = id === undefined ? '' : `,"id":${id}`;
  return `{"execute":"${execute}"${argumentsPart}${idPart}}`;
}

/** A step that calls a command. */
export function call(execute: string, args?: string): Step {
  return ask(request(execute, args));
}

/** A case that sends once and records what comes back. */
export function single(name: string, bytes: Bytes): Case {
  return { name, steps: [ask(bytes)] };
}

/** Many single cases of one group. */
export function singles(group: string, table: Readonly<Record<string, Bytes>>): Case[] {
  return Object.entries(table).map(([name, bytes]) => single(`${group}/${name}`, bytes));
}

/** A case of several steps. */
export function steps(name: string, ...list: readonly Step[]): Case {
  return { name, steps: list };
}
