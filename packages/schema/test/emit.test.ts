import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emitCommands } from '../dist/emit/commands.js';
import { emitDocs } from '../dist/emit/docs.js';
import { emitReference } from '../dist/emit/reference.js';
import { emitTables } from '../dist/emit/tables.js';
import { emitTypes } from '../dist/emit/types.js';
import { SchemaError } from '../dist/source.js';
import { modelOf } from './support.js';

const SCHEMA = `
##
# = Lamps
#
# All about lamps. See \`lamp-set\`.
##
{ 'enum': 'LampMode', 'data': [ 'on', 'off', { 'name': 'glow', 'if': 'WITH_GLOW' } ] }
##
# @LampState:
#
# What a lamp does. Nothing more.
#
# @mode: the mode
#
# @key-b64: some bytes, as \`\`*/\`\` they are
#
# Since: 1.0
##
{ 'struct': 'LampState', 'base': 'LampBase', 'data': { 'mode': 'LampMode', '*key-b64': 'str' } }
{ 'struct': 'LampBase', 'data': { 'watt': 'number' } }
{ 'struct': 'Unused', 'data': {} }
{ 'struct': 'Nothing', 'data': {} }
{ 'alternate': 'LampChoice', 'data': { 'number': 'uint8', 'mode': 'LampMode', 'none': 'null' } }
{ 'union': 'LampPower', 'base': { 'mode': 'LampMode', 'id': 'uint64' }, 'discriminator': 'mode',
  'data': { 'on': 'LampBase', 'off': 'Nothing' } }
##
# @lamp-set:
#
# Set a lamp. It's quick.
#
# @lamp: which lamp, | or
#     all
#
# @choice: what to do with the @LampState
#
# Returns: the state before
#
# Errors:
#     - \`\`no lamp <n>\`\` if there is none
#
# Since: 1.1
#
# Example:
#     lamp on
##
{ 'command': 'lamp-set', 'data': { 'lamp': 'int', '*choice': 'LampChoice' }, 'returns': [ 'LampState' ] }
{ 'command': 'lamp-ping' }
{ 'command': 'lamp-power', 'returns': 'LampPower', 'if': 'WITH_POWER' }
{ 'command': 'lamp-copy', 'data': 'LampState', 'returns': 'Nothing', 'success-response': false }
{ 'command': 'lamp-any', 'data': { 'a': 'any', 'q': 'QType', 's': [ 'size' ] }, 'returns': 'int', 'features': [ 'unstable' ] }
`;

const EXCEPTIONS = JSON.stringify({
  base64: [{ field: 'LampState.key-b64', reason: 'bytes' }],
  bigint: [
    { field: 'lamp-any.return', reason: 'large' },
    { field: 'LampPower.id', reason: 'large' },
  ],
  platforms: [
    { name: 'Linux', defines: ['WITH_GLOW'], reason: 'test' },
    { name: 'Windows', defines: ['WITH_POWER'], reason: 'test' },
  ],
});

const model = modelOf(SCHEMA, EXCEPTIONS);

/** Asserts that a text has some lines next to each other. */
function assertLines(text: string, ...lines: readonly string[]): void {
  assert.ok(text.includes(lines.join('\n')), `${lines.join('\n')}\n--- is not in ---\n${text}`);
}

test('no members at all are Record<string, never>, never {}', () => {
  const commands = emitCommands(model, 'Linux');
  assertLines(commands, 'export type NoMembers = Record<string, never>;');
  assertLines(commands, "  'lamp-ping': { arguments: NoMembers; return: NoMembers };");
  assertLines(emitTypes(model), 'export type Nothing = Record<string, never>;');
});

test('structs become interfaces with the members of their base', () => {
  assertLines(
    emitTypes(model),
    '/**',
    ' * What a lamp does. Nothing more.',
    ' *',
    ' * @since 1.0',
    ' */',
    'export interface LampState {',
    '  watt: number;',
    '  /** the mode */',
    '  mode: LampMode;',
    '  /** some bytes, as `*\\/` they are */',
    "  'key-b64'?: Uint8Array;",
    '}',
  );
});

test('enums, alternates and unions become unions', () => {
  const types = emitTypes(model);
  assertLines(types, "export type LampMode = 'on' | 'off' | 'glow';");
  assertLines(types, 'export type LampChoice = number | LampMode | null;');
  const union =
    "export type LampPower = ({ mode: 'on'; id: bigint } & LampBase) | { mode: Exclude<LampMode, 'on'>; id: bigint };";
  assertLines(types, union);
});

test('only types that commands need are emitted', () => {
  assert.doesNotMatch(emitTypes(model), /Unused/);
  assert.doesNotMatch(emitTables(model), /Unused/);
});

