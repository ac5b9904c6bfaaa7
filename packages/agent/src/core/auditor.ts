import type { AgentError, Frame } from '@qga/protocol';
import type { Caller } from './caller.js';

/** A call that is being made. */
export interface AuditEntry {
  /** @param error why it was refused or failed; undefined when it was done */
  end(error: AgentError | undefined): void;
}

/** Who writes down what clients ask for. The dispatcher tells it of each call, before and after. */
export interface Auditor {
  /** @returns undefined when the call is of no interest */
  begin(frame: Frame, caller: Caller | undefined): AuditEntry | undefined;
}
