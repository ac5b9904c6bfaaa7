import assert from 'node:assert/strict';
import test from 'node:test';
import { asLine, readCorpus } from '../corpus.js';
import { fuzz } from '../fuzz.js';
import { Random } from '../random.js';
import { targets } from '../targets/index.js';

/** Inputs for each target: few, so that nobody skips this; the long runs are `npm run fuzz`. */
const INPUTS = 500;

for (const target of targets) {
  await test(`fuzzing ${target.name}: the seeds, the corpus, and ${INPUTS} relatives of them`, async () => {
    const { executions, findings } = await fuzz(target, {
      random: new Random(20_261_123),
      corpus: readCorpus(target.name),
      goesOn: (tried) => tried < INPUTS,
    });
    assert.deepEqual(
      findings.map(({ input, error }) => `${asLine(input)}: ${error.stack ?? error.message}`),
      [],
    );
    assert.ok(executions >= INPUTS);
  });
}
