import { call, request, singles, steps } from '../harness/steps.js';
import type { Case } from '../harness/types.js';

const QUERIES = ['guest-get-fsinfo', 'guest-get-disks', 'guest-get-diskstats'];

/** Counters of a disk that is in use. */
const COUNTERS = ['read', 'write', 'discard', 'flush'].flatMap((kind) =>
  ['sectors', 'ios', 'merges', 'ticks'].map((what) => `${kind}-${what}`),
);

function argumentCases(command: string): Case[] {
  return singles('storage', {
    [`${command} with something unknown`]: request(command, '{"foo":1}'),
    [`${command} with null as something unknown`]: request(command, '{"foo":null}'),
    [`${command} with empty arguments and an id`]: request(command, '{"":{}}', '"x"'),
    [`${command} with an array`]: request(command, '[]'),
    [`${command} with a string`]: request(command, '"x"'),
    [`${command} with null`]: request(command, 'null'),
  });
}

/** Nothing here may trim: every value is one that no agent could take for a number. */
const trim = singles('storage', {
  'guest-fstrim minimum is a word': request('guest-fstrim', '{"minimum":"x"}'),
  'guest-fstrim minimum is true': request('guest-fstrim', '{"minimum":true}'),
  'guest-fstrim minimum is an array': request('guest-fstrim', '{"minimum":[]}'),
  'guest-fstrim minimum is an object': request('guest-fstrim', '{"minimum":{}}'),
  'guest-fstrim minimum is a word, with an id': request('guest-fstrim', '{"minimum":"x"}', '7'),
  'guest-fstrim minimum is a word beside something unknown': request('guest-fstrim', '{"minimum":"x","foo":1}'),
});

/** What this machine's disks are, as they are: both agents see the same. */
export const storageCases: readonly Case[] = [
  ...QUERIES.flatMap(argumentCases),
  ...trim,
  { ...steps('storage/filesystems', call('guest-get-fsinfo')), movingNumbers: ['used-bytes', 'total-bytes'] },
  steps('storage/disks', call('guest-get-disks')),
  {
    ...steps('storage/disk statistics', call('guest-get-diskstats')),
    movingNumbers: [...COUNTERS, 'ios-pgr', 'total-ticks', 'weight-ticks'],
  },
];
