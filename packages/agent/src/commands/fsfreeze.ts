import type { CommandSet } from '../core/command.js';
import { freeze } from '../freeze/freeze.js';
import { freezeReport } from '../freeze/report.js';
import { thaw } from '../freeze/thaw.js';

export const fsfreezeCommands = {
  'guest-fsfreeze-status': {
    run(_, { freezes, freezeSettings, state }) {
      if (freezeSettings.refresh) freezes.lease?.refresh();
      return state.frozen ? 'frozen' : 'thawed';
    },
    whileFrozen: true,
  },
  'guest-fsfreeze-freeze': {
    run: (_, context) => freeze(context, undefined),
  },
  'guest-fsfreeze-freeze-list': {
    run: ({ mountpoints }, context) => freeze(context, mountpoints),
  },
  'guest-fsfreeze-thaw': {
    run: (_, context) => thaw(context),
    whileFrozen: true,
  },
  '__qga_fsfreeze-report': {
    run: (_, context) => freezeReport(context),
    whileFrozen: true,
  },
} satisfies Partial<CommandSet>;
