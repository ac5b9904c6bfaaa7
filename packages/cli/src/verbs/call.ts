import { commandHelp, commandList } from '../help.js';
import { parseCommandLine } from '../command-line.js';
import { mergeGlobals } from '../globals.js';
import { Context } from '../context.js';
import { UsageError } from '../usage-error.js';
import { readArguments } from '../values.js';
import type { Verb } from '../verb.js';

/** Runs any command of the schema, with its arguments as options. The value is printed as JSON, always. */
export const verb: Verb = {
  setUp: (command) => {
    command
      .argument('[COMMAND]', 'with or without guest-')
      .argument('[OPTIONS...]', 'qga call COMMAND --help lists them');
    command.allowUnknownOption().passThroughOptions().helpOption(false);
  },
  run: async (context, { words }) => {
    const { command, help, globals, options } = parseCommandLine(words);
    if (help) {
      process.stdout.write(command === undefined ? commandList() : commandHelp(command));
      return 0;
    }
    if (command === undefined) throw new UsageError('which command? qga call --help lists them');
    const own = new Context(mergeGlobals(context.globals, globals), context.program);
    const args = await readArguments(command, options);
    const limit = own.globals.timeout === undefined ? {} : { limit: own.globals.timeout };
    const outcomes = await own.each((guest) => guest.callUntyped(command.name, args, limit));
    for (const outcome of outcomes) if ('value' in outcome) own.printValue(outcome.guest, outcome.value);
    return own.conclude(outcomes);
  },
};
