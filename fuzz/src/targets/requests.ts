import { commandTables, type TypeRef } from '@qga/protocol';
import { bytesOf, words } from '../target.js';

/** One value of each type of the schema, as a client could send it. */
function sample(type: TypeRef, name: string): unknown {
  switch (type.kind) {
    case 'int':
      return name === 'handle' ? 1000 : 1;
    case 'bool':
      return true;
    case 'str':
      return name === 'path' ? '/tmp/data' : name === 'username' ? 'guest' : name;
    case 'base64':
      return 'aGVsbG8=';
    case 'array':
      return [sample(type.of, name)];
    case 'struct':
      return Object.fromEntries(type.members.map((member) => [member.name, sample(member.type, member.name)]));
    case 'enum':
      return type.values[0];
    case 'alternate':
      return type.branches[0] === undefined ? null : sample(type.branches[0], name);
    case 'number':
    case 'any':
    case 'null':
    case 'union':
      return null;
  }
}

const tables = Object.values(commandTables);

/** Every command once with all its arguments, and once without any. */
export const sampleRequests: readonly string[] = tables.flatMap((table) => {
  const bare = JSON.stringify({ execute: table.name });
  if (table.arguments.members.length === 0) return [bare];
  return [JSON.stringify({ execute: table.name, arguments: sample(table.arguments, '') }), bare];
});

const OPEN = '{"execute":"guest-file-open","arguments":{"path":"/tmp/data","mode":"r+"}}';

/** Conversations, broken messages, and the dialect's corners. */
const CONVERSATIONS = [
  `${OPEN}{"execute":"guest-file-read","arguments":{"handle":1000,"count":5}}`,
  `${OPEN}{"execute":"guest-file-seek","arguments":{"handle":1000,"offset":-3,"whence":"end"}}\n{"execute":"guest-file-write","arguments":{"handle":1000,"buf-b64":"eHl6","count":2}}\n{"execute":"guest-file-close","arguments":{"handle":1000}}`,
  '{"execute":"guest-exec","arguments":{"path":"/bin/true","arg":["x"],"input-data":"aGk=","capture-output":"merged"}}\n{"execute":"guest-exec-status","arguments":{"pid":3}}',
  '{"execute":"guest-fsfreeze-freeze"}{"execute":"guest-fsfreeze-status"}{"execute":"guest-info"}{"execute":"guest-fsfreeze-thaw"}',
  '\xff{"execute":"guest-sync-delimited","arguments":{"id":123456789012345678901}}',
  "{'execute':'guest-ping','id':{'a':[1,-0,1e3,true,null,\"\\u00e9\\ud83d\\ude00\\u0000\"]}}",
  '{"execute":"guest-ping","id":"a\x01b"}\n{"execute":"guest-ping"}',
  '[{]}{"a":1,"a":2}tru 01 1. "\\q" "\xc0\x80\xed\xa0\x80"',
];

export const requestSeeds: readonly Uint8Array[] = [...sampleRequests, ...CONVERSATIONS].map(bytesOf);

const members = tables.flatMap((table) => table.arguments.members.map(({ name }) => JSON.stringify(name)));

/** Words of the protocol. */
export const requestWords: readonly Uint8Array[] = [
  ...words('"execute"', '"arguments"', '"id"', '{"execute":"guest-ping"}', '{', '}', '[', ']', ':', ',', '\n', '\xff'),
  ...words('true', 'false', 'null', '\\u0000', '\\ud83d', '\\udc00', '\\uffff', '\xc0\x80', '\xed\xa0\x80', '\xf4\x90'),
  ...words('"__proto__"', '"constructor"', '1000', '"/tmp/data"', '"../../.."', '"w+"', '"r"', '"a"', '===', 'AA=='),
  ...words(...new Set(members), ...tables.map(({ name }) => JSON.stringify(name))),
];
