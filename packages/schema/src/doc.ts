import type { DocLine } from './lexer.js';
import type { Position, Scope } from './source.js';

/** `text` is running description; the other kinds begin with a tag such as `@name:` or `Returns:`. */
export type SectionKind =
  'text' | 'member' | 'feature' | 'returns' | 'errors' | 'since' | 'note' | 'example' | 'todo' | 'features';

/** A part of a documentation block. */
export interface DocSection {
  readonly kind: SectionKind;
  /** What `@name:` says; empty for the other kinds. */
  readonly name: string;
  /** Without tag and common indentation; paragraphs are separated by an empty line. */
  readonly text: string;
  readonly position: Position;
}

/** A documentation block; `name` is absent in a free-form one. */
export interface DocBlock {
  readonly position: Position;
  readonly name: string | undefined;
  readonly sections: readonly DocSection[];
}

const HEADING = /^@([A-Za-z0-9_.-]+)(:?)$/;
const MEMBER = /^@([A-Za-z0-9_.-]+):(?:\s+(.*))?$/;
const TAG = /^(Returns|Errors|Since|Features|TODO|Notes?|Examples?):(?:\s+(.*))?$/;
const DIRECTIVE = /^\.\. (note|qmp-example)::\s*(.*)$/;
const SINCE_WITHOUT_COLON = /^Since (\d\S*)$/;

const TAG_KINDS: Readonly<Record<string, SectionKind>> = {
  Returns: 'returns',
  Errors: 'errors',
  Since: 'since',
  Features: 'features',
  TODO: 'todo',
  Note: 'note',
  Notes: 'note',
  note: 'note',
  Example: 'example',
  Examples: 'example',
  'qmp-example': 'example',
};

/** Reads a documentation block. What it finds odd (all of it from older schemas) is a warning, never an error. */
export function parseDoc(position: Position, lines: readonly DocLine[], scope: Scope): DocBlock {
  const first = lines.findIndex((line) => line.text.trim() !== '');
  const opening = lines[first];
  const heading = opening === undefined ? null : HEADING.exec(opening.text);
  if (opening === undefined || heading === null) {
    return { position, name: undefined, sections: new SectionBuilder(scope).build(lines) };
  }
  const inside = scope.inside(`documentation of '${heading[1]}'`);
  if (heading[2] === '') inside.warn(opening.position, `':' is missing after '@${heading[1]}'`);
  return { position, name: heading[1], sections: new SectionBuilder(inside).build(lines.slice(first + 1)) };
}

interface OpenSection {
  readonly kind: SectionKind;
  readonly name: string;
  readonly first: string;
  readonly rest: string[];
  readonly position: Position;
}

class SectionBuilder {
  private readonly scope: Scope;
  private readonly sections: DocSection[] = [];
  private current: OpenSection | undefined;
  private readonly warnedOfIndent = new Set<OpenSection>();
  private inFeatures = false;
  private afterBlank = false;

  constructor(scope: Scope) {
    this.scope = scope;
  }

  build(lines: readonly DocLine[]): DocSection[] {
    for (const line of lines) {
      if (!this.startTagged(line)) this.continueWith(line);
      this.afterBlank = line.text.trim() === '';
    }
    this.close();
    return this.sections;
  }

  private startTagged({ text, position }: DocLine): boolean {
    const member = MEMBER.exec(text);
    if (member !== null) {
      this.open(this.inFeatures ? 'feature' : 'member', position, member[2] ?? '', member[1]);
      return true;
    }
    const tag = TAG.exec(text) ?? DIRECTIVE.exec(text);
    if (tag !== null) {
      const kind = TAG_KINDS[tag[1] ?? ''] ?? 'text';
      this.inFeatures = kind === 'features';
      this.open(kind, position, tag[2] ?? '');
      return true;
    }
    const since = SINCE_WITHOUT_COLON.exec(text);
    if (since === null) return false;
    this.scope.warn(position, "':' is missing after 'Since'");
    this.open('since', position, since[1] ?? '');
    return true;
  }

  private continueWith({ text, position }: DocLine): void {
    const current = this.current;
    const flush = text !== '' && !text.startsWith(' ');
    if (current === undefined || (flush && current.kind !== 'text' && this.afterBlank)) {
      this.open('text', position, text);
      return;
    }
    if (flush && current.kind !== 'text' && !this.warnedOfIndent.has(current)) {
      this.warnedOfIndent.add(current);
      const tag = current.name === '' ? `the '${current.kind}' section` : `'@${current.name}'`;
      this.scope.warn(position, `text of ${tag} continues without indentation`);
    }
    current.rest.push(text);
  }

  private open(kind: SectionKind, position: Position, text: string, name = ''): void {
    this.close();
    if (/(^|\s)#optional\b/.test(text)) {
      this.scope.warn(position, `'#optional' is obsolete: '*' before the member's name says it`);
    }
    this.current = { kind, name, first: text.replace(/#optional\b\s*/, ''), rest: [], position };
  }

  private close(): void {
    if (this.current === undefined) return;
    const { kind, name, position, first, rest } = this.current;
    const text = [first, ...dedent(rest)].join('\n').replace(/^\n+/, '').trimEnd();
    if (text !== '' || name !== '') this.sections.push({ kind, name, text, position });
  }
}

function dedent(lines: readonly string[]): string[] {
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const common = Math.min(...indents);
  return lines.map((line) => line.slice(common));
}
