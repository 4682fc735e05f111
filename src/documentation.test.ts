import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as limits from './limits.ts';
import { protocols } from './protocol/protocols.ts';
import { fieldsPage } from './signature/fields-page.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = ['README.md', 'CONTRIBUTING.md', 'lab/README.md'].concat(
  readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
);

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

/** What GitHub makes of a heading: lower case, blanks to hyphens, other signs away. */
function anchors(page: string): Set<string> {
  const headings = page.replaceAll(/^```.*?^```/gms, '').matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, text]) =>
      text!
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe('documentation', () => {
  it('links to files and headings that exist', () => {
    const broken: string[] = [];
    for (const page of pages) {
      for (const [, target] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target!)) continue;
        const [path, anchor] = target!.split('#');
        const file = path === '' ? join(root, page) : resolve(root, dirname(page), path!);
        const found = existsSync(file) && (anchor === undefined || anchors(readFileSync(file, 'utf8')).has(anchor));
        if (!found) broken.push(`${page}: ${target}`);
      }
    }
    assert.deepEqual(broken, []);
  });

  it('docs/README.md leads to every page', () => {
    const index = read('docs/README.md');
    const missing = pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
    assert.deepEqual(
      missing.filter((page) => !index.includes(`(${relative('docs', page)})`)),
      [],
    );
  });

  it('the README shows what its first command prints', () => {
    const page = read('README.md');
    const [, capture] = /npx trespass read (captures\/\S+)/.exec(page)!;
    const { stdout } = spawnSync(process.execPath, [join(root, 'bin/trespass.cjs'), 'read', '--table', capture!], {
      cwd: root,
      encoding: 'utf8',
    });
    assert.ok(stdout.startsWith('┌'), stdout);
    // Times are those of the recording, which anyone may make anew.
    const timeless = (text: string) => text.replaceAll(/\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d/g, 'then');
    const shown = `\`\`\`\n${timeless(stdout.trimEnd())}\n\`\`\``;
    assert.ok(timeless(page).includes(shown), `README.md does not show:\n${stdout}`);
  });

  it('docs/fields.md holds the fields of all parsers (npm run docs writes it)', () => {
    assert.equal(read('docs/fields.md'), fieldsPage(protocols));
  });

  it('docs/limits.md gives every limit of the engine with its value', () => {
    const page = read('docs/limits.md');
    const wrong = Object.entries(limits).flatMap(([name, value]) => {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
      return row?.startsWith(`| \`${name}\` | ${amount(value)} |`) ? [] : [`${name}: ${amount(value)}`];
    });
    assert.deepEqual(wrong, []);
  });
});

/** As people write it: 8,192; 32 M of 2^20. */
function amount(value: number): string {
  return value >= 1 << 20 && value % (1 << 20) === 0 ? `${value >> 20} M` : value.toLocaleString('en');
}
