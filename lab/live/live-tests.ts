/**
 * `npm run test:live`: real Nmap against real servers in network namespaces, while `trespass watch` looks on. Needs root on
 * Linux (docs/watch.md says which packages); elsewhere everything is skipped.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { NotifyListener } from '../../src/live/notify-listener.test.helper.ts';
import { capturesFolder } from '../repository.ts';
import { run } from '../shell.ts';
import { Stage } from './stage.ts';
import { closed, launch, type PrintedAlert, program, readBack, startWatch } from './watching.ts';

const canRun = process.platform === 'linux' && process.getuid?.() === 0;
const skip = canRun ? false : 'needs root on Linux: sudo npm run test:live';

describe('watch', { skip }, () => {
  let stage: Stage;

  before(async () => {
    stage = await Stage.open(['openssh', 'nginx', 'vsftpd', 'postfix', 'bind9', 'snmpd']);
  });
  after(() => stage?.close());

  it('says of each kind of scan what read says of a capture beside it, on several interfaces', async () => {
    const [inside, outside] = [await stage.tcpdump('eth0'), await stage.tcpdump('eth1')];
    const watching = await startWatch(stage.network.target, ['eth0', 'eth1']);
    const kinds = [
      '-Pn -sS -p 1-200',
      '-Pn -sT -p 21,22,25,53,80,443',
      '-Pn -sV -p 21,22,25,53,80,443',
      '-Pn -sC -p 22,25,80,443',
      '-Pn -A -p 22,80',
      '-Pn -O -p 22,81',
      '-Pn -sU -sV -p 53,161',
      '-Pn -p 25 --script smtp-open-relay,smtp-commands',
      '-Pn -p 80 --script http-title,http-enum,http-methods',
      '-Pn -p 80 --script http-title --mtu 16 -sS',
      '-Pn -p 21 --script ftp-anon,ftp-syst',
      '-Pn -p 22 --script ssh-hostkey,ssh2-enum-algos,ssh-auth-methods',
      '-Pn -sU -p 53 --script dns-recursion,dns-nsid',
      '-sn -PE -PU40125 --data-length 24',
    ];
    const scans = kinds.map((kind) => stage.nmap(`${kind} -S ${stage.newScanner()} -e eth0 10.77.0.10`));
    scans.push(stage.nmap('-6 -Pn -sV -p 22,80 fd77::10'));
    scans.push(stage.nmap('-Pn -sV -p 22,25,80 10.77.0.10', stage.network.outside));
    await Promise.all(scans);
    await sleep(500);
    const files = [await inside.stop(), await outside.stop()];
    assert.equal(await watching.end(), 0, watching.log());

    const live = closed(watching.alerts);
    const read = closed(readBack(files));
    assert.ok(read.length >= 10, `${read.length} scans are few`);
    assert.deepEqual(live.map(sourceOf), read.map(sourceOf));
    for (const [index, alert] of live.entries()) assertSame(alert, read[index]!);
    // A bare port scan says nothing.
    assert.ok(!live.some(({ src_ip }) => src_ip === '10.77.0.101' || src_ip === '10.77.0.102'));
    // Each was reported when it opened, under the same name.
    const opened = watching.alerts.filter(({ trespass }) => trespass.state === 'open');
    assert.deepEqual(opened.map(scanOf).sort(), live.map(scanOf).sort());
  });

  it('tells of a scan within 100 ms of the packet that proves it', async () => {
    const watching = await startWatch(stage.network.target, ['eth0']);
    let half = Number.POSITIVE_INFINITY;
    // What else the machine does makes it later, never earlier: so a second and a third round, with all delays in the log.
    for (let round = 1; round <= 3 && half >= 100; round++) {
      const before = watching.delays.length;
      for (let scan = 1; scan <= 7; scan++) {
        const scanner = stage.newScanner();
        await stage.nmap(`-Pn -sT -p 25 --script smtp-commands -S ${scanner} -e eth0 10.77.0.10`);
        await watching.until(() => watching.delays.length === before + scan);
      }
      const delays = watching.delays.slice(before).sort((a, b) => a - b);
      console.log(`alerts after the packets that proved them, round ${round}: ${delays.join(', ')} ms`);
      half = delays[3]!;
    }
    await watching.end();
    assert.ok(half < 100, `half of them took ${half} ms and more`);
  });

  it('joins what two workers see of one scanner into one scan', async () => {
    const beside = await stage.tcpdump('eth0');
    const watching = await startWatch(stage.network.target, ['--workers', '2', '--metrics', '9477', 'eth0']);
    const scanners = [stage.newScanner(), stage.newScanner()];
    await Promise.all([
      stage.nmap(`-Pn -sV -sC -p 22,25,80,443 -S ${scanners[0]} -e eth0 10.77.0.10`),
      stage.nmap('-6 -Pn -sV -p 22,80 fd77::10'),
      stage.nmap(`-Pn -sS -p 80 --script http-enum,http-title --mtu 16 -S ${scanners[1]} -e eth0 10.77.0.10`),
    ]);
    let metrics = '';
    for (let tries = 0; tries < 60 && !/^trespass_scans_total 3$/m.test(metrics); tries++) {
      // The workers tell four times a second how much they have seen.
      await sleep(600);
      metrics = inHost(
        stage,
        `fetch('http://127.0.0.1:9477/metrics').then((r) => r.text()).then((t) => console.log(t))`,
      );
    }
    const read = closed(readBack([await beside.stop()]));
    assert.equal(await watching.end(), 0, watching.log());
    const live = closed(watching.alerts);
    assert.deepEqual(live.map(sourceOf), [...scanners, 'fd77::2']);
    for (const [index, alert] of live.entries()) assertSame(alert, read[index]!);
    // Both had work, and together they saw everything.
    const frames = [...metrics.matchAll(/^trespass_worker_frames_total\{worker="\d"\} (\d+)$/gm)].map(([, n]) =>
      Number(n),
    );
    assert.equal(frames.length, 2);
    assert.ok(Math.min(...frames) > 100, `workers saw ${frames.join(' and ')} frames`);
    assert.match(metrics, /^trespass_scans_total 3$/m);
    assert.match(metrics, /^trespass_kernel_drops_total\{interface="eth0"\} 0$/m);
  });

  it('leaves to the kernel what the filter leaves out', async () => {
    const [seen, unseen] = [stage.newScanner(), stage.newScanner()];
    const watching = await startWatch(stage.network.target, ['--filter', `not host ${unseen}`, 'eth0']);
    for (const scanner of [unseen, seen]) {
      await stage.nmap(`-Pn -sT -p 25 --script smtp-commands -S ${scanner} -e eth0 10.77.0.10`);
    }
    await watching.until(() => watching.alerts.length > 0);
    await watching.end();
    assert.deepEqual(closed(watching.alerts).map(sourceOf), [seen]);

    const wrong = launch(stage.network.target, ['--filter', 'tcp prot 80', 'eth0']);
    assert.equal(await wrong.end('SIGCONT'), 2);
    assert.match(wrong.log(), /The filter “tcp prot 80” is wrong: .*tcpdump's syntax/);

    // Where there is no libpcap: no filter, but all else.
    const hidden = 'for file in /usr/lib/*/libpcap.so*; do mount --bind /dev/null "$file"; done; exec "$@"';
    const hide = ['unshare', '--mount', 'sh', '-c', hidden, 'sh'];
    const without = launch(stage.network.target, ['--filter', 'tcp', 'eth0'], hide);
    assert.equal(await without.end('SIGCONT'), 1);
    assert.match(without.log(), /libpcap is not installed\. Install it: apt-get install libpcap0\.8 .*tcpdump -i eth0/);
    const unfiltered = await startWatch(stage.network.target, ['eth0'], hide);
    assert.equal(await unfiltered.end(), 0);
  });

  it('reads configuration and signatures again in the middle of a flow and of a scan', async () => {
    const scanner = stage.newScanner();
    const file = join(stage.folder, 'trespass.yaml');
    const signatures = join(stage.folder, 'own');
    mkdirSync(join(signatures, 'smtp'), { recursive: true });
    writeFileSync(file, 'scan: { window: 20 }\n');
    const watching = await startWatch(stage.network.target, ['--config', file, '--signatures', signatures, 'eth0']);
    const client = await connect(stage, scanner, 25);
    await client.say('EHLO nmap.scan', { answered: false });
    await sleep(300);

    // Wrong: said, and nothing changes.
    writeFileSync(file, 'scan: { window: soon }\n');
    watching.process.kill('SIGHUP');
    await watching.logged(/scan\.window “soon” is not right.*\n.*the old configuration and signatures go on holding/);

    // Right, with a signature of our own; the flow goes on where it was.
    writeFileSync(file, `authorised-scanners: [{ address: ${scanner}, owner: Blue team }]\n`);
    writeFileSync(join(signatures, 'smtp', 'own-word.yaml'), ownSignature);
    watching.process.kill('SIGHUP');
    await watching.logged(/are read again: \d+ signatures/);
    await client.say('me.org\r\n');
    await watching.until(() => watching.alerts.length === 1);

    // Again, in the middle of the scan.
    watching.process.kill('SIGHUP');
    await watching.logged(/are read again.*\n.*are read again/);
    await client.say('MAIL FROM:<trespass-live-test@example.org>\r\n');
    await sleep(300);
    client.end();
    await watching.end();
    const [opened, closing, ...others] = watching.alerts;
    assert.deepEqual(others, []);
    assert.equal(opened!.trespass.scan, closing!.trespass.scan);
    assert.deepEqual(
      closing!.trespass.signatures.map(({ id }) => id),
      ['smtp-ehlo-scanme', 'smtp-own-word'],
    );
    assert.equal(closing!.trespass.severity, 'info');
    assert.ok(closing!.trespass.authorised);
  });

  it('closes and prints open scans when it is ended in the middle of one', async () => {
    const scanner = stage.newScanner();
    const watching = await startWatch(stage.network.target, ['eth0']);
    const nmap = stage.startNmap(`-Pn -sV -sC -p 22,25,80,443 -S ${scanner} -e eth0 10.77.0.10`);
    await watching.until(() => watching.alerts.length > 0, 30);
    assert.equal(await watching.end('SIGTERM'), 0);
    await nmap.stop();
    const states = watching.alerts.map(({ trespass }) => trespass.state);
    assert.deepEqual(states, ['open', 'closed']);
    assert.match(watching.log(), /ended: [\d,]+ packets; dropped 0 by the kernel/);
  });

  it('follows an interface that goes down, vanishes and comes back', async () => {
    const { target, scanner } = stage.network;
    const plug = () => {
      run('ip', 'link', 'add', 'far', 'netns', scanner, 'type', 'veth', 'peer', 'name', 'near', 'netns', target);
      run('ip', '-n', target, 'address', 'add', '10.99.0.1/24', 'dev', 'near');
      run('ip', '-n', scanner, 'address', 'add', '10.99.0.2/24', 'dev', 'far');
      run('ip', '-n', scanner, 'link', 'set', 'far', 'up');
      run('ip', '-n', target, 'link', 'set', 'near', 'up');
    };
    plug();
    const watching = await startWatch(target, ['--workers', '2', '--window', '1', 'near']);
    // From another address each time: on a busy machine, a scan with a second of silence in it is closed twice.
    const scanned = async (source: string) => {
      run('ip', '-n', scanner, 'address', 'add', `${source}/24`, 'dev', 'far');
      await stage.nmap(`-Pn -sT -p 25 --script smtp-commands -S ${source} -e far 10.99.0.1`);
      await watching.until(() => closed(watching.alerts).some(({ src_ip }) => src_ip === source));
    };
    await scanned('10.99.0.11');
    run('ip', '-n', target, 'link', 'set', 'near', 'down');
    await watching.logged(/near is down/);
    run('ip', '-n', target, 'link', 'set', 'near', 'up');
    await watching.logged(/near is up again/);
    await scanned('10.99.0.12');
    run('ip', '-n', target, 'link', 'del', 'near');
    await watching.logged(/near has vanished/);
    plug();
    await watching.logged(/near is back/);
    await scanned('10.99.0.13');
    assert.equal(await watching.end(), 0, watching.log());
    run('ip', '-n', target, 'link', 'del', 'near');
  });

  it('goes on when the clock is set back, and by hours', async () => {
    // Only the clock of this process is moved: by the seconds that stand in a file.
    const shift = join(stage.folder, 'shift');
    writeFileSync(shift, '0');
    const moved = `import { readFileSync } from 'node:fs';
      const now = Date.now.bind(Date);
      Date.now = () => now() + 1000 * Number(readFileSync(${JSON.stringify(shift)}, 'utf8'));`;
    const preload = ['env', `NODE_OPTIONS=--import=data:text/javascript,${encodeURIComponent(moved)}`];
    const watching = await startWatch(stage.network.target, ['--window', '3600', 'eth0'], preload);
    const scan = () => stage.nmap(`-Pn -sT -p 25 --script smtp-commands -S ${stage.newScanner()} -e eth0 10.77.0.10`);
    const states = (state: string) => watching.alerts.filter(({ trespass }) => trespass.state === state).length;
    await scan();
    await watching.until(() => states('open') === 1);
    writeFileSync(shift, '-7200');
    await watching.logged(/the clock was set back by 7200 s: open scans are closed/);
    await watching.until(() => states('closed') === 1);
    await scan();
    await watching.until(() => states('open') === 2);
    assert.equal(states('closed'), 1);
    // Hours in which nothing came, or a clock that was put right: the scan is over.
    writeFileSync(shift, '7200');
    await watching.logged(/the clock was set forward by 14400 s/);
    await watching.until(() => states('closed') === 2);
    await scan();
    await watching.until(() => states('open') === 3);
    assert.equal(await watching.end(), 0, watching.log());
  });

  it('sees scans inside a VLAN whose tags the kernel takes away', async () => {
    const { target, scanner } = stage.network;
    const tagged = join(stage.folder, 'tagged.pcap');
    const original = join(capturesFolder, 'nmap', 'smtp-open-relay.pcap');
    writeFileSync(tagged, withTag(readFileSync(original), 7));
    // The filter of libpcap knows that the tag stands beside the packet.
    const watching = await startWatch(target, ['--filter', 'vlan 7', 'eth0']);
    run('ip', 'netns', 'exec', scanner, 'tcpreplay', '-q', '-i', 'eth0', '--pps', '500', tagged);
    await stage.nmap(`-Pn -sT -p 25 --script smtp-commands -S ${stage.newScanner()} -e eth0 10.77.0.10`);
    await watching.until(() => watching.alerts.length > 0);
    await watching.end();
    const [alert, ...others] = closed(watching.alerts);
    assert.deepEqual(others, []);
    assert.deepEqual(alert!.trespass.signatures, readBack([original])[0]!.trespass.signatures);
  });

  it('replaces a worker that hangs, and sees what comes after', async () => {
    const signatures = join(stage.folder, 'slow');
    mkdirSync(join(signatures, 'smtp'), { recursive: true });
    writeFileSync(join(signatures, 'smtp', 'slow.yaml'), slowSignature);
    const watching = await startWatch(stage.network.target, ['--signatures', signatures, 'eth0']);
    const client = await connect(stage, stage.newScanner(), 25);
    await client.say(`EHLO trespass-slow-test ${'a'.repeat(7900)}!\r\n`);
    client.end();
    await watching.logged(/worker 1 died and is started again/, 30);
    const scanner = stage.newScanner();
    await sleep(1000);
    await stage.nmap(`-Pn -sT -p 25 --script smtp-commands -S ${scanner} -e eth0 10.77.0.10`);
    await watching.until(() => watching.alerts.length > 0);
    assert.equal(await watching.end(), 0, watching.log());
    assert.deepEqual(closed(watching.alerts).map(sourceOf), [scanner]);
    assert.match(watching.log(), /1 worker restarted/);
  });

  it('gives up root, keeps CAP_NET_RAW in one thread only, and needs nothing but that', async () => {
    const nobody = run('id', '-u', 'nobody').trim();
    const privileges = (id: number) =>
      readdirSync(`/proc/${id}/task`).map((task) => {
        const status = readFileSync(`/proc/${id}/task/${task}/status`, 'utf8');
        const [user] = /(?<=^Uid:\t)\d+/m.exec(status)!;
        const [effective] = /(?<=^CapEff:\t)[0-9a-f]+/m.exec(status)!;
        return { user, effective: Number.parseInt(effective!, 16) };
      });
    const onlyRaw = 1 << 13;
    const watching = await startWatch(stage.network.target, ['--user', 'nobody', 'eth0']);
    assert.match(watching.log(), /dropped root: now user nobody/);
    const threads = privileges(watching.process.pid!);
    assert.deepEqual([...new Set(threads.map(({ user }) => user))], [nobody]);
    assert.deepEqual(
      threads.map(({ effective }) => effective).filter((effective) => effective !== 0),
      [onlyRaw],
    );
    await watching.end();

    const unprivileged = ['setpriv', '--reuid', nobody, '--regid', nobody, '--clear-groups'];
    const raw = ['--inh-caps', '-all,+net_raw', '--ambient-caps', '-all,+net_raw', '--bounding-set', '-all,+net_raw'];
    const able = await startWatch(stage.network.target, ['eth0'], [...unprivileged, ...raw]);
    const scanner = stage.newScanner();
    await stage.nmap(`-Pn -sT -p 25 --script smtp-commands -S ${scanner} -e eth0 10.77.0.10`);
    await able.until(() => able.alerts.length > 0);
    assert.equal(await able.end(), 0);

    const unable = launch(stage.network.target, ['eth0'], [...unprivileged, '--bounding-set', '-all']);
    assert.equal(await unable.end('SIGCONT'), 1);
    assert.match(unable.log(), /capturing needs the right to do so \(CAP_NET_RAW\)\. Run it with sudo/);
  });

  it('tells systemd when it is ready, alive, reloading and ending', async () => {
    const place = join(stage.folder, 'notify');
    const listener = new NotifyListener(place);
    // It has become nobody when it says so.
    chmodSync(place, 0o777);
    const unit = ['env', `NOTIFY_SOCKET=${place}`, 'WATCHDOG_USEC=400000'];
    const watching = await startWatch(stage.network.target, ['eth0'], unit);
    const told: string[] = [];
    const hears = (word: string) =>
      watching.until(() => {
        for (let next = listener.next(); next !== ''; next = listener.next()) told.push(next.split('\n')[0]!);
        return told.includes(word);
      });
    await hears('WATCHDOG=1');
    assert.equal(told[0], 'READY=1');
    told.length = 0;
    watching.process.kill('SIGHUP');
    await hears('READY=1');
    assert.ok(told.includes('RELOADING=1'), told.join());
    assert.equal(await watching.end(), 0);
    await hears('STOPPING=1');
    listener.close();
  });

  it('captures with libpcap when it must, and says so', async () => {
    const beside = await stage.tcpdump('eth0');
    const watching = await startWatch(stage.network.target, [
      '--libpcap',
      '--workers',
      '2',
      '--filter',
      'port 25',
      'eth0',
    ]);
    assert.match(watching.log(), /captured with libpcap, which costs more than the kernel's ring: you asked for it/);
    assert.match(watching.log(), /one worker instead of several/);
    const scanner = stage.newScanner();
    await stage.nmap(`-Pn -sV -p 25 --script smtp-commands -S ${scanner} -e eth0 10.77.0.10`);
    await watching.until(() => watching.alerts.length > 0);
    const file = await beside.stop();
    await watching.end();
    assertSame(closed(watching.alerts)[0]!, readBack([file])[0]!);
  });

  it('remembers scans in the store, and sends them to the outputs of the configuration', async () => {
    const folder = join(stage.folder, 'kept');
    mkdirSync(folder);
    // It writes them as the user that it becomes.
    chmodSync(folder, 0o777);
    const [store, alerts, file] = [
      join(folder, 'scans.db'),
      join(folder, 'alerts.json'),
      join(folder, 'trespass.yaml'),
    ];
    const packets = join(folder, 'packets');
    writeFileSync(
      file,
      `outputs: [{ type: file, path: ${alerts}, minimum-severity: low }]\nwatch: { keep-packets: ${packets} }\n`,
    );
    const watching = await startWatch(stage.network.target, ['--store', store, '--config', file, 'eth0']);
    const scanner = stage.newScanner();
    await stage.nmap(`-Pn -sT -p 25 --script smtp-commands -S ${scanner} -e eth0 10.77.0.10`);
    await watching.until(() => watching.alerts.length > 0);
    assert.equal(await watching.end(), 0, watching.log());
    const sent = readFileSync(alerts, 'utf8').trimEnd().split('\n');
    const states = (lines: readonly PrintedAlert[]) => lines.map(({ src_ip, trespass }) => [src_ip, trespass.state]);
    assert.deepEqual(states(watching.alerts), [
      [scanner, 'open'],
      [scanner, 'closed'],
    ]);
    assert.deepEqual(states(sent.map((line) => JSON.parse(line))), states(watching.alerts));
    const information = run(process.execPath, program, 'store', 'info', '--store', store);
    assert.equal(JSON.parse(information).scans, 1);
    // The packets of its evidence, and what the server said last, named by the scan.
    const kept = readFileSync(join(packets, `${watching.alerts[0]!.trespass.scan}.pcapng`), 'latin1');
    assert.match(kept, /EHLO nmap\.scanme\.org/);
    assert.match(kept, /221 2\.0\.0 Bye/);
  });

  it('says which interfaces there are when it is given none that exists', async () => {
    const wrong = launch(stage.network.target, ['eth9']);
    assert.equal(await wrong.end('SIGCONT'), 1);
    assert.match(wrong.log(), /there is no interface “eth9”\. There are: eth0, eth1, lo\./);
  });
});

