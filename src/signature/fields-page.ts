/** docs/fields.md: every field that a signature can name, from the parsers' own descriptions. */

import type { FieldDescription, Protocol } from '../protocol/protocol.ts';
import { knownFields } from './known-fields.ts';

const introduction = `# Fields

What a signature's \`match\` can name ([signatures](signatures.md#what-must-hold)). A field may have several values; a
condition holds if one of them satisfies it.

Values are text, one character a byte. *As sent* says whether the value stands on the wire byte for byte (letter case
aside): then its literals are found by themselves; otherwise (base64, UTF-16, numbers) the signature needs
[\`search\`](signatures.md#what-is-searched-for).

This page is written by \`npm run docs\` from the parsers in \`src/protocol/\`.
`;

/** The whole page, as Markdown. */
export function fieldsPage(protocols: readonly Protocol[]): string {
  const payload = knownFields([]).get('payload')!;
  const sections = [
    section('payload', payload.transports, { payload }),
    ...protocols.map(({ name, transports, fields }) => section(name, transports, fields)),
  ];
  return [introduction, ...sections].join('\n');
}

function section(
  name: string,
  transports: readonly string[],
  fields: Readonly<Record<string, FieldDescription>>,
): string {
  const rows = Object.entries(fields).map(
    ([field, { description, verbatim }]) => `| \`${field}\` | ${cell(description)} | ${verbatim ? 'yes' : 'no'} |`,
  );
  return [
    `## ${name}`,
    '',
    `Over ${transports.join(', ')}.`,
    '',
    '| Field | What it holds | As sent |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** Text in a Markdown table: a bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/([^.])$/, '$1.');
}
