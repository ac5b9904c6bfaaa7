import { nodeKernels } from '@qga/protocol/node';
import fs from 'node:fs';
import type { ProgramHost } from '../daemon/host.js';
import { runProgram } from '../daemon/program.js';
import { transports } from '../transports/index.js';
import { adoptDescriptors, detach, isBackground, reportReady, startInBackground } from './daemonize.js';
import { nodeFiles } from './files.js';
import { keepFromChildren } from './libc.js';
import { openLog } from './log-output.js';
import { nodePlatform, nodeWires } from './platform.js';
import { listenUnix } from './transports/unix.js';

const STDOUT = 1;
const STDERR = 2;

function nodeHost(): ProgramHost {
  const wires = nodeWires();
  if (isBackground()) adoptDescriptors();
  return {
    files: nodeFiles,
    kernels: nodeKernels,
    wires,
    transports: { ...transports, 'unix-listen': listenUnix },
    pid: process.pid,
    print: (text) => {
      fs.writeSync(STDOUT, text);
    },
    complain: (text) => {
      fs.writeSync(STDERR, text);
    },
    environment: (name) => process.env[name],
    forget: (name) => {
      Reflect.deleteProperty(process.env, name);
    },
    openLog: (path) => openLog(wires, path),
    platform: (logs) => nodePlatform(logs, wires.descriptors),
    async enterBackground(keep) {
      if (!isBackground()) return startInBackground(keep);
      detach();
      return undefined;
    },
    ready() {
      if (isBackground()) reportReady();
    },
    onFault(callback) {
      process.once('uncaughtException', (error) => {
        void callback(error.stack ?? error.message).finally(() => process.exit(1));
      });
    },
    onTermination(callback) {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, callback);
    },
  };
}

/**
 * The agent's program on Node.
 * @param argv the command line without the program's name
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    keepFromChildren();
    return await runProgram(nodeHost(), argv);
  } finally {
    // open files and their timers would keep the process alive; it has said that it is done
    setImmediate(() => process.exit());
  }
}
