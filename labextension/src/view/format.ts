/** Numbers and texts as people read them. Pure. */

const THIN_SPACE = '\u2009';
const NO_BREAK_SPACE = '\u00a0';
const MINUS = '\u2212';

function withUnit(value: string, unit: string): string {
  return `${value}${NO_BREAK_SPACE}${unit}`;
}

/** 0.4 ms · 34 ms · 240 ms · 3.2 s · 32 s · 2 min 5 s */
export function duration(ms: number): string {
  if (ms < 999.5) {
    return withUnit(ms > 0 && ms < 1 ? ms.toFixed(1) : ms.toFixed(0), 'ms');
  }
  return seconds(ms);
}

/** Like `duration`, but in seconds from a tenth of one: 34 ms · 0.80 s · 1.1 s */
export function seconds(ms: number): string {
  if (ms < 99.5) {
    return duration(ms);
  }
  if (ms < 995) {
    return withUnit((ms / 1000).toFixed(2), 's');
  }
  if (ms < 9950) {
    return withUnit((ms / 1000).toFixed(1), 's');
  }
  const whole = Math.round(ms / 1000);
  if (whole < 60) {
    return withUnit(String(whole), 's');
  }
  const rest = whole % 60;
  const minutes = withUnit(String(Math.floor(whole / 60)), 'min');
  return rest === 0 ? minutes : `${minutes} ${withUnit(String(rest), 's')}`;
}

/** 812 B · 1.9 kB · 55 kB · 1.2 MB */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return withUnit(value.toFixed(digits), units[unit] ?? 'B');
}

/** 187 · 2 187 · 12 187, in groups of three from four digits on. */
export function whole(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(?:\d{3})+$)/g, THIN_SPACE);
}

/** What was saved against `full`, as "−91 %"; empty when it is less than one percent. */
export function saving(sent: number, full: number): string {
  const percent = full > 0 ? Math.floor((1 - sent / full) * 100 + 0.5) : 0;
  return percent >= 1 ? `${MINUS}${withUnit(String(Math.min(percent, 99)), '%')}` : '';
}

/** `text` on one line, at most `limit` characters. */
export function oneLine(text: string, limit: number): string {
  const flat = text.slice(0, limit * 4).replace(/\s+/g, ' ').trim();
  const cut = [...flat];
  return cut.length > limit || text.length > limit * 4 ? `${cut.slice(0, limit - 1).join('')}…` : flat;
}

/** A call's arguments as `city="Paris", days=3`; text that is no JSON object as it is. */
export function shortArguments(json: string, limit: number): string {
  const value = parsed(json);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return oneLine(json, limit);
  }
  const pairs = Object.entries(value).map(([key, entry]) => `${key}=${JSON.stringify(entry)}`);
  return oneLine(pairs.join(', '), limit);
}

/** JSON indented, other text as it is; what exceeds `limit` characters is counted instead of shown. */
export function pretty(text: string, limit: number): string {
  const value = text.length <= limit ? parsed(text) : undefined;
  const shown = value === undefined ? text : JSON.stringify(value, null, 2);
  return shown.length <= limit
    ? shown
    : `${shown.slice(0, limit)}\n… ${whole(shown.length - limit)} more characters`;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
