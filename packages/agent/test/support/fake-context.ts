import { plainKernels } from '@qga/protocol';
import type { Context } from '../../dist/core/context.js';
import { linuxPaths } from '../../dist/linux/paths.js';
import type { Files } from '../../dist/platform.js';

/** A context for commands that work on files alone; whatever else they touch is missing and fails loudly. */
export function contextWithFiles(files: Files): Context {
  const context: Partial<Context> = {
    platform: { kernels: plainKernels, files } as Context['platform'],
    paths: linuxPaths,
    log: { record: () => undefined, write: () => undefined } as unknown as Context['log'],
  };
  return context as Context;
}
