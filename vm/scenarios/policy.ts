import assert from 'node:assert/strict';
import type { Control } from '../machine/control.js';
import { limits, until } from '../time.js';
import type { Scenario } from './scenario.js';

const FOLDER = '/run/policy';
const SOCKET = `${FOLDER}/socket`;
const CONFIG = `[general]
[policy]
profile=backup
freeze=/mnt/data;/mnt/loop`;

const notFor = { qemu: 'QEMU’s agent has no rules but lists of commands, and serves whoever connects' };

/** Shell text that starts an agent in the background; its process id goes to a file. */
function start(name: string, options: string): string {
  return [
    `mkdir -p ${FOLDER}/${name}`,
    `$(cat /etc/agent-command) ${options} -t ${FOLDER}/${name} </dev/null >${FOLDER}/${name}.log 2>&1 &`,
    `echo $! >${FOLDER}/${name}.pid`,
  ].join('\n');
}

/** Sends one request by way of socat. @returns the reply's line, or nothing when the agent hangs up */
function ask(control: Control, address: string, request: string): Promise<string> {
  return control.output(`printf '%s\\n' '${request}' | socat -t 5 - ${address} 2>/dev/null || true`);
}

/** A host that may make backups gets what that takes, and nothing else. */
export const backupProfile: Scenario = {
  name: 'a policy for backups: freezing what it names, and no more',
  notFor,
  run: async ({ control }) => {
    const config = `cat >${FOLDER}/agent.conf <<'END'\n${CONFIG}\nEND`;
    const agent = start('backup', `-c ${FOLDER}/agent.conf -m unix-listen -p ${SOCKET}`);
    await control.output(`mkdir -p ${FOLDER}\n${config}\n${agent}`);
    await until(() => control.succeeds(`test -S ${SOCKET}`), limits.firstReply, 'the socket');
    const call = (request: string): Promise<string> => ask(control, `UNIX-CONNECT:${SOCKET}`, request);
    try {
      assert.equal(await call('{"execute":"guest-fsfreeze-status"}'), '{"return": "thawed"}');
      const exec = await call('{"execute":"guest-exec","arguments":{"path":"/bin/true"}}');
      assert.match(exec, /"CommandNotFound", "desc": "Command guest-exec has been disabled: policy: profile=backup/);
      const all = await call('{"execute":"guest-fsfreeze-freeze"}');
      assert.match(all, /denied by policy: '\/mnt\/more': nothing in freeze permits it/);
      const freeze = '{"execute":"guest-fsfreeze-freeze-list","arguments":{"mountpoints":["/mnt/data"]}}';
      assert.equal(await call(freeze), '{"return": 1}');
      assert.equal(await call('{"execute":"guest-fsfreeze-status"}'), '{"return": "frozen"}');
      assert.equal(await call('{"execute":"guest-fsfreeze-thaw"}'), '{"return": 1}');
    } finally {
      await control.output(`kill $(cat ${FOLDER}/backup.pid)`);
    }
  },
};

/** On vsock's loopback any user of the guest is a client; only the host is served unless the configuration says otherwise. */
export const vsockPeers: Scenario = {
  name: 'vsock serves the host, not whoever connects inside the guest',
  notFor,
  run: async ({ control }) => {
    const closed = start('closed', '-m vsock-listen -p 1:1235');
    const open = start('open', '-m vsock-listen -p 1:1236 --vsock-allow-cids=1');
    await control.output(`mkdir -p ${FOLDER}\n${closed}\n${open}`);
    const ping = (port: number): Promise<string> =>
      ask(control, `VSOCK-CONNECT:1:${String(port)}`, '{"execute":"guest-ping"}');
    try {
      await until(async () => (await ping(1236)) === '{"return": {}}', limits.firstReply, 'an answer to CID 1');
      const refused = (): Promise<boolean> =>
        control.succeeds(`grep -q 'refused vsock cid 1: it may not connect' ${FOLDER}/closed.log`);
      await until(
        async () => {
          assert.equal(await ping(1235), '');
          return refused();
        },
        limits.firstReply,
        'the refusal in the log',
      );
    } finally {
      await control.output(`kill $(cat ${FOLDER}/closed.pid) $(cat ${FOLDER}/open.pid)`);
    }
  },
};
