import type { Signature } from './signature.ts';

/** A signature for tests: what matters is given, the rest is plausible. */
export function exampleSignature(changes: Partial<Signature> = {}): Signature {
  return {
    id: 'smtp-ehlo-scanme',
    title: 'SMTP client introduces itself as nmap.scanme.org',
    sid: 9100301,
    grade: 'definitive',
    transports: ['tcp'],
    ports: [],
    family: '',
    match: [{ field: 'smtp.helo', test: { is: 'nmap.scanme.org', nocase: true } }],
    search: [],
    nmap: { emittedBy: ['nselib/smtp.lua'], scripts: [], probes: [], options: [], since: '', until: '', note: '' },
    alsoSentBy: [],
    blind: [],
    benign: 'none known',
    seen: ['smtp-commands'],
    unseen: '',
    attack: ['T1046'],
    hits: [[{ transport: 'tcp', port: 0, bytes: 'EHLO nmap.scanme.org\r\n' }]],
    misses: [[{ transport: 'tcp', port: 0, bytes: 'EHLO mail.example.org\r\n' }]],
    ...changes,
  };
}
