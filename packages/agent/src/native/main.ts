import { encodeModifiedUtf8 } from '@qga/protocol';
import type { ProgramHost } from '../daemon/host.js';
import { runProgram } from '../daemon/program.js';
import { checked } from '../descriptors.js';
import { transports } from '../transports/index.js';
import { openLog } from './log-output.js';
import { hostFiles, nativeClock, nativePlatform } from './platform.js';
import type { Primitives } from './primitives.js';

declare const primitives: Primitives;

const STDOUT = 1;
const STDERR = 2;
const SIGINT = 2;
const SIGTERM = 15;

function writeAll(fd: number, text: string): void {
  const bytes = encodeModifiedUtf8(text);
  for (let at = 0; at < bytes.length;) {
    const count = primitives.write(fd, [bytes], at);
    if (count <= 0) return;
    at += count;
  }
}

function nativeHost(): ProgramHost {
  const files = hostFiles(primitives);
  const wires = { descriptors: primitives, clock: nativeClock(primitives) };
  return {
    files,
    kernels: primitives,
    wires,
    transports,
    get pid() {
      return primitives.pid();
    },
    print: (text) => {
      writeAll(STDOUT, text);
    },
    complain: (text) => {
      writeAll(STDERR, text);
    },
    environment: (name) => primitives.environment(name),
    forget: (name) => {
      checked(primitives.forget(name));
    },
    openLog: (path) => openLog(primitives, wires, files, path),
    platform: (logs) => nativePlatform(primitives, logs),
    async enterBackground() {
      checked(primitives.background());
      return undefined;
    },
    ready() {
      primitives.ready();
      primitives.threads();
    },
    // the host reports an exception that nobody caught and goes on
    onFault: () => undefined,
    onTermination(callback) {
      for (const signal of [SIGINT, SIGTERM]) primitives.onSignal(signal, callback);
    },
  };
}

runProgram(nativeHost(), primitives.argv).then(
  (code) => {
    primitives.exit(code);
  },
  (error: unknown) => {
    writeAll(
      STDERR,
      `qemu-ga: internal error: ${error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error)}\n`,
    );
    primitives.exit(1);
  },
);
