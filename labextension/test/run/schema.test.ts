import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readRun } from '../../src/run/bundle';

/** The part of JSON Schema that the bundle's schema uses. */
interface Schema {
  readonly $ref?: string;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema | false;
  readonly prefixItems?: readonly Schema[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string | readonly string[];
}

const ROOT = JSON.parse(readFileSync('../ws_notebook/render/bundle.schema.json', 'utf8')) as Schema & {
  readonly $defs: Readonly<Record<string, Schema>>;
};

/** By the object's place in the schema: its fields, and those that were asked for. */
const fields = new Map<string, { readonly known: readonly string[]; readonly read: Set<string> }>();

/** Values of each form that a schema allows: objects have all of their fields, and note which of them are read. */
function forms(schema: Schema, place: string): unknown[] {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace('#/$defs/', '');
    const found = ROOT.$defs[name];
    assert.ok(found !== undefined, schema.$ref);
    return forms(found, name);
  }
  const several = schema.oneOf ?? schema.anyOf;
  if (several !== undefined) {
    return several.flatMap((each, index) => forms(each, `${place}#${index}`));
  }
  if (schema.properties !== undefined) {
    return objects(schema.properties, place);
  }
  if (schema.prefixItems !== undefined) {
    return [schema.prefixItems.map(each => forms(each, place)[0])];
  }
  if (schema.items) {
    return [forms(schema.items, `${place}[]`)];
  }
  if (schema.const !== undefined || schema.enum !== undefined) {
    return schema.enum === undefined ? [schema.const] : [...schema.enum];
  }
  return [schema.type ?? []].flat().map(type => ({ string: 'x', integer: 1, number: 1, boolean: true, null: null })[type]);
}

/** As many as one field has forms at most. */
function objects(properties: Readonly<Record<string, Schema>>, place: string): object[] {
  const all = Object.entries(properties).map(([name, each]) => [name, forms(each, `${place}.${name}`)] as const);
  const read = fields.get(place)?.read ?? new Set<string>();
  fields.set(place, { known: Object.keys(properties), read });
  const count = Math.max(...all.map(([, values]) => values.length));
  return Array.from({ length: count }, (_, index) => {
    const value = Object.fromEntries(all.map(([name, values]) => [name, values[index % values.length]]));
    return new Proxy(value, {
      get: (target, name) => {
        read.add(String(name));
        return Reflect.get(target, name) as unknown;
      }
    });
  });
}

test('the reader takes every field of the schema, and no other', () => {
  const runs = forms(ROOT, 'run').map(readRun);
  assert.ok(runs.length > 1 && runs.every(run => run !== null));
  for (const [place, { known, read }] of fields) {
    assert.deepEqual([...read].sort(), [...known].sort(), place);
  }
  assert.ok(fields.has('turn') && fields.has('call.approval.asked'));
});
