/** What clocks show: a zone's short name, and what to add to UTC in seconds. */
export interface LocalTime {
  readonly zone: string;
  readonly offset: number;
}

export const UTC: LocalTime = { zone: 'UTC', offset: 0 };

const HOUR = 3600;
const DAY = 86_400;

/** The day of a change, and its time in seconds after midnight (negative: the day before). */
interface Change {
  readonly day:
    | { readonly kind: 'weekday'; readonly month: number; readonly week: number; readonly weekday: number }
    /** 1 to 365; the 29th of February is not counted */
    | { readonly kind: 'julian'; readonly day: number }
    /** 0 to 365 */
    | { readonly kind: 'ordinal'; readonly day: number };
  readonly time: number;
}

/** A zone as the TZ variable spells it out. */
export interface PosixZone {
  readonly standard: LocalTime;
  readonly summer?: { readonly local: LocalTime; readonly start: Change; readonly end: Change };
}

const NAME = '(<[A-Za-z0-9+-]+>|[A-Za-z]{3,})';
const OFFSET = '([+-]?\\d{1,3}(?::\\d{1,2}){0,2})';
const ZONE = new RegExp(`^${NAME}${OFFSET}(?:${NAME}${OFFSET}?(?:,([^,]+),([^,]+))?)?$`);
/** When nothing is said about the changes: those of the United States. */
const DEFAULT_START = 'M3.2.0';
const DEFAULT_END = 'M11.1.0';
const DEFAULT_CHANGE_TIME = 2 * HOUR;

/**
 * Reads a zone in the form of POSIX: `CET-1CEST,M3.5.0,M10.5.0/3`.
 * @returns undefined when it has not this form
 */
export function parsePosixZone(text: string): PosixZone | undefined {
  const match = ZONE.exec(text);
  const [, name, offset, summerName, summerOffset, startText, endText] = match ?? [];
  if (name === undefined || offset === undefined) return undefined;
  const standard = { zone: bare(name), offset: -seconds(offset) };
  if (summerName === undefined) return { standard };
  const start = parseChange(startText ?? DEFAULT_START);
  const end = parseChange(endText ?? DEFAULT_END);
  if (start === undefined || end === undefined) return undefined;
  const ahead = summerOffset === undefined ? standard.offset + HOUR : -seconds(summerOffset);
  return { standard, summer: { local: { zone: bare(summerName), offset: ahead }, start, end } };
}

/** @param now seconds since the epoch */
export function posixZoneAt({ standard, summer }: PosixZone, now: number): LocalTime {
  if (summer === undefined) return standard;
  const year = new Date((now + standard.offset) * 1000).getUTCFullYear();
  const start = changeInYear(summer.start, year) - standard.offset;
  const end = changeInYear(summer.end, year) - summer.local.offset;
  // in the south summer spans the new year
  const isSummer = start < end ? now >= start && now < end : now >= start || now < end;
  return isSummer ? summer.local : standard;
}

/**
 * Reads a bare offset, positive east of Greenwich: `+03:30`, `-0800`, `Z`. The text is the zone's name as well.
 * @returns undefined when it is none
 */
export function fixedOffset(text: string): LocalTime | undefined {
  if (text === 'Z') return { zone: 'Z', offset: 0 };
  const [, sign, hours, minutes = '0', rest = '0'] = /^([+-]?)(\d{1,2})(?::?(\d\d)(?::?(\d\d))?)?$/.exec(text) ?? [];
  if (hours === undefined || Number(hours) > 24 || Number(minutes) > 59 || Number(rest) > 59) return undefined;
  const offset = Number(hours) * HOUR + Number(minutes) * 60 + Number(rest);
  return { zone: text, offset: sign === '-' ? -offset : offset };
}

function bare(name: string): string {
  return name.replace(/^<(.*)>$/, '$1');
}

/** Seconds of `[+-]hh[:mm[:ss]]`. */
function seconds(text: string): number {
  const [hours = 0, minutes = 0, rest = 0] = text.replace(/^[+-]/, '').split(':').map(Number);
  const size = hours * HOUR + minutes * 60 + rest;
  // not minus zero, which would be printed as such
  return text.startsWith('-') && size > 0 ? -size : size;
}

function parseChange(text: string): Change | undefined {
  const [dayText = '', timeText] = text.split('/', 2);
  if (timeText !== undefined && !new RegExp(`^${OFFSET}$`).test(timeText)) return undefined;
  const time = timeText === undefined ? DEFAULT_CHANGE_TIME : seconds(timeText);
  const [, month, week, weekday] = /^M(\d{1,2})\.([1-5])\.([0-6])$/.exec(dayText) ?? [];
  if (month !== undefined) {
    return { day: { kind: 'weekday', month: Number(month), week: Number(week), weekday: Number(weekday) }, time };
  }
  const [, julian, day] = /^(J?)(\d{1,3})$/.exec(dayText) ?? [];
  if (day === undefined) return undefined;
  return { day: { kind: julian === 'J' ? 'julian' : 'ordinal', day: Number(day) }, time };
}

/** When a change comes, in seconds since the epoch by local clocks. */
function changeInYear({ day, time }: Change, year: number): number {
  const newYear = Date.UTC(year, 0, 1) / 1000;
  switch (day.kind) {
    case 'ordinal':
      return newYear + day.day * DAY + time;
    case 'julian': {
      const leap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
      return newYear + (day.day - 1 + (leap && day.day > 59 ? 1 : 0)) * DAY + time;
    }
    case 'weekday':
      return Date.UTC(year, day.month - 1, dayOfMonth(year, day.month, day.week, day.weekday)) / 1000 + time;
  }
}

/** The first, second, … such weekday of a month; the fifth means the last. */
function dayOfMonth(year: number, month: number, week: number, weekday: number): number {
  const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const day = 1 + ((weekday - first + 7) % 7) + (week - 1) * 7;
  return day > last ? day - 7 : day;
}
