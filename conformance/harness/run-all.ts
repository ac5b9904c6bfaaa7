import { AgentProcess } from './agent-process.js';
import { CaseRun } from './run-case.js';
import type { AgentProgram, Case, Transcript } from './types.js';

/** All transcripts of one agent, by case name. */
export type Transcripts = ReadonlyMap<string, Transcript>;

/** Runs all cases on one agent program, one process per set of options. */
export async function runAll(program: AgentProgram, cases: readonly Case[]): Promise<Transcripts> {
  const transcripts = new Map<string, Transcript>();
  for (const group of groupByFlags(cases)) await runGroup(program, group, transcripts);
  return transcripts;
}

/** Cases that may share a process; a fresh one is a group of its own. */
function groupByFlags(cases: readonly Case[]): Case[][] {
  const groups = new Map<string, Case[]>();
  for (const test of cases) {
    const key = test.fresh ? test.name : JSON.stringify(test.flags ?? []);
    groups.set(key, [...(groups.get(key) ?? []), test]);
  }
  return [...groups.values()];
}

async function runGroup(
  program: AgentProgram,
  group: readonly Case[],
  transcripts: Map<string, Transcript>,
): Promise<void> {
  let agent: AgentProcess | undefined;
  try {
    for (const test of group) {
      if (agent && !agent.alive) {
        await agent.stop();
        agent = undefined;
      }
      agent ??= await startFor(program, test, transcripts);
      if (agent) transcripts.set(test.name, await CaseRun.run(agent, test));
    }
  } finally {
    await agent?.stop();
  }
}

/** An agent that refuses its options is an answer to the case like any other. */
async function startFor(
  program: AgentProgram,
  test: Case,
  transcripts: Map<string, Transcript>,
): Promise<AgentProcess | undefined> {
  try {
    return await AgentProcess.start(program, test.flags ?? []);
  } catch (error) {
    if (!test.flags) throw error;
    transcripts.set(test.name, ['(the agent does not start)']);
    return undefined;
  }
}
