const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** @returns bytes for people: `512 B`, `1.5 GiB` */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let at = 0;
  while (value >= 1024 && at < UNITS.length - 1) {
    value /= 1024;
    at += 1;
  }
  return `${at === 0 || value >= 100 ? String(Math.round(value)) : value.toFixed(1)} ${UNITS[at] ?? ''}`;
}

/** @returns milliseconds for people: `0.6 ms`, `3.2 s`, `2 min 5 s`, `3 d 4 h` */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000)
    return `${milliseconds < 10 ? milliseconds.toFixed(1) : String(Math.round(milliseconds))} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${String(Math.floor(whole / 60))} min ${String(whole % 60)} s`;
  if (whole < 86_400) return `${String(Math.floor(whole / 3600))} h ${String(Math.floor((whole % 3600) / 60))} min`;
  return `${String(Math.floor(whole / 86_400))} d ${String(Math.floor((whole % 86_400) / 3600))} h`;
}

/** @returns how much of the whole a part is, in per cent: `42%`; `-` when there is no whole */
export function formatShare(part: number, whole: number): string {
  return whole > 0 ? `${String(Math.round((part / whole) * 100))}%` : '-';
}
