import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Guest } from '@qga/client';
import { connectSoon, startAgent } from './demo-agent.js';
import { Cleanup } from './demo-cleanup.js';
import { showFreeze } from './demo-freeze.js';
import { Screen } from './demo-screen.js';

/** Drives the agent through the client on a private socket and shows every line; `npm run demo`. */
async function demo(screen: Screen, cleanup: Cleanup): Promise<void> {
  screen.title('The agent on a private unix socket, driven by the client. → sent, ← received, <FF> is the byte 0xFF.');
  const folder = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'qga-demo-'));
  cleanup.add(() => {
    fs.rmSync(folder, { recursive: true, maxRetries: 3 });
  });

  screen.step('Connect and get in step');
  const socket = startAgent(folder, cleanup);
  const guest = await connectSoon(socket, screen.wire);
  cleanup.add(() => {
    guest.close();
  });
  screen.good('the answer to our own number: whatever an earlier client left behind is gone');

  screen.step('Ping');
  await guest.call('guest-ping');
  screen.good('the agent answers');

  screen.step('Ask what it is');
  const { version, supported_commands: commands } = await guest.call('guest-info');
  screen.good(`version ${version}, ${String(commands.length)} commands`);

  screen.step('Write a file, read it back, compare');
  await showFile(screen, guest, join(folder, 'letter.txt'));

  screen.step('Freeze a filesystem, write to it, thaw it');
  await showFreeze(screen, guest, socket, folder, cleanup);
}

async function showFile(screen: Screen, guest: Guest, path: string): Promise<void> {
  const letter = 'Dear guest,\nthis text travels in base64: \u00e4 \u2192 \u{1f600} \0 all bytes are welcome.\n';
  const sent = new TextEncoder().encode(letter);
  await guest.writeFile(path, sent);
  const received = await guest.readFile(path);
  if (!Buffer.from(sent).equals(received)) throw new Error('what was read is not what was written');
  screen.good(`${String(received.length)} bytes written and read back, all the same`);
}

const screen = new Screen();
const cleanup = new Cleanup();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    void cleanup.run().then(() => process.exit(1));
  });
}
let failed = false;
try {
  await demo(screen, cleanup);
} catch (error) {
  failed = true;
  screen.bad(error instanceof Error ? error.message : String(error));
}
for (const failure of await cleanup.run()) {
  failed = true;
  screen.bad(`cleaning up: ${failure instanceof Error ? failure.message : String(failure)}`);
}
if (!failed) screen.title('\nDone; everything that was started is stopped.');
process.exitCode = failed ? 1 : 0;
