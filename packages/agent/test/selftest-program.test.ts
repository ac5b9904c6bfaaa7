import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import { offeredCommands } from '../dist/agent.js';
import type { Finding } from '../dist/selftest/finding.js';
import { hosts, runProgram, temporaryFolder, type Host } from './support/agent-process.js';

function selfTestSuite(host: Host): void {
  test('tells of the configuration, and leaves nothing behind', async (t) => {
    const { folder, remove } = temporaryFolder();
    t.after(remove);
    const inside = (name: string): string => path.join(folder, name);
    mkdirSync(inside('state'));
    writeFileSync(
      inside('conf'),
      `[general]\nmethod=unix-listen\npath=${inside('socket')}\nfreeze-timeout=42\naudit=${inside('audit')}\n[policy]\nprofile=monitor\n`,
    );
    const options = ['-c', inside('conf'), '-t', inside('state')];
    const { code, stdout, stderr } = await runProgram(host, [...options, '--self-test=json']);
    assert.deepEqual([code, stderr], [0, '']);
    const { broken, findings } = JSON.parse(stdout) as { broken: boolean; findings: Finding[] };
    assert.equal(broken, false);
    const about = (area: string): string[] =>
      findings.filter((finding) => finding.area === area).map(({ text }) => text);
    assert.match(about('commands').join(), new RegExp(`^\\d+ of ${offeredCommands.length} commands .* guest-exec,`));
    assert.deepEqual(about('policy'), ['profile monitor; qemu-ga --check-policy explains its rules']);
    assert.deepEqual(about('audit'), [`calls are written to ${inside('audit')}`]);
    assert.equal(about('filesystems').at(-1), 'a freeze ends by itself after 42 s (freeze-timeout)');
    assert.deepEqual(readdirSync(folder).sort(), ['conf', 'state']);
    assert.deepEqual(readdirSync(inside('state')), []);
  });

  test('exit codes: 1 for what is broken, and for a wrong format', async () => {
    const broken = await runProgram(host, ['-m', 'unix-listen', '-p', '/nonexistent/socket', '--self-test']);
    assert.equal(broken.code, 1);
    assert.match(broken.stdout, /^FAIL {2}channel +the directory \/nonexistent of the socket is missing$/m);
    const wrong = await runProgram(host, ['--self-test=xml']);
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /--self-test has no format 'xml'/);
  });
}

for (const host of hosts) {
  suite(`--self-test on ${host.name}`, { skip: host.missing ?? false }, () => selfTestSuite(host));
}
