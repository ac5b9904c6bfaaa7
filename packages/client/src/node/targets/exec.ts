import type { ByteChannel } from '@qga/protocol';
import type { Target } from '../../core/environment.js';
import { TargetError } from './address-error.js';

/** @param command a command line for the shell, whose input and output lead to the agent: `socat - UNIX:/run/vm.sock` */
export function execTarget(command: string): Target {
  if (command.trim() === '') throw new TargetError('exec: needs a command');
  const name = `exec:${command}`;
  // exec, so that ending the shell ends the command
  const open = async (): Promise<ByteChannel> => {
    const { processChannel } = await import('./process-channel.js');
    return processChannel('/bin/sh', ['-c', `exec ${command}`], name);
  };
  return { name, open };
}
