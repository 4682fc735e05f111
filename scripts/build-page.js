// The page of `trespass serve`: web/ → dist/page (its files) and dist/web (its tests, for npm test).
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = process.argv[2] ?? `${root}dist`;

rmSync(`${out}/page`, { recursive: true, force: true });
rmSync(`${out}/web`, { recursive: true, force: true });
mkdirSync(`${out}/page`, { recursive: true });

const shared = { absWorkingDir: root, bundle: true, format: 'esm', logLevel: 'warning' };

await Promise.all([
  build({
    ...shared,
    entryPoints: { app: 'web/main.tsx' },
    outdir: `${out}/page`,
    platform: 'browser',
    // Browsers of the last three years.
    target: ['chrome120', 'firefox121', 'safari17'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'inline',
  }),
  build({ ...shared, entryPoints: ['web/app.css'], outdir: `${out}/page`, minify: true }),
  build({
    ...shared,
    entryPoints: ['web/**/*.test.ts'],
    outdir: `${out}/web`,
    outbase: 'web',
    platform: 'node',
    target: 'node20',
    packages: 'external',
  }),
]);
for (const name of ['index.html', 'icon.svg']) cpSync(`${root}web/${name}`, `${out}/page/${name}`);
