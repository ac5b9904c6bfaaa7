/**
 * Reads the `NAME=value` lines of a sysfs `uevent` file.
 * @returns the values by name
 */
export function parseUevent(text: string): ReadonlyMap<string, string> {
  return properties(text.split('\n'));
}

/**
 * Reads a device's record in udev's database: of its lines, those that begin with `E:` hold a property each.
 * @returns the values by name
 */
export function parseUdevRecord(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').filter((line) => line.startsWith('E:'));
  return properties(lines.map((line) => line.slice(2)));
}

function properties(lines: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of lines) {
    const equals = line.indexOf('=');
    if (equals > 0) values.set(line.slice(0, equals), line.slice(equals + 1));
  }
  return values;
}
