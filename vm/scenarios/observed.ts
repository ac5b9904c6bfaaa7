import { withLine } from '../machine/agent-line.js';
import { limits } from '../time.js';
import type { Session } from './index.js';
import type { Scenario } from './scenario.js';

/**
 * What an agent is said not to pass, turned round: such a scenario is right when it fails, and says how.
 * Each gets a machine of its own, because what an agent leaves behind that fails (frozen disks) is no start for the next.
 * @param agent name of the variant
 */
export function observed(sessions: readonly Session[], agent: string): Session[] {
  return sessions.flatMap((session) =>
    session.scenarios
      .filter(({ notFor }) => notFor?.[agent] !== undefined)
      .map((scenario, at) => ({
        ...session,
        name: `${session.name} ${at + 1}`,
        scenarios: [turnedRound(scenario, scenario.notFor?.[agent] ?? '')],
      })),
  );
}

function turnedRound(scenario: Scenario, reason: string): Scenario {
  const { name } = scenario;
  return {
    name,
    run: async (machine) => {
      // what is sent before the agent is there is lost, and that is not what the scenario is about
      await withLine(machine.virtioLine, (line) => line.sync(limits.firstReply));
      const failure = await scenario.run(machine).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      if (failure === undefined) throw new Error(`it passes, though «${reason}»`);
      process.stdout.write(`  ${name}\n  said: ${reason}\n  seen: ${failure.replaceAll('\n', '\n        ')}\n`);
    },
  };
}
