import assert from 'node:assert/strict';
import { limits, until } from '../time.js';
import type { Scenario } from './scenario.js';

const FOLDER = '/run/self-test';

interface Finding {
  readonly area: string;
  readonly verdict: string;
  readonly text: string;
}

/** Asked beside an agent at work, the self-test tells what is so in this guest, and takes nothing from that agent. */
export const selfTest: Scenario = {
  name: 'the self-test beside a running agent',
  notFor: { qemu: 'QEMU’s agent has no self-test' },
  run: async ({ control }) => {
    const port = '/dev/virtio-ports/org.qemu.guest_agent.0';
    const options = `--self-test=json -m virtio-serial -p ${port} -t ${FOLDER} -F/etc/qga/fsfreeze-hook`;
    // in the background: Node takes its time to start in an emulated machine
    const command = `$(cat /etc/agent-command) ${options} >${FOLDER}.json 2>&1; echo $? >${FOLDER}.code`;
    await control.output(`mkdir -p ${FOLDER}\n(${command}) </dev/null &`);
    await until(() => control.succeeds(`test -s ${FOLDER}.code`), limits.firstReply, 'the end of the self-test');
    const output = await control.output(`cat ${FOLDER}.json`);
    const report = JSON.parse(output) as { broken: boolean; findings: Finding[] };
    const about = (area: string): string[] =>
      report.findings.filter((finding) => finding.area === area).map(({ verdict, text }) => `${verdict}: ${text}`);
    assert.deepEqual(about('channel'), [`ok: ${port} is held by a process: an agent is running`]);
    assert.deepEqual(about('commands'), ['ok: 44 of 44 commands may be called']);
    assert.deepEqual(about('rights'), ['ok: runs as user 0 with every capability that its commands need']);
    const filesystems = about('filesystems');
    for (const line of [
      'ok: /mnt/data: ext4, would freeze',
      'ok: /mnt/more: ext4, would freeze',
      'ok: /mnt/loop: ext4, would freeze',
      'ok: /mnt/bind: the same filesystem as /mnt/data',
      'ok: a freeze ends by itself after 600 s (freeze-timeout)',
    ]) {
      assert.ok(filesystems.includes(line), `«${line}» is not in ${filesystems.join('\n')}`);
    }
    assert.deepEqual(about('hook'), ["ok: /etc/qga/fsfreeze-hook is executable, and root's"]);
    assert.deepEqual(about('state'), [`ok: ${FOLDER} can be written, and no freeze touches it`]);
    assert.equal(report.broken, false);
    assert.equal(await control.output(`cat ${FOLDER}.code`), '0');
    assert.equal(await control.output(`ls ${FOLDER}`), '');
  },
};
