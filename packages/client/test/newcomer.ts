// a user of the package imports @qga/client
import { connect } from '../dist/node/index.js';

const guest = await connect('/run/vm/agent.sock');
for (const { mountpoint, type } of await guest.ask.storage.filesystems()) console.log(mountpoint, type);
await guest.copyTo('site.conf', '/etc/nginx/site.conf');
const { ok, stdoutText, stderrText } = await guest.exec('nginx', ['-t'], { timeout: 10_000 });
console.log(ok ? stdoutText : stderrText);
guest.close();
