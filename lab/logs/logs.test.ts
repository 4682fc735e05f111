import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { eveLogParser } from '../../src/logs/eve-log.ts';
import { importLogs } from '../../src/logs/import-logs.ts';
import type { LogParser } from '../../src/logs/log-record.ts';
import { webLogParser } from '../../src/logs/web-log.ts';
import { zeekLogParser } from '../../src/logs/zeek-log.ts';
import { usableOn } from '../../src/rules/log-field-answers.ts';
import type { Alert } from '../../src/scan/alert.ts';
import { defaultScanSettings } from '../../src/scan/scan-settings.ts';
import { loadCatalogue } from '../../src/signature/load-catalogue.ts';
import { readCaptures } from '../../src/trespass.ts';
import { capturesFolder } from '../repository.ts';
import { derivedFrom } from './derived-logs.ts';
import { logFormats } from './web-servers.ts';

const catalogue = loadCatalogue();
const folder = join(capturesFolder, 'logs');
const recordings = readdirSync(folder).filter((name) => /-(nginx|apache)$/.test(name));

/** What each format carries: the common format has no headers, only nginx's JSON tells Host and Cookie. */
function carried(format: (typeof logFormats)[number], recording: string): readonly string[] {
  const request = ['http.request_line', 'http.method', 'http.uri', 'http.version'];
  if (format === 'common') return request;
  const headers = ['http.user_agent', 'http.referer'];
  return [
    ...request,
    ...headers,
    ...(format === 'json' && recording.endsWith('nginx') ? ['http.host', 'http.cookie'] : []),
  ];
}

async function closedAlerts(read: (onAlert: (alert: Alert) => void) => Promise<unknown>): Promise<Alert[]> {
  const alerts: Alert[] = [];
  await read((alert) => alert.state === 'closed' && alerts.push(alert));
  return alerts;
}

function ids(alerts: readonly Alert[]): string[] {
  return [...new Set(alerts.flatMap(({ signatures }) => signatures.map(({ signature }) => signature.id)))].sort();
}

describe('access logs of real servers', () => {
  it('are there', () => assert.ok(recordings.length >= 8));

  for (const recording of recordings) {
    it(`${recording}: every format tells of the capture what it carries, and nothing else`, async () => {
      const settings = defaultScanSettings;
      const wire = await closedAlerts((onAlert) =>
        readCaptures({ paths: [join(folder, recording, 'capture.pcap')], catalogue, settings, onAlert }),
      );
      for (const format of logFormats) {
        const logged = await closedAlerts((onAlert) =>
          importLogs({
            paths: [join(folder, recording, `${format}.log`)],
            parser: () => webLogParser({ server: '10.77.0.10', port: 80 }),
            catalogue,
            settings,
            onAlert,
            onNotice: (text) => assert.fail(text),
          }),
        );
        const fields = carried(format, recording);
        const visible = catalogue
          .filter(
            (signature) => usableOn(signature, 'web') && signature.match.every(({ field }) => fields.includes(field)),
          )
          .map(({ id }) => id);
        assert.deepEqual(
          ids(logged),
          ids(wire).filter((id) => visible.includes(id)),
          format,
        );
        const summary = (alerts: readonly Alert[]) =>
          alerts.map(({ source, severity, zone, spoofable }) => [source, severity, zone, spoofable]);
        assert.deepEqual(summary(logged), summary(wire), format);
        assert.deepEqual(
          logged.flatMap(({ targets }) => targets),
          logged.map(() => ({ address: '10.77.0.10', ports: ['80/tcp'] })),
        );
        const scripts = new Set(wire.flatMap(({ nmap }) => nmap.scripts.map(({ name }) => name)));
        for (const { name } of logged.flatMap(({ nmap }) => nmap.scripts)) assert.ok(scripts.has(name), name);
      }
      if (recording.startsWith('benign')) assert.deepEqual(wire, []);
      else assert.ok(wire.length > 0);
    });
  }
});

