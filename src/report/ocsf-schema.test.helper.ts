/** Tests an event against OCSF's schema as its repository holds it: classes, objects, profiles and dictionary as JSON. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Attribute {
  readonly type?: string;
  readonly is_array?: boolean;
  readonly requirement?: string;
  readonly enum?: Readonly<Record<string, unknown>>;
  readonly profile?: string | null;
  readonly '@deprecated'?: unknown;
}

interface Definition {
  readonly uid?: number;
  readonly category?: string;
  readonly extends?: string;
  readonly attributes: Readonly<Record<string, Attribute>> & { readonly $include?: readonly string[] };
  readonly constraints?: { readonly at_least_one?: readonly string[]; readonly just_one?: readonly string[] };
}

interface SimpleType {
  readonly type?: string;
  /** Its number as the type of an observable. */
  readonly observable?: number;
  readonly regex?: string;
  readonly range?: readonly [number, number];
}

interface Dictionary {
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly types: { readonly attributes: Readonly<Record<string, SimpleType>> };
}

export class OcsfSchema {
  readonly version: string;
  readonly #root: string;
  readonly #dictionary: Dictionary;
  /** Those that the event names: only their attributes count. */
  #profiles: readonly string[] = [];

  /** `root`: a checkout of ocsf-schema. */
  constructor(root: string) {
    this.#root = root;
    this.#dictionary = this.#read('dictionary.json');
    this.version = this.#read<{ version: string }>('version.json').version;
  }

  /** Everything that is wrong, one line each. */
  faultsOfDetectionFinding(event: object): string[] {
    const base = this.#read<Definition>('events/base_event.json');
    const finding = this.#read<Definition>('events/findings/finding.json');
    const detection = this.#read<Definition>('events/findings/detection_finding.json');
    const { metadata } = event as { metadata?: { profiles?: readonly string[] } };
    this.#profiles = metadata?.profiles ?? [];
    const attributes = this.#merged([base, finding, detection]);
    const categories = this.#read<Definition>('categories.json').attributes as Record<string, { uid?: number }>;
    const category = categories[finding.category ?? '']?.uid ?? 0;
    // The schema's compiler adds these.
    attributes.category_uid = { ...attributes.category_uid, enum: { [category]: {} } };
    attributes.class_uid = { ...attributes.class_uid, enum: { [category * 1000 + (detection.uid ?? 0)]: {} } };
    return this.#faults(event as Record<string, unknown>, attributes, [detection], '');
  }

  #merged(definitions: readonly Definition[]): Record<string, Attribute> {
    const merged: Record<string, Attribute> = {};
    for (const { attributes } of definitions) {
      const { $include = [], ...own } = attributes;
      const profiles = $include
        .filter((path) => this.#profiles.some((name) => path === `profiles/${name}.json`))
        .map((path) => this.#read<Definition>(path).attributes);
      for (const list of [...profiles, own]) {
        for (const [name, attribute] of Object.entries(list as Record<string, Attribute>)) {
          const known: Attribute = merged[name] ?? this.#dictionary.attributes[name] ?? {};
          const values = known.enum || attribute.enum ? { enum: { ...known.enum, ...attribute.enum } } : {};
          merged[name] = { ...known, ...attribute, ...values };
        }
      }
    }
    return merged;
  }

  #faults(
    value: Readonly<Record<string, unknown>>,
    attributes: Readonly<Record<string, Attribute>>,
    definitions: readonly Definition[],
    path: string,
  ): string[] {
    const faults: string[] = [];
    for (const [name, { requirement }] of Object.entries(attributes)) {
      if (requirement === 'required' && value[name] === undefined) faults.push(`${path}${name} is missing`);
    }
    // Those of an object that extends another take the place of the other's.
    const oneOf = definitions.findLast(({ constraints }) => constraints)?.constraints?.at_least_one;
    if (oneOf && !oneOf.some((name) => value[name] !== undefined))
      faults.push(`${path} has none of ${oneOf.join(', ')}`);
    for (const [name, inner] of Object.entries(value)) {
      const attribute = attributes[name];
      if (!attribute) faults.push(`${path}${name}: there is no such attribute`);
      else faults.push(...this.#valueFaults(inner, attribute, `${path}${name}`));
    }
    return faults;
  }

  #valueFaults(value: unknown, attribute: Attribute, path: string): string[] {
    if (attribute['@deprecated']) return [`${path} is deprecated`];
    if (!attribute.is_array) return this.#oneFaults(value, attribute, path);
    if (!Array.isArray(value)) return [`${path} is no array`];
    return value.flatMap((one, index) => this.#oneFaults(one, attribute, `${path}[${index}]`));
  }

  #oneFaults(value: unknown, attribute: Attribute, path: string): string[] {
    const { type = '' } = attribute;
    if (attribute.enum && !Object.hasOwn(attribute.enum, String(value))) return [`${path}: ${value} is no known value`];
    if (type === 'json_t') return [];
    const simple = this.#dictionary.types.attributes[type];
    if (simple) return this.#fits(value, type) ? [] : [`${path}: ${JSON.stringify(value)} is no ${type}`];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} is no object`];
    // Of the plain object any attribute may be.
    if (type === 'object') return [];
    const definitions = this.#object(type);
    const attributes = this.#merged(definitions);
    if (type === 'observable') attributes.type_id = { ...attributes.type_id, enum: this.#observables() };
    return this.#faults(value as Record<string, unknown>, attributes, definitions, `${path}.`);
  }

  #fits(value: unknown, type: string): boolean {
    const { type: base, regex, range } = this.#dictionary.types.attributes[type] ?? {};
    if (base && !this.#fits(value, base)) return false;
    if (regex && !new RegExp(regex).test(String(value))) return false;
    if (range && !((value as number) >= range[0] && (value as number) <= range[1])) return false;
    if (type === 'boolean_t') return typeof value === 'boolean';
    if (type === 'integer_t' || type === 'long_t') return Number.isSafeInteger(value);
    if (type === 'float_t') return typeof value === 'number';
    return base !== undefined || typeof value === 'string';
  }

  #observables(): Record<string, unknown> {
    const numbers = Object.values(this.#dictionary.types.attributes).flatMap(({ observable }) => observable ?? []);
    return Object.fromEntries(numbers.map((number) => [number, {}]));
  }

  /** An object's own definition and those that it extends, the most general first. */
  #object(name: string): Definition[] {
    const definition = this.#read<Definition>(`objects/${name}.json`);
    return [...(definition.extends ? this.#object(definition.extends) : []), definition];
  }

  #read<Type>(path: string): Type {
    return JSON.parse(readFileSync(join(this.#root, path), 'utf8')) as Type;
  }
}
