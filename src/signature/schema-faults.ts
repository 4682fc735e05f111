/** What the schema refuses, as sentences that say what would be right. */

import type * as z from 'zod';

export interface SchemaFault {
  /** Keys that lead to the value; of an unknown key, to that key. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

interface Leaf extends SchemaFault {
  readonly code: z.core.$ZodIssue['code'];
}

/** Of a union, the faults of the form that the value comes nearest to; of one mistake, one fault. */
export function schemaFaults(issues: readonly z.core.$ZodIssue[]): SchemaFault[] {
  const leaves = issues.flatMap((issue) => leavesOf(issue, []));
  // A misspelt key is told as such; that its map then lacks something is the same mistake once more.
  const misspelt = leaves
    .filter(({ code }) => code === 'unrecognized_keys')
    .map(({ path }) => pathText(path.slice(0, -1)));
  return leaves.filter(({ code, path }) => code !== 'custom' || !misspelt.includes(pathText(path)));
}

function leavesOf(issue: z.core.$ZodIssue, parents: readonly PropertyKey[]): Leaf[] {
  const path = [...parents, ...issue.path];
  const name = path.length === 0 ? 'the signature' : `\`${pathText(path)}\``;
  const leaf = (message: string): Leaf[] => [{ code: issue.code, path, message: `${name} ${message}` }];
  switch (issue.code) {
    case 'invalid_union': {
      const forms = issue.errors.map((errors) => errors.flatMap((error) => leavesOf(error, path)));
      return nearest(forms) ?? leaf('has a form that it cannot have');
    }
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        code: issue.code,
        path: [...path, key],
        message: `\`${key}\` is not a key of ${name}`,
      }));
    case 'invalid_key':
      return leaf('is no field: must be `payload` or `protocol.field`');
    case 'invalid_type':
      // The input is not kept, so that only the message tells what was there.
      return leaf(
        issue.message.endsWith('received undefined')
          ? 'is missing'
          : `must be ${kinds[issue.expected] ?? issue.expected}`,
      );
    case 'invalid_value':
      return leaf(`must be one of ${issue.values.join(', ')}`);
    case 'too_small':
      return leaf(
        issue.minimum === 1 && issue.origin !== 'number'
          ? 'must not be empty'
          : `${amount(issue.origin)} at least ${issue.minimum}`,
      );
    case 'too_big':
      return leaf(`${amount(issue.origin)} at most ${issue.maximum}`);
    default:
      return leaf(issue.message);
  }
}

/** As people who write YAML call them. */
const kinds: Readonly<Record<string, string>> = {
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function amount(origin: string): string {
  if (origin === 'array') return 'must have entries,';
  return origin === 'string' ? 'must have characters,' : 'must be';
}

/** The form whose faults lie deepest in the value: there it was right for longest. A wrong type says least. */
function nearest(forms: readonly Leaf[][]): Leaf[] | undefined {
  const depth = (form: readonly Leaf[]): number => Math.max(0, ...form.map(({ path }) => path.length));
  const rightType = forms.filter((form) => form.some(({ code }) => code !== 'invalid_type'));
  const candidates = rightType.length > 0 ? rightType : forms;
  return [...candidates].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0];
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}
