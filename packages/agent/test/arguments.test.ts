import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { commandTables, encodedParts, Framer, plainKernels } from '@qga/protocol';
import { Agent } from '../dist/agent.js';
import { nodePlatform } from '../dist/node/platform.js';
import type { Platform } from '../dist/platform.js';

type Table = (typeof commandTables)[keyof typeof commandTables];

/** What each type is called in an error, and a value that fits it. */
const KINDS: Readonly<Record<string, readonly [name: string, fitting: unknown]>> = {
  int: ['integer', 0],
  str: ['string', ''],
  base64: ['string', ''],
  bool: ['boolean', false],
  array: ['array', []],
};
const VALUES: readonly unknown[] = [0, 1.5, 1e300, '', true, null, [], {}];

function fits(kind: string, value: unknown): boolean {
  if (kind === 'array') return Array.isArray(value);
  const names: Readonly<Record<string, string>> = { int: 'number', str: 'string', base64: 'string', bool: 'boolean' };
  return typeof value === names[kind] && (kind !== 'int' || Number.isSafeInteger(value));
}

/** A fitting value for each argument that must be there. */
function required({ arguments: { members } }: Table): Record<string, unknown> {
  const fitting = members
    .filter(({ optional }) => !optional)
    .map(({ name, type }) => [name, KINDS[type.kind]?.[1] ?? 0]);
  return Object.fromEntries(fitting) as Record<string, unknown>;
}

const COMMANDS = Object.entries(commandTables).filter(([name]) => name !== 'guest-get-devices');

/**
 * Every argument of every command, as the schema has it. An agent that acts on anything that is sent here fails: from its start on
 * neither files nor processes, clock or kernel are there for it. So this needs no list of commands too dangerous to be asked.
 */
suite('arguments', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'qga-arguments-'));
  let agent: Agent;
  let started = false;
  before(async () => {
    const real = nodePlatform({ write: () => undefined, syslog: () => undefined });
    const untilStarted = <T extends object>(part: T, name: string): T =>
      new Proxy(part, {
        get: (target, member) => {
          if (started) throw new Error(`acted: ${name}.${String(member)}`);
          return Reflect.get(target, member) as unknown;
        },
      });
    const platform: Platform = {
      ...real,
      files: untilStarted(real.files, 'files'),
      processes: untilStarted(real.processes, 'processes'),
      system: untilStarted(real.system, 'system'),
    };
    agent = await Agent.create({ platform, statedir: folder });
    started = true;
  });
  after(() => rmSync(folder, { recursive: true }));

  /** @returns class and text of the error; the reply when it is none */
  const refused = async (execute: string, args: unknown): Promise<string> => {
    let text = '';
    const request = JSON.stringify({ execute, arguments: args });
    for (const frame of new Framer(plainKernels).push(Buffer.from(request))) {
      text += Buffer.concat(encodedParts((await agent.dispatcher.answer(frame)) ?? [])).toString();
    }
    const { error } = JSON.parse(text) as { error?: { class: string; desc: string } };
    return error === undefined ? text : `${error.class}: ${error.desc}`;
  };

  for (const [command, table] of COMMANDS) {
    const { members } = table.arguments;
    test(`${command}: what is not known is refused`, async () => {
      const args = { ...required(table), 'not-there': 1 };
      assert.equal(await refused(command, args), "GenericError: Parameter 'not-there' is unexpected");
      for (const [value, desc] of [
        [[], 'must be an object'],
        [null, 'must be an object'],
        ['x', 'must be an object'],
      ] as const) {
        assert.equal(await refused(command, value), `GenericError: QMP input member 'arguments' ${desc}`);
      }
    });

    for (const { name, optional, type } of members) {
      test(`${command}: ${name} is refused where it does not fit`, async () => {
        const others = required(table);
        const [wanted] = KINDS[type.kind] ?? [];
        for (const value of VALUES) {
          if (wanted === undefined ? typeof value !== 'object' : fits(type.kind, value)) continue;
          const said = await refused(command, { ...others, [name]: value });
          const expected = wanted ?? '(integer|Guest\\w+)';
          assert.match(said, new RegExp(`^GenericError: Invalid parameter type for '${name}', expected: ${expected}$`));
        }
        if (optional) return;
        const rest = Object.fromEntries(Object.entries(others).filter(([other]) => other !== name));
        assert.equal(await refused(command, rest), `GenericError: Parameter '${name}' is missing`);
      });
    }
  }

  const elements: readonly (readonly [command: string, args: unknown, desc: string])[] = [
    ['guest-set-vcpus', { vcpus: [1] }, "Invalid parameter type for 'vcpus[0]', expected: object"],
    ['guest-set-vcpus', { vcpus: [{ online: true }] }, "Parameter 'vcpus[0].logical-id' is missing"],
    ['guest-set-vcpus', { vcpus: [{ 'logical-id': 0 }] }, "Parameter 'vcpus[0].online' is missing"],
    [
      'guest-set-vcpus',
      { vcpus: [{ 'logical-id': 0, online: 1 }] },
      "Invalid parameter type for 'vcpus[0].online', expected: boolean",
    ],
    ['guest-set-vcpus', { vcpus: [{ 'logical-id': 0, online: true, x: 1 }] }, "Parameter 'vcpus[0].x' is unexpected"],
    ['guest-set-memory-blocks', { 'mem-blks': [null] }, "Invalid parameter type for 'mem-blks[0]', expected: object"],
    [
      'guest-set-memory-blocks',
      { 'mem-blks': [{ 'phys-index': 'x', online: true }] },
      "Parameter 'mem-blks[0].phys-index' expects uint64",
    ],
    [
      'guest-fsfreeze-freeze-list',
      { mountpoints: ['/', 1] },
      "Invalid parameter type for 'mountpoints[1]', expected: string",
    ],
    ['guest-exec', { path: 'x', arg: [1] }, "Invalid parameter type for 'arg[0]', expected: string"],
    ['guest-exec', { path: 'x', env: [{}] }, "Invalid parameter type for 'env[0]', expected: string"],
    [
      'guest-ssh-add-authorized-keys',
      { username: 'x', keys: [1] },
      "Invalid parameter type for 'keys[0]', expected: string",
    ],
  ];
  for (const [command, args, desc] of elements) {
    test(`${command} ${JSON.stringify(args)}`, async () => {
      assert.equal(await refused(command, args), `GenericError: ${desc}`);
    });
  }

  test('guest-info lists the 43 commands of Linux and the extension, four of them without a reply', async () => {
    const text = await refused('guest-info', {});
    const { supported_commands: list } = (
      JSON.parse(text) as {
        return: { supported_commands: { name: string; enabled: boolean; 'success-response': boolean }[] };
      }
    ).return;
    assert.deepEqual(list.map(({ name }) => name).sort(), COMMANDS.map(([name]) => name).sort());
    assert.equal(list.filter(({ name }) => name.startsWith('guest-')).length, 43);
    assert.equal(list.length, 44);
    assert.ok(list.every(({ enabled }) => enabled));
    assert.deepEqual(
      list
        .filter((command) => !command['success-response'])
        .map(({ name }) => name)
        .sort(),
      ['guest-shutdown', 'guest-suspend-disk', 'guest-suspend-hybrid', 'guest-suspend-ram'],
    );
  });
});
