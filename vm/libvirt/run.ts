import { buildImage } from '../image/build.js';
import type { Variant } from '../image/variants.js';
import { members, parse } from '../machine/json.js';
import { tail } from '../machine/machine.js';
import { seconds } from '../report.js';
import type { Report } from '../report.js';
import type { Outcome } from './comparison.js';
import type { Daemons } from './daemons.js';
import { bootDomain, domainName, isConnected } from './domain.js';
import type { Domain } from './domain.js';
import type { Guest, Step } from './steps/step.js';
import { virsh } from './virsh.js';

/** What came of all steps with one agent. */
export interface Outcomes {
  readonly version: string;
  readonly byStep: ReadonlyMap<string, Outcome>;
}

/** What a run needs beside the agent. */
export interface Setup {
  readonly kernel: { readonly image: string; readonly release: string };
  readonly daemons: Daemons;
  readonly report: Report;
}

/**
 * Boots a domain with an agent and goes through the steps.
 * @throws Error when the machine does not come up
 */
export async function runSteps(variant: Variant, steps: readonly Step[], setup: Setup): Promise<Outcomes> {
  const { kernel, daemons, report } = setup;
  const begin = performance.now();
  const { file } = await buildImage(variant, kernel.release);
  const domain = await bootDomain({ name: variant.name, kernel: kernel.image, initramfs: file });
  report.note(`«${variant.name}» is up after ${seconds(performance.now() - begin)}`);
  const byStep = new Map<string, Outcome>();
  try {
    const version = await agentVersion();
    const guest = guestOf(variant.name, domain, daemons);
    for (const step of steps) {
      const outcome = await outcomeOf(step, guest, report);
      if ('fault' in outcome) report.note(await traces(guest));
      byStep.set(step.name, outcome);
    }
    return { version, byStep };
  } finally {
    await domain.end();
    report.note(`«${variant.name}» took ${seconds(performance.now() - begin)}`);
  }
}

async function outcomeOf(step: Step, guest: Guest, report: Report): Promise<Outcome> {
  const begin = performance.now();
  try {
    return { text: await step.run(guest) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  } finally {
    report.note(`  ${seconds(performance.now() - begin)} ${step.name}`);
  }
}

function guestOf(agent: string, domain: Domain, daemons: Daemons): Guest {
  return {
    agent,
    call: async (command, ...args) => {
      const { code, text } = await virsh([command, domainName, ...args]);
      return (code === 0 ? text : `${text}\nexit ${code}`).replaceAll(domainName, 'DOMAIN');
    },
    control: () => domain.control(),
    console: () => domain.console(),
    folder: domain.folder,
    restartLibvirt: () => daemons.restartLibvirt(),
    isConnected,
    settle: () => domain.settle(),
    exists: async () => (await virsh(['domstate', domainName])).code === 0,
  };
}

async function agentVersion(): Promise<string> {
  const { text } = await virsh(['qemu-agent-command', domainName, '{"execute":"guest-info"}']);
  const { version } = members(members(parse(text))['return']);
  return typeof version === 'string' ? version : 'without a version';
}

/** What there is to read after a step that went wrong. */
async function traces(guest: Guest): Promise<string> {
  const log = guest.control().run('tail -n 5 /run/agent/*.log; ps -o pid,stat,args | grep -v "\\["');
  const { output } = await log.catch((error: unknown) => ({ output: String(error) }));
  return `  console:\n${tail(await guest.console(), 5)}\n  inside:\n${tail(output)}`;
}
