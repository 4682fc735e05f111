import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { exampleSignature } from './example-evidence.ts';
import { compareVersions, tellNmapStory } from './nmap-story.ts';
import { scanTitle } from './scan-title.ts';

const ofScript = exampleSignature({ id: 'smtp-a', nmap: { scripts: ['smtp-commands'], since: '7.01', until: '7.98' } });
const ofProbe = exampleSignature({ id: 'rtsp-a', nmap: { probes: ['RTSPRequest'], since: '4.00' } });
const ofDatagram = exampleSignature({ id: 'dns-a', transports: ['udp'], nmap: { probes: ['DNSStatusRequest'] } });
const ofDefaultScript = exampleSignature({ id: 'http-a', nmap: { scripts: ['http-title'], options: ['-sC'] } });
const ofEither = exampleSignature({
  id: 'rdp-a',
  nmap: { scripts: ['rdp-ntlm-info', 'rdp-enum-encryption'], probes: ['TerminalServerCookie'] },
});

const optionsOf = (signatures: Parameters<typeof tellNmapStory>[0]) =>
  tellNmapStory(signatures).options.map(({ name }) => name);

describe('what signatures imply', () => {
  it('each option, script and probe with the signatures it rests on', () => {
    const again = { ...ofScript, id: 'smtp-b' };
    const story = tellNmapStory([ofScript, ofProbe, ofDatagram, ofDefaultScript, again]);
    assert.deepEqual(story.options, [
      { name: '--script smtp-commands', signatures: ['smtp-a', 'smtp-b'] },
      { name: '-sC', signatures: ['http-a'] },
      { name: '-sU', signatures: ['dns-a'] },
      { name: '-sV', signatures: ['rtsp-a'] },
    ]);
    assert.deepEqual(story.scripts, [
      { name: 'http-title', signatures: ['http-a'] },
      { name: 'smtp-commands', signatures: ['smtp-a', 'smtp-b'] },
    ]);
    assert.deepEqual(story.probes, [
      { name: 'DNSStatusRequest', signatures: ['dns-a'] },
      { name: 'RTSPRequest', signatures: ['rtsp-a'] },
    ]);
  });

  it('one of several, when several fit', () => {
    const story = tellNmapStory([ofEither]);
    assert.deepEqual([story.options, story.scripts, story.probes], [[], [], []]);
    assert.deepEqual(story.oneOf, [
      {
        scripts: ['rdp-enum-encryption', 'rdp-ntlm-info'],
        probes: ['TerminalServerCookie'],
        signatures: ['rdp-a'],
      },
    ]);
  });

  it('neither -sV nor a probe from the words with which scripts look for TLS, unless -sV is known', () => {
    const ofBoth = exampleSignature({ id: 'tls-a', nmap: { probes: ['TLSSessionReq'] } });
    const story = tellNmapStory([ofBoth]);
    assert.deepEqual([story.options, story.probes], [[], []]);
    assert.deepEqual(
      tellNmapStory([ofBoth, ofProbe]).probes.map(({ name }) => name),
      ['RTSPRequest', 'TLSSessionReq'],
    );
  });

  it('not one of several, when another signature already explains it', () => {
    const certain = exampleSignature({ id: 'rdp-b', nmap: { scripts: ['rdp-ntlm-info'] } });
    assert.deepEqual(tellNmapStory([ofEither, certain]).oneOf, []);
  });

  it('-sC, when several default scripts ran', () => {
    const ran = ['dns-nsid', 'ssh-hostkey', 'sshv1'].map((name) =>
      exampleSignature({ id: name, nmap: { scripts: [name] } }),
    );
    const choice = exampleSignature({ id: 'either', nmap: { scripts: ['smb2-time', 'smb2-security-mode'] } });
    assert.deepEqual(optionsOf(ran.slice(0, 2)), ['--script dns-nsid', '--script ssh-hostkey']);
    assert.deepEqual(
      optionsOf([...ran, ofProbe, exampleSignature({ id: 'hnap', nmap: { scripts: ['vmware-version'] } })]),
      ['-sC', '-sV'],
    );
    // Beside another script they are of a category, or were named.
    assert.deepEqual(optionsOf([...ran, exampleSignature({ id: 'irc', nmap: { scripts: ['irc-brute'] } })]), [
      '--script dns-nsid',
      '--script irc-brute',
      '--script ssh-hostkey',
      '--script sshv1',
    ]);
    const ofOthers = exampleSignature({ id: 'afp', nmap: { scripts: ['afp-brute', 'afp-ls'] } });
    assert.ok(!optionsOf([...ran, ofOthers]).includes('-sC'));
    assert.deepEqual(tellNmapStory([...ran.slice(0, 2), choice]).options, [
      { name: '-sC', signatures: ['dns-nsid', 'either', 'ssh-hostkey'] },
    ]);
  });

  it('not one of several, when an option explains it', () => {
    const withOption = (option: string) => tellNmapStory([ofEither, exampleSignature({ nmap: { options: [option] } })]);
    assert.equal(withOption('-O').oneOf.length, 1);
    assert.deepEqual(withOption('-sC').oneOf, []);
    assert.deepEqual(withOption('-sV').oneOf, []);
  });

  it('-sV, when several of the scripts ran that it runs, beside a probe', () => {
    const ran = ['hnap-info', 'http-trane-info', 'vmware-version'].map((name) =>
      exampleSignature({ id: name, nmap: { scripts: [name] } }),
    );
    assert.deepEqual(optionsOf(ran), [
      '-sV or --script hnap-info',
      '-sV or --script http-trane-info',
      '-sV or --script vmware-version',
    ]);
    assert.deepEqual(tellNmapStory([...ran, ofEither]).options, [
      { name: '-sV', signatures: ['hnap-info', 'http-trane-info', 'rdp-a', 'vmware-version'] },
    ]);
    assert.deepEqual(optionsOf([...ran.slice(1), ofProbe]), ['-sV']);
    const other = exampleSignature({ id: 'enum', nmap: { scripts: ['http-enum'] } });
    assert.ok(!optionsOf([...ran, ofEither, other]).includes('-sV'));
    const ofOthers = exampleSignature({ id: 'afp', nmap: { scripts: ['afp-brute', 'afp-ls'] } });
    assert.ok(!optionsOf([...ran, ofEither, ofOthers]).includes('-sV'));
  });

  it('-sV and -sC, when a script ran that only -sV runs, and the others are default ones', () => {
    const ran = ['hnap-info', 'http-trane-info', 'ssh-hostkey', 'sshv1'].map((name) =>
      exampleSignature({ id: name, nmap: { scripts: [name] } }),
    );
    assert.deepEqual(optionsOf([...ran, ofEither]), ['-sC', '-sV']);
    assert.deepEqual(optionsOf(ran), ['-sC', '-sV']);
    // With default scripts alone, nothing tells of -sV.
    assert.deepEqual(optionsOf([...ran.filter(({ id }) => id !== 'http-trane-info'), ofEither]), ['-sC']);
  });

  it('the narrowest choice, when one is part of another', () => {
    const wide = exampleSignature({
      id: 'rdp-c',
      nmap: { scripts: ['rdp-ntlm-info', 'rdp-enum-encryption', 'ssl-cert'] },
    });
    const narrow = exampleSignature({ id: 'rdp-d', nmap: { scripts: ['rdp-ntlm-info', 'rdp-enum-encryption'] } });
    assert.deepEqual(
      tellNmapStory([wide, narrow, ofEither]).oneOf.map(({ signatures }) => signatures),
      [['rdp-d']],
    );
  });

  it('nothing from weak evidence, unless a sequence stands on it', () => {
    const weak = exampleSignature({ id: 'x11-a', grade: 'weak', nmap: { probes: ['X11Probe'] } });
    const walk = exampleSignature({
      id: 'sequence-a',
      sequence: { of: ['x11-a', 'rtsp-a'], atLeast: 2, distinct: 'signature', on: 'port', within: 60 },
    });
    assert.deepEqual(tellNmapStory([ofScript, weak]).probes, []);
    assert.deepEqual(tellNmapStory([walk, weak]).probes, [{ name: 'X11Probe', signatures: ['x11-a'] }]);
  });

  it('the versions that send all of it', () => {
    const newer = exampleSignature({ nmap: { since: '7.80' } });
    const older = exampleSignature({ nmap: { until: '6.40' } });
    assert.deepEqual(tellNmapStory([]).versions, { since: '', until: '', contradictory: false });
    assert.deepEqual(tellNmapStory([ofScript, newer]).versions, { since: '7.80', until: '7.98', contradictory: false });
    assert.deepEqual(tellNmapStory([older, newer]).versions, { since: '', until: '', contradictory: true });
    assert.ok(compareVersions('7.9', '7.80') < 0 && compareVersions('10.01', '7.98') > 0);
    assert.equal(compareVersions('7.25BETA1', '7.25'), 0);
  });

  it('other tools, only if they may have sent all that tells', () => {
    const shared = exampleSignature({ id: 'tls-a', alsoSentBy: ['masscan', 'ZGrab'] });
    const weak = exampleSignature({ id: 'http-w', grade: 'weak' });
    assert.deepEqual(tellNmapStory([shared, weak]).orElse, ['ZGrab', 'masscan']);
    assert.deepEqual(tellNmapStory([shared, ofScript]).orElse, []);
  });

  it('the same in every order', () => {
    const all = [ofScript, ofProbe, ofDatagram, ofDefaultScript, ofEither];
    const shuffled = fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
    fc.assert(fc.property(shuffled, (order) => assert.deepEqual(tellNmapStory(order), tellNmapStory(all))));
  });
});