const ownSignature = `title: Mail from the live test
sid: 9190001
grade: strong
transport: tcp
match:
  smtp.mail_from: { contains: "trespass-live-test@" }
nmap: { emitted-by: [nselib/smtp.lua] }
blind: []
benign: none known
unseen: a test
attack: [T1046]
hits:
  - "EHLO a\\r\\nMAIL FROM:<trespass-live-test@a>\\r\\n"
misses:
  - "EHLO a\\r\\nMAIL FROM:<b@a>\\r\\n"
  - "EHLO trespass-live-test@a\\r\\n"
`;

/** An expression that takes minutes for a long row of the same letter that ends otherwise. */
const slowSignature = `title: A slow expression
sid: 9190002
grade: strong
transport: tcp
match:
  payload: { contains: "trespass-slow-test", matches: "^EHLO trespass-slow-test a*a*a*\\r" }
nmap: { emitted-by: [nselib/smtp.lua] }
blind: []
benign: none known
unseen: a test
attack: [T1046]
hits:
  - "EHLO trespass-slow-test aa\\r\\n"
misses:
  - "EHLO b\\r\\n"
  - "EHLO trespass-slow-test\\r\\n"
`;

function scanOf({ trespass }: PrintedAlert): string {
  return trespass.scan;
}

function sourceOf({ src_ip }: PrintedAlert): string {
  return src_ip;
}

