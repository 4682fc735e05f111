/**
 * `npm run test:browser`: the page in a real browser, against a real server. Needs Chromium (apt-get install chromium);
 * without it everything is skipped. As root on Linux with Nmap, the live scan is a real one that `watch` sees; else it is
 * a capture that `read` writes to the store meanwhile.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { exampleScan } from '../../src/server/example-scan.test.helper.ts';
import { openStore } from '../../src/store/open-store.ts';
import { capturesFolder } from '../repository.ts';
import { chromiumFile, startChromium } from './chromium.ts';
import { program, type Served, serve, start, trespass } from './served.ts';
import { scannerAddress, TwoHosts } from './two-hosts.ts';

const skip = chromiumFile === undefined ? 'needs Chromium: apt-get install chromium' : false;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const canScan =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  ['nmap', 'ip'].every((program) => spawnSync(program, ['--version']).error === undefined);

const markup = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';

describe('the page', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'trespass-page-'));
  const store = join(folder, 'store.db');
  const packets = join(folder, 'packets');
  /** What the browser complained of: refused by the policy, failed, thrown. */
  const complaints: string[] = [];
  let browser: Browser;
  let served: Served;
  let context: BrowserContext;
  let page: Page;

  before(async () => {
    mkdirSync(packets);
    served = await serve('--store', store, '--packets', packets, '--listen', '127.0.0.1:0');
    browser = await startChromium();
    context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true });
    context.setDefaultTimeout(10_000);
    page = await open(context);
  });
  after(async () => {
    await browser?.close();
    await served?.stop();
    rmSync(folder, { recursive: true });
  });

  async function open(where: BrowserContext, path = '/'): Promise<Page> {
    const opened = await where.newPage();
    opened.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    opened.on('pageerror', (error) => complaints.push(error.message));
    await opened.goto(`${served.url.replace(/\/$/, '')}${path}#token=${served.token}`);
    await opened.getByText('live', { exact: true }).waitFor();
    return opened;
  }

  /** Follows a link of the page itself, so that it is not loaded anew. */
  const view = (name: string) => page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  const rows = () => page.locator('tr[data-scan]');

  it('with an empty store says what to do next, and has the token out of sight', async () => {
    await page.getByRole('heading', { name: 'Nothing has been written to the store yet' }).waitFor();
    await page.getByText('trespass watch eth0').waitFor();
    assert.doesNotMatch(page.url(), /token/);
  });

  it('loads the demonstration, and tells its story with the bytes that prove it', async () => {
    await page.getByRole('button', { name: 'Load the demonstration' }).click();
    await page.getByRole('heading', { name: /^Nmap scan: / }).waitFor();
    await page.getByText('demonstration: nobody is scanning').waitFor();
    assert.match((await page.locator('.command').textContent())!, /^nmap .*-sV/);
    const marked = await page.locator('.hex mark').allTextContents();
    assert.ok(marked.length >= 2, 'no byte is marked');
    await page.getByText('is sent by Nmap’s').first().waitFor();
  });

  it('shows a new scan without being loaded anew', async () => {
    await view('Now');
    await page.evaluate('window.sameDocument = true');
    const scanned = await scanSomebody();
    await page.getByRole('link', { name: scanned }).first().waitFor({ timeout: 60_000 });
    assert.equal(await page.evaluate('window.sameDocument'), true);
  });

  /** Gives the scanner's address. */
  async function scanSomebody(): Promise<string> {
    const knowsStore = spawnSync(process.execPath, [program, 'watch', '--help'], {
      encoding: 'utf8',
    }).stdout.includes('--store');
    if (!canScan || !knowsStore) {
      console.log(`no live scan: ${canScan ? 'watch has no --store' : 'needs root, ip and nmap'}; a capture instead`);
      await trespass('read', '--store', store, '-q', join(capturesFolder, 'nmap', 'smtp-open-relay.pcap'));
      return '10.77.0.2';
    }
    const hosts = new TwoHosts();
    let log = '';
    // It would become nobody, who may not write into this test's folder.
    const parameters = ['--store', store, '--keep-packets', packets, '--user', 'root', 'eth0'];
    const watch = start(['watch', ...parameters], await hosts.open());
    watch.stderr!.setEncoding('utf8').on('data', (text) => {
      log += text;
    });
    try {
      for (let round = 0; !log.includes('watching') && round < 200; round++) await sleep(100);
      await hosts.scan('-Pn', '-sT', '-p', '25', '--script', 'smtp-commands');
      const found = page.getByRole('link', { name: scannerAddress }).first();
      await found.waitFor({ timeout: 60_000 }).catch(() => assert.fail(`watch has seen nothing:\n${log}`));
      assert.equal(readdirSync(packets).length, 1, 'no packets were kept');
      return scannerAddress;
    } finally {
      watch.kill('SIGTERM');
      await once(watch, 'close');
      hosts.close();
    }
  }

  it('filters by what stands in the address bar, for a colleague as well', async () => {
    const writer = await openStore(store);
    await writer.write({
      sensor: 'gate',
      alerts: [
        exampleScan({ source: '192.0.2.7' }),
        exampleScan({ source: '10.0.0.6', target: '198.51.100.1' }),
        ...Array.from({ length: 150 }, (_, index) => exampleScan({ at: index * 100, source: `10.9.0.${index + 1}` })),
      ],
    });
    await writer.close();
    await view('Scans');
    await page.getByRole('checkbox', { name: 'low' }).check();
    await page.waitForURL(/severity=low/);
    await page.locator('tr[data-scan]', { hasText: '192.0.2.7' }).waitFor();
    assert.equal(await rows().count(), 1);
    await page.getByRole('checkbox', { name: 'medium' }).check();
    await page.waitForURL(/severity=medium,low/);
    await page.locator('tr[data-scan]', { hasText: '10.0.0.6' }).waitFor();

    const colleague = await open(context, new URL(page.url()).pathname + new URL(page.url()).search);
    await colleague.locator('tr[data-scan]', { hasText: '10.0.0.6' }).waitFor();
    assert.equal(await colleague.locator('tr[data-scan]').count(), 2);
    assert.ok(await colleague.getByRole('checkbox', { name: 'medium' }).isChecked());
    await colleague.close();

    await page.getByRole('link', { name: 'Clear all' }).click();
    await page.getByLabel('Scanner').fill('10.9.0.0/24');
    await page.keyboard.press('Enter');
    await page.waitForURL(/source=10\.9\.0\.0\/24/);
    await page.getByText('100 scans and more').waitFor();
    await page.getByRole('button', { name: 'Show older ones' }).click();
    await page.getByText('150 scans', { exact: true }).waitFor();
    assert.equal(await rows().count(), 150);
    await page.goBack();
    await page.waitForURL((url) => !url.search.includes('source'));
  });

  it('hunts for an address, records an incident, and its scans rise', async () => {
    await view('Hunt');
    await page.getByLabel('Address or range').fill('192.0.2.7');
    await page.getByRole('button', { name: 'Hunt' }).click();
    await page.getByText('It scanned 1 time and was scanned 0 times.').waitFor();
    await page.locator('.badge.low').waitFor();
    await page.getByRole('button', { name: 'Record incident' }).click();
    await page.getByLabel('What happened').fill('webshell dropped');
    // The scan is of November 2026, whenever this test runs.
    await page.getByLabel('When').fill('2026-11-23T12:00:00');
    await page.getByRole('button', { name: 'Record', exact: true }).click();
    await page.locator('.badge.high').waitFor();
    await page.getByText('webshell dropped').waitFor();
    await view('Incidents');
    await page.getByRole('button', { name: 'Close the incident of 192.0.2.7' }).click();
    await page.getByText(/closed by this machine/).waitFor();
  });

  it('marks a scan as seen, comments on it, and authorises its scanner', async () => {
    await page.goto(`${served.url}scans?source=10.0.0.6`);
    await page.locator('tr[data-scan] a.open').click();
    await page.getByRole('button', { name: 'Mark as seen' }).click();
    await page.getByText('Seen by this machine').waitFor();
    await page.getByLabel('Your comment').fill('asked the owner');
    await page.getByRole('button', { name: 'Comment', exact: true }).click();
    await page.getByText('asked the owner').waitFor();
    await page.getByRole('button', { name: 'Mark as authorised' }).click();
    await page.getByLabel('Who answers for it').fill('Blue team');
    await page.getByLabel('Why it scans').fill('monthly audit');
    await page.getByRole('button', { name: 'Authorise', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await view('Authorised');
    await page.getByRole('cell', { name: 'monthly audit' }).waitFor();
    await page.getByRole('button', { name: 'Remove 10.0.0.6' }).click();
    await page.getByText('Nobody is authorised here.').waitFor();
  });

  it('hands out a scan as JSON, and its packets', async () => {
    const capture = join(capturesFolder, 'nmap', 'smtp-open-relay.pcap');
    await trespass('read', '--store', store, '--keep-packets', packets, '-q', capture);
    await page.goto(`${served.url}scans?source=10.77.0.2&script=smtp-open-relay`);
    await page.locator('tr[data-scan] a.open').first().click();
    const [json] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download JSON' }).click(),
    ]);
    const { source, alert } = JSON.parse(readFileSync((await json.path())!, 'utf8'));
    assert.equal(source, '10.77.0.2');
    assert.equal(alert.event_type, 'alert');
    const [pcapng] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download packets' }).click(),
    ]);
    assert.match(pcapng.suggestedFilename(), /^trespass-[0-9a-f]{16}\.pcapng$/);
    // The block type of a pcapng section header.
    assert.equal(readFileSync((await pcapng.path())!).readUInt32LE(0), 0x0a0d0d0a);
  });

  it('shows an attacker’s markup as text, wherever it stands', async () => {
    const writer = await openStore(store);
    const scan = exampleScan({
      source: '10.66.6.6',
      bytes: Buffer.from(`EHLO ${markup}\r\n`),
      fields: { 'smtp.helo': markup },
    });
    await writer.write({ sensor: markup.slice(0, 64), alerts: [scan] });
    await writer.comment(scan.scan, markup.slice(0, 60), markup);
    await writer.addIncident({
      address: '10.66.6.6',
      time: scan.firstSeen,
      what: markup,
      reporter: markup,
      reference: markup,
    });
    await writer.addAuthorisedScanner({ address: '10.66.6.6', owner: markup, reason: markup, expires: '' }, markup);
    await writer.close();
    for (const path of [`scans/${scan.scan}`, 'incidents', 'scanners', 'hunt/10.66.6.6', '']) {
      await page.goto(`${served.url}${path}`);
      await page.getByText('onerror=').locator('visible=true').first().waitFor();
      assert.equal(await page.evaluate('window.hacked'), undefined, path);
      assert.equal(await page.locator('img[src="x"], main script').count(), 0, path);
    }
  });

  it('can be used with the keyboard alone', async () => {
    await page.goto(`${served.url}scans?source=192.0.2.7`);
    await rows().first().waitFor();
    await page.locator('body').press('Tab');
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the content');
    await page.keyboard.press('Enter');
    await page.locator('tr[data-scan] a.open').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Nmap/ }).waitFor();
    await page.getByRole('button', { name: 'Record incident' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Record incident');
  });

  it('lets a time be chosen with the keyboard alone, as a link as well', async () => {
    await page.goto(`${served.url}scans`);
    await rows().first().waitFor();
    await page.getByLabel(/^Time/).selectOption('custom');
    await page.getByRole('textbox', { name: 'From' }).fill('2026-11-01T00:00:00');
    await page.getByRole('textbox', { name: 'From' }).press('Enter');
    await page.waitForURL(/since=2026-1[01]-[0-9]{2}T/);
    await page.getByRole('textbox', { name: 'Until' }).fill('2026-11-02T00:00:00');
    await page.getByRole('textbox', { name: 'Until' }).press('Enter');
    await page.waitForURL(/until=2026-11-0[0-9]T/);
    await page.getByText('No scan fits these filters.').waitFor();
    await page.getByLabel(/^Time/).selectOption('365d');
    await page.waitForURL((url) => url.search === '?since=365d');
    await rows().first().waitFor();
  });

  it('answers addresses that are none with words, never with an empty page', async () => {
    const cases: [path: string, says: RegExp][] = [
      ['hunt/%zz', /no address/i],
      ['scans/%', /16 hex digits/],
      ['scans?since=soon', /since is no time/i],
      ['timeline?since=soon&until=0', /since is no time/i],
      ['scans?since=24h&until=7d', /No scan fits/],
      ['signatures/nothing', /no signature nothing/i],
      ['nothing', /There is nothing here/],
      ['hunt/10.9.0.0/24', /It scanned 1[0-9]{2} times/],
    ];
    for (const [path, says] of cases) {
      await page.goto(`${served.url}${path}`);
      await page
        .getByText(says)
        .first()
        .waitFor()
        .catch(() => assert.fail(`${path} does not say ${says}`));
    }
  });

  it('has the colours of the system, until others are chosen', async () => {
    const other = await browser.newContext({ colorScheme: 'dark' });
    const looked = await open(other);
    const backgrounds = { dark: 'rgb(16, 23, 21)', light: 'rgb(246, 247, 246)' };
    const becomes = async (colours: 'dark' | 'light') => {
      await looked.locator(`:root[data-theme=${colours}]`).waitFor();
      const shown = await looked.evaluate('getComputedStyle(document.body).backgroundColor');
      assert.equal(shown, backgrounds[colours]);
    };
    const choose = (colours: string) => looked.getByLabel('Colours').selectOption(colours);
    await becomes('dark');
    await looked.emulateMedia({ colorScheme: 'light' });
    await becomes('light');
    await choose('dark');
    await looked.reload();
    await becomes('dark');
    await choose('system');
    await becomes('light');
    await other.close();
  });

  it('does not forget over a weekend what nobody has looked at', async () => {
    const quiet = join(folder, 'weekend.db');
    // Seconds after the moment from which example scans count.
    const daysAgo = (days: number) => (Date.now() - Date.UTC(2026, 10, 22, 12)) / 1000 - days * 86_400;
    const write = async (days: number) => {
      const writer = await openStore(quiet);
      await writer.write({ sensor: 'gate', alerts: [exampleScan({ at: daysAgo(days) })] });
      await writer.close();
    };
    await write(30);
    const other = await serve('--store', quiet, '--listen', '127.0.0.1:0');
    const looked = await context.newPage();
    await looked.goto(`${other.url}#token=${other.token}`);
    await looked.getByText('All quiet').waitFor();
    await looked.getByRole('link', { name: 'Nobody has looked at some older ones.' }).waitFor();
    await write(3);
    await looked.getByText('1 scan to look at').waitFor();
    await looked.close();
    await other.stop();
  });

  it('says when the connection is lost, and comes back by itself', async () => {
    const port = new URL(served.url).port;
    await page.goto(served.url);
    await page.getByText('live', { exact: true }).waitFor();
    await page.evaluate('window.sameDocument = true');
    const before = complaints.length;
    assert.equal(await served.stop(), 0);
    await page.getByText('connection lost').waitFor();
    served = await serve('--store', store, '--packets', packets, '--listen', `127.0.0.1:${port}`);
    // Its link holds no more, for it was the other server's.
    await page.getByLabel('Token').fill(served.token, { timeout: 60_000 });
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('live', { exact: true }).waitFor();
    assert.equal(await page.evaluate('window.sameDocument'), true);
    // Who comes back while a server ends is refused, or told 503; who comes to another, 401.
    complaints.splice(before);
  });

  const looks = [
    { name: 'light', width: 1280, height: 800, dark: false, axe: true },
    { name: 'dark', width: 1280, height: 800, dark: true, axe: true },
    { name: 'narrow', width: 390, height: 844, dark: false, axe: false },
    { name: 'wall', width: 2560, height: 1440, dark: true, axe: false },
  ];
  const paths = ['', 'scans', 'timeline?since=365d', 'map?since=365d', 'hunt/192.0.2.7', 'incidents', 'scanners'];

  for (const look of looks) {
    it(`${look.name}: nothing scrolls sideways${look.axe ? ', and axe finds no serious fault' : ''}`, async () => {
      const other = await browser.newContext({
        viewport: look,
        colorScheme: look.dark ? 'dark' : 'light',
        reducedMotion: 'reduce',
      });
      const looked = await open(other);
      const [story] = (await ask<{ scans: { scan: string }[] }>('/scans?sensor=demonstration')).scans;
      const faults: string[] = [];
      // On the coverage of all scripts alone, axe takes a minute.
      const all = [...paths, `scans/${story!.scan}`, 'signatures/smtp-ehlo-scanme', 'hunt'];
      for (const path of all) {
        await looked.goto(`${served.url}${path}`);
        await looked.locator('main .lanes, main table, main article, main dl, main .search').first().waitFor();
        const wide = await looked.evaluate('document.documentElement.scrollWidth > innerWidth');
        if (wide) faults.push(`${path}: scrolls sideways`);
        if (look.axe) faults.push(...(await seriousFaults(looked)).map((fault) => `${path}: ${fault}`));
        if (process.env.SCREENSHOTS) {
          const name = `${look.name}-${path.split(/[/?]/)[0] || 'now'}${path.startsWith('scans/') ? '-story' : ''}`;
          await looked.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`) });
        }
      }
      await other.close();
      assert.deepEqual(faults, []);
    });
  }

  async function ask<Answer>(path: string): Promise<Answer> {
    const response = await fetch(`${served.url}api/v1${path}`, {
      headers: { authorization: `Bearer ${served.token}` },
    });
    return (await response.json()) as Answer;
  }

  async function seriousFaults(looked: Page): Promise<string[]> {
    // By the debugger, so that the page's own policy may stay as strict as it is.
    await looked.evaluate(axe);
    const { violations } = await looked.evaluate<{
      violations: { id: string; impact: string; nodes: { html: string }[] }[];
    }>('axe.run()');
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 200)}`);
  }

  it('has made the browser complain of nothing', () => {
    // What addresses that are none have caused is no fault.
    const unexpected = complaints.filter((text) => !/400|401|404/.test(text));
    assert.deepEqual(unexpected, []);
  });
});
