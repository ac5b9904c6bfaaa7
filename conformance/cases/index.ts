import type { Case } from '../harness/types.js';
import { agentCases } from './agent.js';
import { argumentCaseList } from './arguments.js';
import { dataCases } from './files-data.js';
import { openCases } from './files-open.js';
import { execCases } from './exec.js';
import { lexerCases } from './lexer.js';
import { limitCases } from './limits.js';
import { machineCases } from './machine.js';
import { printingCases } from './printing.js';
import { requestCases } from './request.js';
import { storageCases } from './storage.js';
import { syntaxCases } from './syntax.js';
import { systemCases } from './system.js';
import { wireCases } from './wire.js';

/**
 * All cases, in the order in which they are run and reported.
 *
 * @throws Error when two have the same name
 */
export function allCases(): readonly Case[] {
  const cases = [
    ...wireCases,
    ...lexerCases,
    ...syntaxCases,
    ...requestCases,
    ...printingCases,
    ...argumentCaseList,
    ...agentCases,
    ...openCases,
    ...dataCases,
    ...storageCases,

    ...systemCases,
    ...execCases,
    ...machineCases,
    ...limitCases,
  ];
  const names = new Set(cases.map((test) => test.name));
  if (names.size !== cases.length) throw new Error('two conformance cases have the same name');
  return cases;
}
