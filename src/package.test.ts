import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What `npm pack` would put into the package. Its answer is a list; since npm 12, an object by the packages' names. */
const packed: Record<string, { files: { path: string }[] }> = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' }),
);
const files = Object.values(packed)[0]!.files.map(({ path }) => path);

describe('the npm package', () => {
  it('takes compiled code only from the very Node.js that runs: V8 would crash on that of another release', () => {
    const { cacheOf } = createRequire(import.meta.url)(join(root, 'bin', 'load-compiled.cjs'));
    const name = cacheOf('/trespass.cjs');
    assert.ok(name.includes(process.version) && name.includes(`${statSync(process.execPath).size}`), name);
  });

  it('holds the command, the library, the catalogue and the licence', () => {
    const needed = ['bin/trespass.cjs', 'dist/command/trespass.cjs', 'dist/src/trespass.js', 'dist/src/trespass.d.ts'];
    const read = [
      'dist/catalogue.json',
      'dist/detection.jsonl',
      'dist/hot-path.wasm',
      'signatures/schema.json',
      'README.md',
      'LICENSE',
      'NOTICE',
    ];
    const page = [
      'dist/page/index.html',
      'dist/page/app.js',
      'dist/page/app.css',
      'captures/nmap/aggressive-scan.pcap',
    ];
    assert.deepEqual(
      [...needed, ...read, ...page].filter((file) => !files.includes(file)),
      [],
    );
  });

  it('holds no tests, no sources, and of the captures only the demonstration', () => {
    const wrong =
      /\.test\.|\/testing\/|\/example-|^captures\/(?!nmap\/aggressive-scan\.pcap$)|^lab\/|^src\/|^dist\/(?:lab|bench)\//;
    assert.deepEqual(
      files.filter((file) => wrong.test(file)),
      [],
    );
  });

  it('holds whatever its modules import', () => {
    const missing: string[] = [];
    for (const file of files.filter((name) => /^dist\/.*(?:\.js|\.d\.ts)$/.test(name))) {
      const text = readFileSync(join(root, file), 'utf8');
      for (const [, name] of text.matchAll(/^(?:import|export)\b[^'"]*['"](\.{1,2}\/[^'"]+)['"]/gm)) {
        const imported = posix.join(dirname(file), name!);
        const found = files.includes(imported) || files.includes(imported.replace(/\.ts$/, '.d.ts'));
        if (!found) missing.push(`${file} imports ${name}`);
      }
    }
    assert.deepEqual(missing, []);
  });
});
