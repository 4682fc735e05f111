import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CaptureError } from '../capture/capture-error.ts';
import { logLineBytes } from '../limits.ts';
import type { Alert } from '../scan/alert.ts';
import { defaultScanSettings } from '../scan/scan-settings.ts';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import { importLogs } from './import-logs.ts';
import type { LogParser } from './log-record.ts';
import { webLogParser } from './web-log.ts';
import { zeekLogParser } from './zeek-log.ts';

const catalogue = loadCatalogue();
const folder = mkdtempSync(join(tmpdir(), 'trespass-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function run(paths: readonly string[], parser: (path: string) => LogParser = web) {
  const alerts: Alert[] = [];
  const notices: string[] = [];
  const statistics = await importLogs({
    paths,
    parser,
    catalogue,
    settings: defaultScanSettings,
    onAlert: (alert) => alert.state === 'closed' && alerts.push(alert),
    onNotice: (text) => notices.push(text.replace(`${folder}/`, '')),
  });
  return { alerts, notices, statistics };
}

const web = () => webLogParser({ server: '127.0.0.1', port: 80 });
const agent = 'Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)';

function access(second: number, { source = '10.0.0.1', user = agent, path = '/' } = {}): string {
  const time = `10/Oct/2026:13:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')} +0000`;
  return `${source} - - [${time}] "GET ${path} HTTP/1.1" 200 5 "-" "${user}"\n`;
}

describe('import of logs', () => {
  it('one alert a scan, however many lines; another after the window has passed in silence', async () => {
    const { alerts } = await run([file('a.log', access(0) + access(20) + access(45) + access(100))]);
    assert.deepEqual(
      alerts.map(({ evidenceCount }) => evidenceCount),
      [3, 1],
    );
    assert.equal(alerts[0]?.spoofable, false);
  });

  it('two different strong signatures of one source are a scan, one twice is none', async () => {
    const strong = (path: string) => access(0, { user: 'curl', path });
    assert.equal((await run([file('b.log', strong('/evox/about') + strong('/random404page/'))])).alerts.length, 1);
    assert.equal((await run([file('c.log', strong('/evox/about') + strong('/evox/about'))])).alerts.length, 0);
  });

  it('several files are one timeline, whatever their order; gzip is undone', async () => {
    const first = file('access.log.1.gz', gzipSync(access(0) + access(20)));
    const second = file('access.log', access(40) + access(60));
    for (const paths of [
      [first, second],
      [second, first],
    ]) {
      const { alerts, statistics } = await run(paths);
      assert.deepEqual(
        alerts.map(({ evidenceCount }) => evidenceCount),
        [4],
      );
      assert.deepEqual([statistics.files, statistics.lines, statistics.records], [2, 4, 4]);
    }
  });

  it("Zeek's logs of one scanner are one alert", async () => {
    const header = '#separator \\x09\n#unset_field\t-\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\t';
    const row = (uid: string, port: number) => `1791665736.5\t${uid}\t10.0.0.1\t40000\t10.0.0.80\t${port}\t`;
    const http = file('http.log', `${header}user_agent\n${row('C1', 80)}${agent}\n`);
    const ssh = file('ssh.log', `${header}client\n${row('C2', 22)}SSH-2.0-Nmap-SSH2-Hostkey\n`);
    const { alerts } = await run([http, ssh], zeekLogParser);
    assert.deepEqual(
      alerts.map(({ signatures, targets }) => [signatures.map(({ signature }) => signature.id), targets]),
      [[['http-user-agent', 'ssh-hostkey'], [{ address: '10.0.0.80', ports: ['22/tcp', '80/tcp'] }]]],
    );
  });

  it('what cannot be read is counted and summed up, and the rest is read', async () => {
    const broken = `garbage\n{"ts":\n${access(0).replace('Oct', 'Okt')}${access(0, { source: 'scanner.example' })}`;
    const long = `${'x'.repeat(logLineBytes + 300_000)}\n`;
    const { alerts, notices, statistics } = await run([file('d.log', broken + long + access(1))]);
    assert.equal(alerts.length, 1);
    assert.deepEqual(notices, [
      'd.log: of 6 lines, some were left out: 2 not of this format, 1 without a date, 1 without the address of the client, 1 too long.',
    ]);
    assert.deepEqual(statistics.leftOut, {
      other: 0,
      malformed: 2,
      withoutTime: 1,
      withoutAddress: 1,
      tooLong: 1,
    });
  });

  it('a line may come in any number of blocks, end with CR LF, or have no end at all', async () => {
    const padding = access(0, { user: 'a'.repeat(400_000) });
    const text = `${padding}${padding}${access(1).replace('\n', '\r\n')}${padding}${access(2).trimEnd()}`;
    const { alerts, notices, statistics } = await run([file('e.log', text)]);
    assert.deepEqual(notices, []);
    assert.equal(statistics.records, 5);
    assert.equal(alerts[0]?.evidenceCount, 2);
  });

  it('a file that is no such log is an error that says so; an empty one is not', async () => {
    await assert.rejects(run([file('f.log', 'a\nb\n')]), (error: Error) => {
      assert.ok(error instanceof CaptureError);
      assert.match(error.message, /none of its 2 lines could be read as such a log \(2 not of this format\)/);
      return true;
    });
    await assert.rejects(run([file('e.log', '\n# a comment\n\x00\x01\n\x02\n\x03\n')]), /none of its 5 lines/);
    await assert.rejects(run([join(folder, 'none.log')]), /no such file/);
    assert.deepEqual((await run([file('g.log', '')])).notices, []);
  });

  it('a gzip file that is cut short gives what it holds, and a notice', async () => {
    const whole = gzipSync(
      Array.from({ length: 2000 }, (_, index) => access(index % 50, { path: `/${index}` })).join(''),
    );
    const { alerts, notices } = await run([file('h.gz', whole.subarray(0, whole.length - 20))]);
    assert.equal(alerts.length, 1);
    assert.match(notices[0] ?? '', /h\.gz: the gzip file is cut short/);
  });

  it('lines out of order by less than an hour belong to one scan', async () => {
    const { alerts } = await run([file('i.log', access(60) + access(45) + access(75) + access(50))]);
    assert.deepEqual(
      alerts.map(({ evidenceCount }) => evidenceCount),
      [4],
    );
  });
});
