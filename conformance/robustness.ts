import { readOptions } from './harness/options.js';
import { findOurs } from './harness/programs.js';
import { runRobustness } from './harness/robustness.js';
import type { AgentProgram } from './harness/types.js';

/**
 * What an agent must survive: several clients at once, clients that die, clients that never read, and noise.
 *
 *     node build/conformance/robustness.js [--agent 'COMMAND LINE']...
 *
 * QEMU's agent serves one client at a time and ends when a client leaves replies unread: it is not expected to pass.
 */

function programs(args: readonly string[]): readonly AgentProgram[] {
  const { agents } = readOptions(args);
  if (agents.length > 0) return agents;
  const ours = findOurs();
  if ('program' in ours) return [ours.program];
  console.log(`skipped: ${ours.label}: ${ours.reason}`);
  return [];
}

async function main(args: readonly string[]): Promise<number> {
  let passed = 0;
  let failed = 0;
  for (const program of programs(args)) {
    for (const { name, problem } of await runRobustness(program)) {
      console.log(
        `${problem === undefined ? 'ok' : 'FAILED'} ${program.label}: ${name}${problem ? `: ${problem}` : ''}`,
      );
      if (problem === undefined) passed++;
      else failed++;
    }
  }
  console.log(`${passed} passed, ${failed} failed, 0 skipped`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
