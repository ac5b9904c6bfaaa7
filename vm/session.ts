import { withLine } from './machine/agent-line.js';
import { elements, members } from './machine/json.js';
import type { Machine } from './machine/machine.js';
import { boot, tail } from './machine/machine.js';
import { seconds } from './report.js';
import type { Report } from './report.js';
import type { Scenario } from './scenarios/scenario.js';
import type { Session } from './scenarios/index.js';

/** What a session runs with. */
export interface Setup {
  /** Name of the agent variant. */
  readonly agent: string;
  readonly kernel: string;
  readonly initramfs: string;
}

/** Boots a session's machine and runs its scenarios in order; a machine that does not boot fails them all. */
export async function runSession(session: Session, setup: Setup, report: Report): Promise<void> {
  const scenarios = session.scenarios.filter((scenario) => isFit(scenario, setup.agent, report));
  if (scenarios.length === 0) return;
  const { agent, kernel, initramfs } = setup;
  const { agents, disks, buses = false } = session;
  const begin = performance.now();
  const machine = await boot({
    name: `${agent}-${session.name}`,
    agent,
    kernel,
    initramfs,
    agents,
    disks,
    buses,
  }).catch((error: unknown) => scenarios.forEach(({ name }) => report.failed(name, error)));
  if (machine === undefined) return;
  report.note(`machine «${session.name}» is up after ${seconds(performance.now() - begin)}`);
  try {
    for (const scenario of scenarios) await runScenario(scenario, machine, report);
  } finally {
    machine.control.close();
    machine.qmp.close();
    await machine.end();
  }
}

function isFit(scenario: Scenario, agent: string, report: Report): boolean {
  const reason = scenario.notFor?.[agent];
  if (reason !== undefined) report.skipped(scenario.name, reason);
  return reason === undefined;
}

async function runScenario(scenario: Scenario, machine: Machine, report: Report): Promise<void> {
  const begin = performance.now();
  try {
    if (scenario.needs !== undefined && !(await offers(machine, scenario.needs))) {
      report.skipped(scenario.name, `this agent does not offer ${scenario.needs} yet`);
      return;
    }
    await scenario.run(machine);
    report.passed(scenario.name, performance.now() - begin);
  } catch (error) {
    report.failed(scenario.name, error);
    report.note(await traces(machine));
  }
}

/** Whether the agent lists a command. */
function offers(machine: Machine, command: string): Promise<boolean> {
  return withLine(machine.virtioLine, async (line) => {
    await line.sync();
    const commands = elements(members(await line.command('guest-info'))['supported_commands']).map(members);
    return commands.some((one) => one['name'] === command);
  });
}

/** Shell text: the last lines of each agent's log, and the agents that run. */
const lastWords =
  'tail -n 5 /run/agent/*.log; ps -o pid,stat,args | grep -F "$(cat /etc/agent-command)" | grep -v grep';

/** What the machine left to read: the end of its console, and of the agents' logs if it still answers. */
async function traces(machine: Machine): Promise<string> {
  const { output } = await machine.control.run(lastWords).catch((error: unknown) => ({ output: String(error) }));
  return `  console:\n${tail(await machine.console())}\n  inside:\n${tail(output)}`;
}
