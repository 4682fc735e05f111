import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Alert } from '../scan/alert.ts';
import { impliedCommand } from './implied-command.ts';

function commandOf(options: readonly string[], ports: readonly string[], source = '10.0.0.2'): string {
  const implied = options.map((name) => ({ name, signatures: [] }));
  const targets = [{ address: source.includes(':') ? 'fd00::9' : '10.0.0.9', ports }];
  return impliedCommand({ nmap: { options: implied }, targets, headline: { source } } as unknown as Alert);
}

describe('the command that an alert implies', () => {
  it('has the options, the scripts and the ports', () => {
    assert.equal(
      commandOf(['-sV', '--script smtp-commands', '--script smtp-ntlm-info'], ['587/tcp', '25/tcp']),
      'nmap -sV --script smtp-commands,smtp-ntlm-info -p 25,587 10.0.0.9',
    );
    assert.equal(commandOf(['-sV'], ['80/tcp'], 'fd00::2'), 'nmap -6 -sV -p 80 fd00::9');
  });

  it('scans UDP where only UDP was seen, or -sU, and says -sU once', () => {
    assert.equal(commandOf([], ['53/udp']), 'nmap -sU -p 53 10.0.0.9');
    assert.equal(commandOf(['-sU'], ['53/udp']), 'nmap -sU -p 53 10.0.0.9');
  });

  it('keeps the ports of two transports apart', () => {
    assert.equal(
      commandOf(['-sU', '-sV'], ['22/tcp', '80/tcp', '53/udp']),
      'nmap -sS -sU -sV -p T:22,80,U:53 10.0.0.9',
    );
  });

  it('leaves out the UDP ports that scripts of a host speak to by themselves, and no others', () => {
    assert.equal(commandOf(['-sS or -PS', '-sC'], ['445/tcp', '137/udp']), 'nmap -sS -sC -p 445 10.0.0.9');
    assert.equal(
      commandOf(['--script snmp-sysdescr', '--script ssh-hostkey'], ['22/tcp', '161/udp']),
      'nmap -sS -sU --script snmp-sysdescr,ssh-hostkey -p T:22,U:161 10.0.0.9',
    );
  });
});
