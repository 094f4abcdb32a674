/** Any JSON as what it should be: what is missing or wrong has a neutral value. */

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function fields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** A finite number that is not negative, else 0. */
export function amount(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

export function amountOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(0, value) : null;
}

export function flag(value: unknown): boolean {
  return value === true;
}

export function oneOf<T extends string>(allowed: readonly T[], value: unknown, otherwise: T): T {
  return allowed.find(word => word === value) ?? otherwise;
}

/** From any JSON value to a shape. It never fails. */
export type Reader<T> = (value: unknown) => T;

/**
 * Reads an object of which each field has its reader; other fields are dropped.
 *
 * @__NO_SIDE_EFFECTS__
 */
export function shape<T extends object>(readers: { readonly [K in keyof T]-?: Reader<T[K]> }): Reader<Readonly<T>> {
  const entries = Object.entries(readers) as [string, Reader<unknown>][];
  return value => {
    const from = fields(value);
    const found: Record<string, unknown> = {};
    for (const [name, read] of entries) {
      found[name] = read(from[name]);
    }
    return found as T;
  };
}

/** @__NO_SIDE_EFFECTS__ */
export function listOf<T>(read: Reader<T>): Reader<readonly T[]> {
  return value => list(value).map(entry => read(entry));
}

/** Null where there is no object. @__NO_SIDE_EFFECTS__ */
export function orNull<T>(read: Reader<T>): Reader<T | null> {
  return value => (isFields(value) ? read(value) : null);
}

/** The word that tells of what kind an object is, once that is known. @__NO_SIDE_EFFECTS__ */
export function just<T extends string>(word: T): Reader<T> {
  return () => word;
}

/** @__NO_SIDE_EFFECTS__ */
export function wordOf<T extends string>(allowed: readonly T[], otherwise: T): Reader<T> {
  return value => oneOf(allowed, value, otherwise);
}
