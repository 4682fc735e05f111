/**
 * `npm run bench:serve -- FILE`: `trespass serve` over a store with many scans (bench:store makes one): how long the views
 * take, how much memory it needs, how many changes a second the live stream bears.
 */

import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromiumFile, startChromium } from '../lab/browser/chromium.ts';
import { openStore } from '../src/store/open-store.ts';
import { manyScans, scanTemplates } from './many-scans.ts';

const program = process.env.TRESPASS_PROGRAM ?? fileURLToPath(new URL('../../bin/trespass.cjs', import.meta.url));

/** What the page asks for when it is opened, and with each filter. */
const views: readonly (readonly [name: string, paths: readonly string[]])[] = [
  [
    'first view',
    [
      '/status',
      '/scans?state=open&severity=medium,high&limit=50',
      '/scans?severity=medium,high&acknowledged=false&since=24h&limit=100',
      '/scans?limit=12',
      '/timeline?since=24h&bucket=900',
    ],
  ],
  ['list of scans', ['/scans?limit=100', '/timeline?since=30d&bucket=14400']],
  ['filter: high', ['/scans?severity=high&limit=100', '/timeline?severity=high&since=30d&bucket=14400']],
  ['filter: a scanner', ['/scans?source=SOURCE&limit=100', '/timeline?source=SOURCE&since=30d&bucket=14400']],
  ['filter: a network of targets', ['/scans?target=10.0.7.0/24&limit=100']],
  ['filter: a script', ['/scans?script=http-title&limit=100']],
  ['filter: a signature', ['/scans?signature=http-user-agent&limit=100']],
  ['timeline of a year', ['/timeline?since=365d&bucket=86400', '/scans?since=365d&limit=500']],
  ['who scans whom, 30 days', ['/pairs?since=30d&limit=10000']],
  ['hunt for an address', ['/hunt/SOURCE']],
];

interface Served {
  readonly url: string;
  readonly token: string;
  readonly id: number;
  stop(): Promise<void>;
}

