/**
 * What stands between white space. An interpreter takes a step for each word; splitting at white space takes one for each
 * character, which is most of what reading a table of the kernel's would cost.
 */
export function wordsOf(text: string): string[] {
  return text.match(/\S+/g) ?? [];
}
