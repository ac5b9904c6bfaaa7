/**
 * A case is data: bytes to send, in steps, and what to do between them. It knows nothing of the agent it is run against.
 *
 * Bytes are written as strings in which every character is one byte (`'\xff'` is the byte 0xFF). Three kinds of placeholder are filled in when a step
 * is sent: `@DIR@` (the case's own, empty directory), `@1@`, `@2@`, … (the handles the case has opened so far, in order) and `@PID@` (the program it
 * started last).
 */

/** Bytes as text, or a function that makes them when they are too big to keep. */
export type Bytes = string | (() => string);

/** One thing that a case does. */
export type Step =
  /** Send, and collect every reply up to that of the ping which is sent after it. */
  | { readonly do: 'ask'; readonly bytes: Bytes; readonly patienceMs: number }
  /** Send without waiting for anything. */
  | { readonly do: 'send'; readonly bytes: Bytes }
  /** Ask again and again until the reply contains a text; record the last reply. */
  | { readonly do: 'poll'; readonly bytes: string; readonly until: string }
  /** Record what a file in the case's directory contains at this moment. */
  | { readonly do: 'look'; readonly file: string }
  /** Change something in the case's directory, behind the agent's back. */
  | { readonly do: 'prepare'; readonly act: (directory: string) => void }
  /** Leave, and come back as another client. */
  | { readonly do: 'reconnect' }
  /** Close our side only, record all that still arrives, then come back as another client. */
  | { readonly do: 'halfClose' }
  /** End the agent by SIGTERM and start it again with the same state directory. */
  | { readonly do: 'restart' }
  /** Record the agent's state file. */
  | { readonly do: 'state' };

/** A named exchange with an agent. */
export interface Case {
  /** `group/what-it-shows`, unique. */
  readonly name: string;
  readonly steps: readonly Step[];
  /** Extra options for the agent; cases with the same ones share a process. */
  readonly flags?: readonly string[];
  /** Start an agent with an empty state directory for this case alone. */
  readonly fresh?: boolean;
  /** Compare handles as numbers instead of by the order in which they were opened. */
  readonly exactHandles?: boolean;
  /** Reduce the reply of guest-info to the commands that every agent must have. */
  readonly info?: boolean;
  /** Members whose numbers move between two looks; each is recorded as `N`. */
  readonly movingNumbers?: readonly string[];

  /** Compare only the shape of what changes from moment to moment: every number becomes `0`. */
  readonly moving?: boolean;
}

/** What was recorded for one case: one line per reply or observation. */
export type Transcript = readonly string[];

/** How an agent is started. */
export interface AgentProgram {
  /** What the report calls it. */
  readonly label: string;
  /** Program and first arguments. */
  readonly command: readonly string[];
  /** How many times as long it may take for everything; 1 when not given. */
  readonly slowness?: number;
}