/** Ids of what the engine sees in a capture, and of what the import sees in logs of it. */
async function compare(capture: string, paths: readonly string[], parser: (path: string) => LogParser) {
  const settings = defaultScanSettings;
  const wire = await closedAlerts((onAlert) =>
    readCaptures({ paths: [join(capturesFolder, `${capture}.pcap`)], catalogue, settings, onAlert }),
  );
  const logged = await closedAlerts((onAlert) =>
    importLogs({ paths, parser, catalogue, settings, onAlert, onNotice: (text) => assert.fail(text) }),
  );
  const extra = ids(logged).filter((id) => !ids(wire).includes(id));
  assert.deepEqual(extra, [], `${capture}: the log tells of more than the wire`);
  const who = (alerts: readonly Alert[]) => alerts.map(({ source, severity, zone }) => `${source} ${severity} ${zone}`);
  for (const one of who(logged)) assert.ok(who(wire).includes(one), `${capture}: ${one}`);
  return ids(logged);
}

describe("Zeek's and Suricata's logs of captures", () => {
  it('tell of nothing that the capture does not hold, and nothing at all of benign ones', async () => {
    const zeek = new Set<string>();
    const eve = new Set<string>();
    for (const name of derivedFrom) {
      const folder = join(capturesFolder, 'logs/zeek', name.replace('/', '-'));
      const logs = existsSync(folder) ? readdirSync(folder).map((log) => join(folder, log)) : [];
      for (const id of await compare(name, logs, zeekLogParser)) zeek.add(id);
      const records = [join(capturesFolder, 'logs/eve', `${name.replace('/', '-')}.json`)];
      for (const id of await compare(name, records, () => eveLogParser({ catalogue }))) eve.add(id);
    }
    // What these captures were chosen for.
    const both = [
      'dns-asn-lookup',
      'dns-random-source-port',
      'http-open-redirect',
      'http-user-agent',
      'rdp-cookie',
      'ssh-hostkey',
    ];
    for (const id of [...both, 'mqtt-client-random', 'smb-ntlm-workstation', 'smtp-ehlo-scanme', 'ssh-sshv1']) {
      assert.ok(zeek.has(id), `Zeek: ${id}`);
      assert.ok(eve.has(id), `EVE: ${id}`);
    }
    for (const id of ['sip-display-name', 'sip-user-agent', 'ftp-bounce-fallback'])
      assert.ok(zeek.has(id), `Zeek: ${id}`);
    for (const id of ['http-waf-fingerprint-host', 'http-nessus-login', 'ftp-opie-overflow', 'tls-nsock-client']) {
      assert.ok(eve.has(id), `EVE: ${id}`);
    }
  });
});

describe('alerts that real Suricata raised from the exported rules', () => {
  const alerts = join(capturesFolder, 'logs/eve-alerts');

  it('are there, and none of a benign capture', () => {
    const names = readdirSync(alerts);
    assert.ok(names.length >= 25);
    assert.ok(names.every((name) => name.startsWith('nmap-')));
  });

  for (const file of readdirSync(alerts)) {
    it(`${file}: the same scans as in the capture`, async () => {
      const settings = defaultScanSettings;
      const capture = `${file.replace('nmap-', 'nmap/').replace('.json', '')}.pcap`;
      const wire = await closedAlerts((onAlert) =>
        readCaptures({ paths: [join(capturesFolder, capture)], catalogue, settings, onAlert }),
      );
      const logged = await closedAlerts((onAlert) =>
        importLogs({
          paths: [join(alerts, file)],
          parser: () => eveLogParser({ catalogue }),
          catalogue,
          settings,
          onAlert,
        }),
      );
      const scans = (found: readonly Alert[]) =>
        found.map(({ source, severity, zone }) => `${source} ${severity} ${zone}`).sort();
      assert.deepEqual(scans(logged), scans(wire));
      const scripts = (found: readonly Alert[]) =>
        found.flatMap(({ nmap }) => nmap.scripts.map(({ name }) => name)).sort();
      for (const name of scripts(logged)) assert.ok(scripts(wire).includes(name), name);
    });
  }
});
