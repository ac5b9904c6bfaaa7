import type { Outcome, Row } from './comparison.js';

/** How much of an answer the table shows; what differs is shown in full below it. */
const SHOWN = 110;

/**
 * The result as a document in Markdown.
 * @param reference name and version of the agent that ours was compared with
 */
export function table(rows: readonly Row[], reference: string): string {
  const lines = rows.map(({ name, reference: theirs, ours, verdict, reason }) => {
    const verdictText = reason === '' ? verdict : `${verdict}: ${reason}`;
    return `| ${cell(name)} | ${brief(theirs)} | ${verdict === 'same' ? '=' : brief(ours)} | ${cell(verdictText)} |`;
  });
  const details = rows.filter(({ verdict }) => verdict !== 'same' && verdict !== 'not compared').map(detail);
  return [
    '# virsh with our agent and with QEMU’s',
    '',
    `| virsh … | ${reference} | ours | same, or why not |`,
    '| --- | --- | --- | --- |',
    ...lines,
    '',
    ...details,
  ].join('\n');
}

/** Both answers in full. */
export function detail({ name, reference, ours, verdict }: Row): string {
  const block = (title: string, outcome: Outcome | undefined): string =>
    `${title}:\n\n\`\`\`\n${outcome === undefined ? 'not there' : textOf(outcome)}\n\`\`\`\n`;
  return `## ${name}: ${verdict}\n\n${block('Reference', reference)}\n${block('Ours', ours)}`;
}

function brief(outcome: Outcome | undefined): string {
  if (outcome === undefined) return '';
  const line = textOf(outcome)
    .split('\n')
    .map((part) => part.trim().replace(/ +/g, ' '))
    .filter((part) => part !== '' && !/^-+$/.test(part))
    .join(' ⏎ ');
  return cell(line.length > SHOWN ? `${line.slice(0, SHOWN)} …` : line);
}

function textOf(outcome: Outcome): string {
  return 'text' in outcome ? outcome.text : `FAULT: ${outcome.fault}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
