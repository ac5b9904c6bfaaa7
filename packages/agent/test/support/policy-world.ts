import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach } from 'node:test';
import { Agent } from '../../dist/agent.js';
import { readKeyLines } from '../../dist/core/key-file.js';
import { nodePlatform } from '../../dist/node/platform.js';
import type { Platform } from '../../dist/platform.js';
import { parsePolicy } from '../../dist/policy/parse.js';
import { temporaryFolder } from './agent-process.js';
import { call, request } from './memory-client.js';

/** A folder with something open, something closed, and agents under a policy; made anew for each test of a file. */
export let folder: string;
let remove: () => void;
export let log: string[];
let agents: Agent[];
export const inside = (name: string): string => path.join(folder, name);

beforeEach(() => {
  ({ folder, remove } = temporaryFolder());
  log = [];
  agents = [];
  for (const name of ['open', 'closed', 'state']) fs.mkdirSync(inside(name));
  fs.writeFileSync(inside('closed/secret'), 'secret');
  fs.writeFileSync(inside('open/plain'), 'plain');
});
afterEach(async () => {
  // timers of ended programs would keep the process alive
  for (const agent of agents) await agent.stop();
  remove();
});

/** An agent with a policy in which `@` is the test's folder. */
export function agentWith(...lines: readonly string[]): Promise<Agent> {
  return agentOn(nodePlatform({ write: (line) => void log.push(line), syslog: () => undefined }), lines);
}

export async function agentOn(platform: Platform, lines: readonly string[]): Promise<Agent> {
  const text = ['[policy]', ...lines].join('\n').replaceAll('@', folder);
  const policy = parsePolicy(readKeyLines(text));
  const agent = await Agent.create({ platform, statedir: inside('state'), policy });
  agents.push(agent);
  return agent;
}

export async function open(agent: Agent, file: string, mode: string): Promise<string> {
  const reply = await call(agent, request('guest-file-open', { path: file, mode }));
  const { error } = JSON.parse(reply) as { error?: { desc: string } };
  return error?.desc ?? 'opened';
}
