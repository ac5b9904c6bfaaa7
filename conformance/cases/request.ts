import { request, singles } from '../harness/steps.js';
import type { Case } from '../harness/types.js';

const members = singles('request', {
  'empty object': '{}',
  'only an id': '{"id":3}',
  'execute is a number': '{"execute":1}',
  'execute is null': '{"execute":null}',
  'execute is an object': '{"execute":{}}',
  'execute is a number, with id': '{"execute":1,"id":"a"}',
  'arguments is an array': '{"execute":"guest-ping","arguments":[]}',
  'arguments is null': '{"execute":"guest-ping","arguments":null}',
  'arguments is a number, with id': '{"execute":"guest-ping","arguments":1,"id":5}',
  'arguments is a string': '{"execute":"guest-ping","arguments":"{}"}',
  'arguments is empty': '{"execute":"guest-ping","arguments":{}}',
  'arguments before execute': '{"arguments":{"id":9},"execute":"guest-sync"}',
  'id first': '{"id":1,"execute":"guest-ping"}',
  'out-of-band execution': '{"exec-oob":"guest-ping"}',
  'out-of-band execution beside execute': '{"execute":"guest-ping","exec-oob":"guest-ping"}',
  'control member': '{"execute":"guest-ping","control":{"x":1}}',
  'unknown member': '{"execute":"guest-ping","foo":1}',
  'unknown member with id': '{"execute":"guest-ping","foo":1,"id":8}',
  'unknown member without execute': '{"foo":1}',
  'empty member name': '{"":1}',
  'member named by an escape': '{"\\u0065xecute":"guest-ping"}',
  'member in capitals': '{"Execute":"guest-ping"}',
  'reply instead of a request': '{"return":{}}',
  'event instead of a request': '{"event":"X","timestamp":1}',
  'prototype member': '{"execute":"guest-ping","__proto__":{"x":1}}',
});

const precedence = singles('precedence', {
  'bad execute before missing command': '{"execute":1,"arguments":{}}',
  'unknown command before bad arguments': '{"execute":"guest-nothing","arguments":{"x":1}}',
  'bad arguments type before unknown command': '{"execute":"guest-nothing","arguments":1}',
  'unknown member before unknown command': '{"execute":"guest-nothing","foo":1}',
  'missing argument before surplus one': '{"execute":"guest-sync","arguments":{"foo":1}}',
  'wrong type before surplus argument': '{"execute":"guest-sync","arguments":{"foo":1,"id":"a"}}',
  'first missing argument first': '{"execute":"guest-file-seek","arguments":{"whence":[]}}',
  'wrong type before later missing one': '{"execute":"guest-file-seek","arguments":{"handle":"a"}}',
  'arguments before the handle': '{"execute":"guest-file-read","arguments":{"handle":1,"count":"a"}}',
  'handle before count': '{"execute":"guest-file-read","arguments":{"handle":1,"count":-1}}',
  'handle before base64': '{"execute":"guest-file-write","arguments":{"handle":1,"buf-b64":"?"}}',
  'handle before whence': '{"execute":"guest-file-seek","arguments":{"handle":1,"offset":0,"whence":9}}',
});

const commands = singles('command', {
  unknown: request('guest-nothing', undefined, '7'),
  'unknown without id': request('guest-nothing'),
  'empty name': request(''),
  capitals: request('GUEST-PING'),
  'blank behind': request('guest-ping '),
  'name with an escape': request('guest-\\u0070ing'),
  'name with quotes': request('a\\"b'),
  'name with NUL': request('guest-ping\\u0000'),
  'name with accents': request('guest-\xc3\xa9'),
  'name of an object member': request('toString'),
  'name of the prototype': request('__proto__'),
  constructor: request('constructor'),
  'of the monitor': request('qmp_capabilities'),
  'long name': request('x'.repeat(300)),
});

/** The request object, the order of checks and the lookup of commands. */
export const requestCases: readonly Case[] = [...members, ...precedence, ...commands];
