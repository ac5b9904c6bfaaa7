import { checkUp, type Finding } from '../checkup.js';
import type { Context } from '../context.js';
import { paint } from '../output/paint.js';
import type { Selected } from '../select.js';
import { terminalWidth } from '../output/width.js';
import { harmless, wrap } from '../text.js';
import type { Verb } from '../verb.js';

const SYNC_LIMIT = 3000;

/** Looks at all that can be wrong between here and the agent, and says what to do. Exits with 1 when something is. */
export const verb: Verb = {
  run: async (context) => {
    const limit = context.globals.timeout ?? SYNC_LIMIT;
    const options = { syncLimit: Math.min(limit, SYNC_LIMIT), callLimit: Math.max(limit, SYNC_LIMIT) };
    const outcomes = await context.eachAddress((selected) => checkUp(selected, options));
    for (const outcome of outcomes) if ('value' in outcome) print(context, outcome.guest, outcome.value);
    return context.conclude(outcomes, (value) =>
      (value as readonly Finding[]).some(({ verdict }) => verdict === 'bad') ? 1 : 0,
    );
  },
};

const INDENT = 18;
const ARROW = '-> ';

const MARKS = { good: ['green', 'ok'], note: ['yellow', 'note'], bad: ['red', 'BAD'] } as const;

function print(context: Context, guest: Selected, findings: readonly Finding[]): void {
  if (context.json) {
    context.printValue(guest, findings);
    return;
  }
  process.stdout.write(`${paint('bold', harmless(`${guest.name} (${guest.target})`))}\n`);
  for (const { what, verdict, text, advice } of findings) {
    const [colour, word] = MARKS[verdict];
    const mark = word.padEnd(5);
    const found = wrap(harmless(text), INDENT, `  ${mark} ${what.padEnd(9)} `, terminalWidth());
    process.stdout.write(`${found.replace(mark, paint(colour, mark))}\n`);
    if (advice === undefined) continue;
    process.stdout.write(
      `${wrap(harmless(advice), INDENT + ARROW.length, ' '.repeat(INDENT) + ARROW, terminalWidth())}\n`,
    );
  }
}
