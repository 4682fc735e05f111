import assert from 'node:assert/strict';
import { it } from 'node:test';
import { learned } from './learned.ts';

function scan(options: readonly string[], scripts: readonly string[], ports: readonly string[]) {
  const named = (list: readonly string[]) => list.map((name) => ({ name, signatures: [] }));
  return {
    nmap: { options: named(options), scripts: named(scripts) },
    targets: [{ address: '10.0.0.9', ports }],
  };
}

it('what several scans can have learned is told once, with all that it follows from', () => {
  const scans = [
    scan(['-sV'], ['ssh2-enum-algos', 'smtp-open-relay'], ['22/tcp', '53/udp']),
    scan(['-sV', '-O'], ['ssl-enum-ciphers', 'smb-enum-users'], ['22/tcp', '443/tcp']),
  ];
  assert.deepEqual(learned(scans), [
    { what: 'Which of these ports are open.', because: ['22/tcp', '443/tcp'] },
    { what: 'Product and version of the services that answered.', because: ['-sV'] },
    { what: 'The operating system.', because: ['-O'] },
    { what: 'What the services offer, and how one logs in.', because: ['ssh2-enum-algos', 'ssl-enum-ciphers'] },
    { what: 'Whether a service does for strangers what it should not.', because: ['smtp-open-relay'] },
    { what: 'Lists that the services keep: users, shares, names, files.', because: ['smb-enum-users'] },
  ]);
  assert.deepEqual(learned([]), []);
});
