import { AgentError } from '@qga/protocol';
import type { Context } from '../core/context.js';
import { noteHook } from './report.js';

/**
 * Calls the hook, when there is one.
 * @throws AgentError when it fails or takes too long; the log has its output then
 */
export async function runHook(context: Context, action: 'freeze' | 'thaw'): Promise<void> {
  const { freezes, freezeSettings, fsfreezeHook, helpers, log } = context;
  if (fsfreezeHook === undefined) return;
  log.record(`executing fsfreeze hook with arg '${action}'`);
  const { clock } = context.platform;
  const began = clock.monotonic();
  const limit = {
    seconds: freezeSettings.hookLimit,
    key: 'hook-timeout',
    // an agent that is told to stop does not wait for a freeze, but whoever was stopped must be started
    ...(action === 'freeze' ? { calledOff: freezes.stopped } : {}),
  };
  try {
    await helpers.run('execute fsfreeze hook', fsfreezeHook, [action], undefined, limit);
    noteHook(context, { action, milliseconds: clock.monotonic() - began });
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    log.write('error', `fsfreeze hook, ${action}: ${error.message}`);
    noteHook(context, { action, milliseconds: clock.monotonic() - began, error: error.message });
    throw error;
  }
}