describe('the title', () => {
  const title = (signatures: Parameters<typeof tellNmapStory>[0], targets = ['10.0.0.9'], more = false) =>
    scanTitle(tellNmapStory(signatures), '10.0.0.5', targets, more);

  it('says what was done, from whom and against whom', () => {
    const os = exampleSignature({ nmap: { options: ['-O'] } });
    const brute = exampleSignature({ nmap: { scripts: ['irc-brute'] } });
    const anyPart = exampleSignature({ nmap: { emittedBy: ['nsock/src/nsock_ssl.c'] } });
    assert.equal(title([anyPart]), 'Nmap scan from 10.0.0.5 against 10.0.0.9');
    assert.equal(title([exampleSignature()]), 'Nmap scan: scripts from 10.0.0.5 against 10.0.0.9');
    assert.equal(title([ofProbe]), 'Nmap scan: service detection from 10.0.0.5 against 10.0.0.9');
    assert.equal(
      title([ofProbe, ofScript, ofDefaultScript], ['10.0.0.9', '10.0.0.10', '10.0.0.11']),
      'Nmap scan: service detection and scripts from 10.0.0.5 against 3 hosts',
    );
    assert.equal(
      title([ofProbe, os, brute], ['10.0.0.9'], true),
      'Nmap scan: service detection, OS detection, password guessing and script irc-brute from 10.0.0.5 against over 1 hosts',
    );
  });

  it('names the script only if it is the only one, and a UDP scan where there is nothing else', () => {
    const choice = exampleSignature({ id: 'smb', nmap: { scripts: ['smb-ls', 'smb-brute'] } });
    assert.match(title([ofScript]), /: script smtp-commands from/);
    assert.match(title([ofScript, choice]), /: scripts from/);
    const payload = exampleSignature({ transports: ['udp'], nmap: { emittedBy: ['payload.cc'], options: ['-sU'] } });
    assert.match(title([payload]), /: UDP scan from/);
  });

  it('does not speak of scripts where probes may have been sent as well', () => {
    assert.equal(title([ofProbe, ofEither]), 'Nmap scan: service detection from 10.0.0.5 against 10.0.0.9');
  });

  it('does not blame Nmap alone for what others send', () => {
    const shared = exampleSignature({ alsoSentBy: ['masscan'] });
    assert.match(title([shared]), /^Nmap, or a tool that carries its probes: scripts from 10\.0\.0\.5/);
  });
});
