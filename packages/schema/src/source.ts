/** One schema file and, if another file included it, the place where that happened. */
export class Source {
  /** Path as shown in messages: relative to wherever the entry file's path was relative to. */
  readonly name: string;
  readonly text: string;
  readonly includedAt: Position | undefined;
  private readonly lineStarts: readonly number[];

  constructor(name: string, text: string, includedAt?: Position) {
    this.name = name;
    this.text = text;
    this.includedAt = includedAt;
    this.lineStarts = [0, ...Array.from(text.matchAll(/\n/g), (newline) => newline.index + 1)];
  }

  /** The position of a character offset (from 0). */
  positionAt(offset: number): Position {
    let line = 0;
    let end = this.lineStarts.length;
    while (end - line > 1) {
      const middle = (line + end) >> 1;
      if ((this.lineStarts[middle] ?? 0) <= offset) line = middle;
      else end = middle;
    }
    return { source: this, line: line + 1, column: offset - (this.lineStarts[line] ?? 0) + 1 };
  }
}

/** A place in a file; line and column count from 1, the column in UTF-16 units. */
export interface Position {
  readonly source: Source;
  readonly line: number;
  readonly column: number;
}

/** What is wrong and where; `definition` reads like «command 'guest-ping'» and is absent outside definitions. */
export interface Problem {
  readonly position: Position;
  readonly definition: string | undefined;
  readonly reason: string;
}

/** The schema cannot be used. The first one ends the compilation; its message is already formatted. */
export class SchemaError extends Error implements Problem {
  readonly position: Position;
  readonly definition: string | undefined;
  readonly reason: string;

  constructor(problem: Problem) {
    super(formatProblem('error', problem));
    this.name = 'SchemaError';
    this.position = problem.position;
    this.definition = problem.definition;
    this.reason = problem.reason;
  }
}

/**
 * The place where problems are reported from: knows the definition being worked on and collects warnings.
 * Errors are returned, to be thrown by the caller, so that the compiler sees that control ends there.
 */
export class Scope {
  readonly definition: string | undefined;
  readonly warnings: Problem[];

  constructor(warnings: Problem[], definition?: string) {
    this.warnings = warnings;
    this.definition = definition;
  }

  /** The same collection of warnings, for one definition, for example «struct 'Foo'». */
  inside(definition: string): Scope {
    return new Scope(this.warnings, definition);
  }

  warn(position: Position, reason: string): void {
    this.warnings.push({ position, definition: this.definition, reason });
  }

  error(position: Position, reason: string): SchemaError {
    return new SchemaError({ position, definition: this.definition, reason });
  }
}

/** `FILE:LINE:COLUMN`. */
export function formatPosition(position: Position): string {
  return `${position.source.name}:${position.line}:${position.column}`;
}

/** `FILE:LINE:COLUMN: error: In command 'x': text`, after one line per file that led to this one by include. */
export function formatProblem(severity: 'error' | 'warning', problem: Problem): string {
  let chain = '';
  for (let at = problem.position.source.includedAt; at !== undefined; at = at.source.includedAt) {
    chain = `In file included from ${formatPosition(at)}:\n${chain}`;
  }
  const where = problem.definition === undefined ? '' : `In ${problem.definition}: `;
  return `${chain}${formatPosition(problem.position)}: ${severity}: ${where}${problem.reason}`;
}