async function serve(store: string): Promise<Served> {
  const parameters = ['serve', '--store', store, '--listen', '127.0.0.1:0', '--print-link'];
  const child = spawn(process.execPath, [program, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
  const { url, link } = JSON.parse(line) as { url: string; link: string };
  return {
    url,
    token: new URL(link).hash.replace('#token=', ''),
    id: child.pid!,
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function ask({ url, token }: Served, path: string): Promise<string> {
  const response = await fetch(`${url}api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return response.text();
}

/** Resident memory in MB, without mapped files (the store's pages, which the system takes back when it needs them); Linux. */
function memoryOf(id: number): number {
  const [, kilobytes] = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}

async function benchViews(store: string): Promise<void> {
  const start = performance.now();
  const served = await serve(store);
  console.log(`listens after ${Math.round(performance.now() - start)} ms, with ${memoryOf(served.id)} MB`);
  const [scan] = (JSON.parse(await ask(served, '/scans?limit=1')) as { scans: { source: string }[] }).scans;
  for (const [name, paths] of views) {
    const times: number[] = [];
    for (let round = 0; round < 11; round++) {
      const before = performance.now();
      await Promise.all(paths.map((path) => ask(served, path.replace('SOURCE', scan!.source))));
      times.push(performance.now() - before);
    }
    const [first] = times;
    times.sort((a, b) => a - b);
    console.log(
      `${name}: first ${Math.round(first!)} ms, median ${Math.round(times[5]!)} ms, worst ${Math.round(times[10]!)} ms; ${memoryOf(served.id)} MB`,
    );
  }
  console.log(`after all of them: ${memoryOf(served.id)} MB`);
  await served.stop();
}

const listeners = 10;
const seconds = 10;

/** Scans are written at a steady pace; each of the listeners counts what it is told, and how late. */
async function benchLive(folder: string, pace: number): Promise<void> {
  const location = join(folder, `live-${pace}.db`);
  await (await openStore(location)).close();
  const served = await serve(location);
  const counts = { told: 0, resyncs: 0, bytes: 0 };
  const ended = new AbortController();
  // Who is let go stays away: it counts as told no more.
  const listening = Array.from({ length: listeners }, async () => {
    const response = await fetch(`${served.url}api/v1/stream`, {
      headers: { authorization: `Bearer ${served.token}` },
      signal: ended.signal,
    });
    for await (const bytes of response.body!) {
      const text = Buffer.from(bytes).toString('latin1');
      counts.bytes += text.length;
      counts.told += text.split('event: scan').length - 1;
      counts.resyncs += text.split('event: resync').length - 1;
    }
  }).map((one) => one.catch(() => {}));
  const page = await openPage(served);
  // In a process of its own: writing would keep the listeners from reading.
  const writer = fork(fileURLToPath(import.meta.url), ['write', location, String(pace)]);
  const [{ written, took }] = (await once(writer, 'message')) as [{ written: number; took: number }];
  await new Promise((resolve) => setTimeout(resolve, 2500));
  const metrics = await ask(served, '/metrics');
  const [, dropped] = /^trespass_live_dropped_total (\d+)$/m.exec(metrics) ?? [];
  console.log(
    `${Math.round(written / took)} scans/s written, ${listeners} listeners: each was told ${Math.round(counts.told / listeners)} of ${written}, ` +
      `${Math.round(counts.resyncs / listeners)} times to load anew, ${dropped} let go; ${memoryOf(served.id)} MB`,
  );
  if (page) console.log(`  in a browser meanwhile: ${await page()}`);
  ended.abort();
  await Promise.allSettled(listening);
  await served.stop();
}

/**
 * The page in a browser, if there is one. What it gives, closes it and says for how long at most the page stood still, and
 * how often it loaded its views.
 */
async function openPage({ url, token }: Served): Promise<(() => Promise<string>) | undefined> {
  if (chromiumFile === undefined) return undefined;
  const browser = await startChromium();
  const page = await browser.newPage();
  let loads = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/api/v1/status')) loads++;
  });
  await page.goto(`${url}#token=${token}`);
  await page.getByText('live', { exact: true }).waitFor();
  await page.evaluate(`window.longest = 0; window.last = performance.now();
    (function look() { const now = performance.now(); longest = Math.max(longest, now - last); last = now; requestAnimationFrame(look); })()`);
  return async () => {
    const longest = await page.evaluate<number>('window.longest');
    const shown = (await page.locator('tr[data-scan]').count()) > 0;
    await browser.close();
    return `${shown ? 'shows scans' : 'shows nothing'}, loaded its views ${loads} times, stood still for ${Math.round(longest)} ms at most`;
  };
}

/** Writes scans at a steady pace, if it can. */
async function write(location: string, pace: number): Promise<void> {
  const store = await openStore(location);
  const templates = await scanTemplates(20);
  const since = Date.now() * 1000;
  const start = performance.now();
  let written = 0;
  for (const alerts of manyScans(templates, { count: pace * seconds, since, until: since + 1e6, batch: pace / 10 })) {
    await store.write({ sensor: 'bench', alerts });
    written += alerts.length;
    const ahead = (written / pace) * 1000 - (performance.now() - start);
    if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead));
  }
  process.send?.({ written, took: (performance.now() - start) / 1000 });
  await store.close();
  process.disconnect();
}

async function bench(): Promise<void> {
  const [file] = process.argv.slice(2);
  const folder = mkdtempSync(join(tmpdir(), 'trespass-bench-serve-'));
  try {
    if (file !== undefined && existsSync(file)) {
      // The server writes its own things into a store; whose store it is should not notice.
      const copy = join(folder, 'store.db');
      copyFileSync(file, copy);
      await benchViews(copy);
    } else {
      console.error(
        'Give a store: npm run bench:store -- hunt 1000000 FILE makes one. Only the live stream is measured.',
      );
    }
    for (const pace of [100, 500, 1000, 2000]) await benchLive(folder, pace);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [mode, location, pace] = process.argv.slice(2);
if (mode === 'write' && location !== undefined) await write(location, Number(pace));
else await bench();
