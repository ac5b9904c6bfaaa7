import assert from 'node:assert/strict';
import { checkVerbs, qga } from '../client/matrix.js';
import type { Scenario } from './scenario.js';

/** The command line, run as a program of the host's, against the channel's socket. */
export const clientVerbs: Scenario = {
  name: 'every verb of the command line over virtio-serial',
  run: async ({ virtioLine, agent, control }) => {
    await control.output('mkdir /run/eve; echo eve:x:1300:1300::/run/eve:/bin/sh >> /etc/passwd');
    await checkVerbs(virtioLine, `virtio-serial-${agent}`, 'eve');
  },
};

/** Ends the machine. */
export const clientShutdown: Scenario = {
  name: 'qga shutdown over virtio-serial',
  run: async ({ virtioLine, ended }) => {
    const { code, errors } = await qga(virtioLine, ['shutdown']);
    assert.equal(code, 0, errors);
    assert.equal(await ended, 'exit code 0');
  },
};
