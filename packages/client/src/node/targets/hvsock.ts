import type { Socket } from 'node:net';
import type { Target } from '../../core/environment.js';
import { ConnectError } from '../../core/errors.js';
import { splitPort } from './numbers.js';
import { clientChannel, connectSocket } from './socket.js';
import { UNIX_REASONS } from './unix.js';

const OPEN_LIMIT = 5000;

/** Characters of the hypervisor's answer; `OK 1073741824` is all that it says. */
const ANSWER_LIMIT = 64;
const UINT32_MAX = 0xffff_ffff;
const LF = 0x0a;

/**
 * The socket by which Firecracker and Cloud Hypervisor give the host access to a guest's vsock: `CONNECT port` is answered with
 * `OK number`, then the bytes are the guest's.
 * @param address `PATH:PORT`
 */
export function hvsockTarget(address: string): Target {
  const { rest: path, port } = splitPort(address, 'hvsock:PATH:PORT', UINT32_MAX);
  const name = `hvsock:${address}`;
  return {
    name,
    open: async () => {
      const socket = await connectSocket({ path }, name, UNIX_REASONS, OPEN_LIMIT);
      await shakeHands(socket, name, port);
      const channel = clientChannel(socket, name);
      socket.resume();
      return channel;
    },
  };
}

function shakeHands(socket: Socket, name: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let answer = Buffer.alloc(0);
    const settle = (error?: ConnectError): void => {
      clearTimeout(timer);
      socket.off('data', take).off('end', ended).off('error', ended);
      if (error === undefined) {
        resolve();
      } else {
        socket.destroy();
        reject(error);
      }
    };
    const fail = (reason: 'refused' | 'silent' | 'failed', words: string): void => {
      settle(new ConnectError(reason, `cannot connect to ${name}: ${words}`));
    };
    // the hypervisor hangs up when nobody listens on the guest's port
    const ended = (): void => fail('refused', `nothing listens on port ${String(port)} in the guest`);
    const take = (chunk: Buffer): void => {
      answer = Buffer.concat([answer, chunk]);
      const end = answer.indexOf(LF);
      if (end < 0 && answer.length < ANSWER_LIMIT) return;
      if (!/^OK \d+$/.test(answer.toString('latin1', 0, end))) {
        fail('failed', 'the socket does not speak the CONNECT protocol of Firecracker and Cloud Hypervisor');
        return;
      }
      // nothing may come before the channel is there to take it
      socket.pause();
      if (end + 1 < answer.length) socket.unshift(answer.subarray(end + 1));
      settle();
    };
    const timer = setTimeout(() => fail('silent', 'the hypervisor does not answer'), OPEN_LIMIT);
    socket.on('data', take).on('end', ended).on('error', ended);
    socket.write(`CONNECT ${String(port)}\n`);
  });
}
