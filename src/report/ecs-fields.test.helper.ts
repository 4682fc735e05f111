/** Tests a document against ECS' field definitions, as its repository holds them (generated/ecs/ecs_flat.yml). */

import { isIP } from 'node:net';

export interface EcsField {
  readonly type: string;
  readonly normalize?: readonly string[];
  readonly allowed_values?: readonly { readonly name: string }[];
  readonly ignore_above?: number;
}

/** Everything that is wrong, one line each. What is under `own` is not ECS'. */
export function ecsFaults(
  document: object,
  fields: Readonly<Record<string, EcsField>>,
  own: string,
  prefix = '',
): string[] {
  return Object.entries(document).flatMap(([key, value]) => {
    const name = `${prefix}${key}`;
    if (name === own) return [];
    const field = fields[name];
    if (field) return fieldFaults(name, value, field);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return ecsFaults(value, fields, own, `${name}.`);
    }
    return [`${name}: there is no such field`];
  });
}

function fieldFaults(name: string, value: unknown, field: EcsField): string[] {
  const wantsList = field.normalize?.includes('array') ?? false;
  if (wantsList !== Array.isArray(value)) return [`${name} ${wantsList ? 'is no' : 'is a'} list`];
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.flatMap((one) => {
    const allowed = field.allowed_values?.map((entry) => entry.name);
    if (allowed && !allowed.includes(String(one))) return [`${name}: ${one} is none of ${allowed.join(', ')}`];
    if (!isOfType(one, field.type)) return [`${name}: ${JSON.stringify(one)} is no ${field.type}`];
    // Longer values are not indexed.
    if (field.ignore_above && String(one).length > field.ignore_above) return [`${name} is too long`];
    return [];
  });
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'keyword':
    case 'constant_keyword':
    case 'wildcard':
    case 'text':
    case 'match_only_text':
      return typeof value === 'string';
    case 'long':
      return Number.isSafeInteger(value);
    case 'ip':
      return isIP(String(value)) !== 0;
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);
    default:
      return false;
  }
}
