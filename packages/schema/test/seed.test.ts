import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { main } from '../dist/main.js';

// The first schema of all, which is not part of this repository; fixture first-generation has its quirks in our own words.
const seed = fileURLToPath(new URL('../../../../shared/seed-schema.txt', import.meta.url));
const skip = existsSync(seed) ? false : `${seed} is not there`;

test('the first-generation schema is accepted and its quirks are named', { skip }, async () => {
  let out = '';
  let err = '';
  const status = await main(['check', seed], {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
  });
  assert.equal(status, 0, err);
  assert.match(out, /^13 commands, 5 structs, 1 enum; \d+ warnings\n$/);
  const expected = [
    /:27:1: warning: In command 'guest-sync': ',' is missing before 'data'/,
    /:48:3: warning: .*':' is missing after 'Since'/,
    /:50:3: warning: In struct 'GuestAgentCommandInfo': 'type' is the old spelling/,
    /:54:3: warning: .*':' is missing after '@GuestAgentInfo'/,
    /:86:3: warning: In documentation of 'guest-shutdown': '#optional' is obsolete/,
    /:99:3: warning: In command 'guest-file-open': documents member 'filepath', which does not exist/,
    /:108:11: warning: In command 'guest-file-open': 'path' is not documented/,
    /:244:1: warning: In enum 'GuestFsfreezeStatus': documentation is headed '@GuestFsFreezeStatus'/,
  ];
  for (const pattern of expected) assert.match(err, pattern);
});
