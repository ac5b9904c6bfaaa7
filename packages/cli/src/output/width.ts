/** @returns the columns of the terminal; Infinity when the output goes elsewhere, where a line stays a line */
export function terminalWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns : Infinity;
}