/**
 * The verdict must be the same. Times may differ by a millisecond, for the kernel stamps a packet for each of those who look
 * on; so may the scan's name, which is made of them, and which of two packets of one microsecond is shown.
 */
function assertSame(a: PrintedAlert, b: PrintedAlert): void {
  assert.deepEqual(verdictOf(a), verdictOf(b));
  for (const name of ['first_seen', 'last_seen'] as const) {
    const difference = Date.parse(a.trespass[name]) - Date.parse(b.trespass[name]);
    assert.ok(Math.abs(difference) <= 1, `${name} of ${a.src_ip} differs by ${difference} ms`);
  }
}

function verdictOf({ trespass }: PrintedAlert): unknown {
  const { scan: _scan, first_seen: _first, last_seen: _last, evidence, ...verdict } = trespass;
  return { ...verdict, evidence: evidence.map(({ signature }) => signature).sort() };
}

/** Runs a line of JavaScript in the target. */
function inHost({ network }: Stage, program: string): string {
  return run('ip', 'netns', 'exec', network.target, process.execPath, '-e', program);
}

/** A client that says what it is told, when it is told. */
async function connect({ network }: Stage, source: string, port: number) {
  const program = `const socket = require('net').connect({ host: '10.77.0.10', port: ${port}, localAddress: '${source}' });
    process.stdin.pipe(socket); socket.pipe(process.stdout);`;
  const client = spawn('ip', ['netns', 'exec', network.scanner, process.execPath, '-e', program]);
  await once(client.stdout, 'data');
  return {
    /** Resolves when the server has answered; if it will not, some time later. */
    say: async (text: string, { answered = true } = {}) => {
      const answer = answered ? once(client.stdout, 'data') : sleep(200);
      client.stdin.write(text);
      await answer;
    },
    end: () => client.kill(),
  };
}

/** The capture (pcap of Ethernet frames, little-endian) with an 802.1Q tag in each frame. */
function withTag(capture: Buffer, tag: number): Buffer {
  const parts = [capture.subarray(0, 24)];
  for (let at = 24; at < capture.length; ) {
    const length = capture.readUInt32LE(at + 8);
    const header = Buffer.from(capture.subarray(at, at + 16));
    header.writeUInt32LE(length + 4, 8);
    header.writeUInt32LE(length + 4, 12);
    const frame = capture.subarray(at + 16, at + 16 + length);
    parts.push(header, frame.subarray(0, 12), Buffer.of(0x81, 0x00, 0, tag), frame.subarray(12));
    at += 16 + length;
  }
  return Buffer.concat(parts);
}