test('arguments are an interface of their own unless they have a name', () => {
  const commands = emitCommands(model, 'Linux');
  assertLines(emitTypes(model), '  a: unknown;', '  q: string;', '  s: number[];', '}');
  assertLines(commands, "  'lamp-any': { arguments: LampAnyArguments; return: bigint };");
  assertLines(commands, "  'lamp-copy': { arguments: LampState; return: Nothing };");
  assertLines(
    commands,
    "import type { LampAnyArguments, LampPower, LampSetArguments, LampState, Nothing } from './types.js';",
  );
});

test('commands carry their documentation', () => {
  assertLines(
    emitCommands(model, 'Linux'),
    '  /**',
    "   * Set a lamp. It's quick.",
    '   *',
    '   * - `lamp`: which lamp, | or',
    '   *   all',
    '   * - `choice`: what to do with the `LampState`',
    '   *',
    '   * Returns: the state before',
    '   *',
    '   * Errors:',
    '   * - `no lamp <n>` if there is none',
    '   *',
    '   * @since 1.1',
    '   */',
    "  'lamp-set': { arguments: LampSetArguments; return: LampState[] };",
  );
});

test('commands that a platform lacks are listed', () => {
  assertLines(emitCommands(model, 'Linux'), "export type UnavailableOnLinux = 'lamp-power';");
  assertLines(emitCommands(model, 'Windows'), 'export type UnavailableOnWindows = never;');
});

test('tables hold each type behind those it needs', () => {
  const tables = emitTables(model);
  assertLines(tables, "const int64Wide: d.IntType = { kind: 'int', width: 'int64', wide: true };");
  assertLines(tables, "const nullType: d.PlainType = { kind: 'null' };");
  assertLines(
    tables,
    "export const LampMode: d.EnumType = { kind: 'enum', name: 'LampMode', values: ['on', 'off', 'glow'] };",
  );
  assertLines(
    tables,
    'export const LampState: d.StructType = {',
    "  kind: 'struct',",
    "  name: 'LampState',",
    "  members: [required('watt', numberType), required('mode', LampMode), optional('key-b64', base64)],",
  );
  assertLines(tables, '  cases: { on: LampPower_on, off: LampPower_, glow: LampPower_ },');
  assertLines(
    tables,
    "  'lamp-copy': { name: 'lamp-copy', arguments: LampState, returns: Nothing, successResponse: false },",
  );
  assert.ok(tables.indexOf('const LampMode') < tables.indexOf('const LampState'));
});

test('tables cannot express a type that contains itself', () => {
  const loop = "{ 'struct': 'Tree', 'data': { '*left': 'Tree' } } { 'command': 'plant', 'returns': 'Tree' }";
  assert.throws(() => emitTables(modelOf(loop)), SchemaError);
});

test('a made-up name for arguments may not be that of a type', () => {
  const clash =
    "{ 'struct': 'DoItArguments', 'data': {} } { 'command': 'do-it', 'data': { 'x': 'int' }, 'returns': 'DoItArguments' }";
  assert.throws(() => modelOf(clash), /would be called 'DoItArguments'/);
});

test('docs have one line per paragraph and say what to type', () => {
  assertLines(
    emitDocs(model),
    "  'lamp-set': {",
    "    summary: 'Set a lamp.',",
    '    text: "It\'s quick.",',
    '    arguments: {',
    "      lamp: { type: 'int', optional: false, text: 'which lamp, | or all' },",
    "      choice: { type: 'uint8|on|off|glow|null', optional: true, text: 'what to do with the `LampState`' },",
    '    },',
    "    returns: 'the state before',",
    "    errors: '- `no lamp <n>` if there is none',",
    "    since: '1.1',",
    '  },',
  );
  assertLines(
    emitDocs(model),
    "      'key-b64': { type: 'base64', optional: true, text: 'some bytes, as `*/` they are' },",
  );
});

test('the reference links commands and types', () => {
  const reference = emitReference(model);
  assertLines(reference, '## Lamps', '', 'All about lamps. See [lamp-set](#lamp-set).');
  assertLines(reference, '```', 'lamp-set(lamp: int, choice?: LampChoice) -> [LampState]', '```');
  assertLines(reference, '| `lamp` | `int` |  | which lamp, \\| or all |');
  assertLines(
    reference,
    '| `choice` | [LampChoice](#lampchoice) | optional | what to do with the [LampState](#lampstate) |',
  );
  assertLines(reference, '**Returns** list of [LampState](#lampstate): the state before');
  assertLines(reference, '**Errors**', '', '- `no lamp <n>` if there is none');
  assertLines(
    reference,
    '**Since** 1.1 · **Platforms** Linux, Windows',
    '',
    '**Example**',
    '',
    '```',
    'lamp on',
    '```',
  );
  assertLines(reference, '| `glow` | (only on Linux) |');
  assertLines(reference, '**Used by** [lamp-set](#lamp-set), [lamp-copy](#lamp-copy)');
  assertLines(reference, '**Platforms** Linux, Windows · **Features** unstable');
});
