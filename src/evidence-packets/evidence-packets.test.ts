import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Alert } from '../scan/alert.ts';
import { exampleAlert } from '../scan/example-alert.ts';
import { exampleEvidence, exampleSignature } from '../scan/example-evidence.ts';
import { defaultScanSettings } from '../scan/scan-settings.ts';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import { readCaptures } from '../trespass.ts';
import { EvidencePackets } from './evidence-packets.ts';
import { PacketKeeper } from './packet-keeper.ts';

const captures = fileURLToPath(new URL('../../../captures/nmap', import.meta.url));
const catalogue = loadCatalogue();

async function scansIn(file: string, packets?: EvidencePackets): Promise<Alert[]> {
  const alerts: Alert[] = [];
  await readCaptures({
    paths: [file],
    catalogue,
    settings: defaultScanSettings,
    packets,
    onAlert: (alert) => {
      if (alert.state === 'closed') alerts.push(alert);
    },
  });
  return alerts;
}

/** A sequence needs all that it is made of, which may be older than what is kept. */
const sequences = new Set(catalogue.filter(({ sequence }) => sequence).map(({ id }) => id));

function proofs({ signatures }: Alert): string[] {
  const definitive = signatures.filter(({ signature }) => signature.grade === 'definitive');
  return definitive.map(({ signature }) => signature.id).filter((id) => !sequences.has(id));
}

let folder: string;
const open = (onNotice: (text: string) => void = assert.fail) =>
  new EvidencePackets({ directory: folder, internal: defaultScanSettings.internal, onNotice });
const fileOf = ({ scan }: Alert) => join(folder, `${scan}.pcapng`);

describe('packets of evidence', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'trespass-packets-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  // TCP, UDP, ICMP; IPv6; fragments; several segments; a sequence; other link types stand in the tests of the decoder.
  const kinds = [
    'smtp-open-relay',
    'aggressive-scan',
    'fragmented-scan',
    'dns-recursion',
    'version-and-script-scan',
    'http-user-agent',
    'ipv6-scan',
    'snmp-info',
  ].filter((name) => readdirSync(captures).includes(`${name}.pcap`));

  for (const name of kinds) {
    it(`hold what proves the scan: ${name}`, async () => {
      const packets = open();
      const scans = await scansIn(join(captures, `${name}.pcap`), packets);
      assert.deepEqual(readdirSync(folder).sort(), scans.map(({ scan }) => `${scan}.pcapng`).sort());
      for (const scan of scans) {
        const again = await scansIn(fileOf(scan));
        assert.deepEqual([...new Set(again.flatMap(proofs))].sort(), proofs(scan));
        assert.ok(readFileSync(fileOf(scan)).length < readFileSync(join(captures, `${name}.pcap`)).length * 1.2 + 4096);
      }
      assert.equal(packets.statistics.dropped, 0);
    });
  }

  it('hold what the server answered last, in flows that say no more to be evidence', async () => {
    const [scan] = await scansIn(join(captures, 'smtp-open-relay.pcap'), open());
    assert.match(readFileSync(fileOf(scan!)).toString('latin1'), /221 2\.0\.0 Bye/);
  });

  it('change nothing of what is found', async () => {
    const file = join(captures, 'version-and-script-scan.pcap');
    assert.deepEqual(await scansIn(file, open()), await scansIn(file));
  });

  it('of the next scan are not those of the last', async () => {
    const keeper = new PacketKeeper({ directory: folder, internal: ['10.0.0.0/8'], onNotice: assert.fail });
    const packet = { linkType: 228, microseconds: 0, bytes: new Uint8Array(20), completes: true };
    const [first, second] = [exampleEvidence(exampleSignature(), 0), exampleEvidence(exampleSignature(), 100)];
    keeper.evidence(first, [{ ...packet, number: 1, seconds: 1 }]);
    keeper.evidence(second, [{ ...packet, number: 2, seconds: 2 }]);
    keeper.alert(exampleAlert([first]));
    keeper.alert(exampleAlert([second]));
    const [a, b] = [exampleAlert([first]), exampleAlert([second])].map((alert) => readFileSync(fileOf(alert)));
    assert.equal(a!.length, b!.length);
    assert.notDeepEqual(a, b);
    assert.match(a!.toString('latin1'), /SMTP client introduces itself as nmap\.scanme\.org/);
  });

  it('that cannot be written are told of once', async () => {
    const notices: string[] = [];
    const packets = open((text) => notices.push(text));
    rmSync(folder, { recursive: true });
    for (let round = 0; round < 3; round++) await scansIn(join(captures, 'smtp-open-relay.pcap'), packets);
    mkdirSync(folder);
    assert.equal(notices.length, 1);
    assert.match(notices[0]!, /packets of scan [0-9a-f]{16} could not be kept/);
  });
});

const tshark = spawnSync('tshark', ['--version']).error === undefined;

describe('a file of kept packets', { skip: tshark ? false : 'needs tshark: apt-get install tshark' }, () => {
  let scan: Alert;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'trespass-packets-'));
    [scan] = (await scansIn(join(captures, 'smtp-open-relay.pcap'), open())) as [Alert];
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is opened by Wireshark, with the signatures as comments and the conversation whole', () => {
    const fields = ['-T', 'fields', '-e', 'tcp.flags.syn', '-e', 'smtp.req.parameter', '-e', 'frame.comment'];
    const { status, stdout, stderr } = spawnSync('tshark', ['-r', fileOf(scan), ...fields], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(stderr, /cut short|corrupt|malformed/i);
    assert.match(stdout, /^(?:1|True)\t/m);
    assert.match(stdout, /nmap\.scanme\.org/);
    assert.match(stdout, /SMTP client introduces itself as nmap\.scanme\.org/);
  });
});
