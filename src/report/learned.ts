/** What a scanner can have learned, judged by what it asked. What it was answered is not kept, so it is "can have". */

import type { Alert } from '../scan/alert.ts';

export interface Learned {
  /** A sentence. */
  readonly what: string;
  /** Options, scripts or ports from which that follows. */
  readonly because: readonly string[];
}

const offers = 'What the services offer, and how one logs in.';

/** By the names of Nmap's scripts, which say what they are after; the first that fits counts. */
const byScript: readonly (readonly [names: RegExp, what: string])[] = [
  [/-(algos|ciphers)$/, offers],
  [/-brute$/, 'Names and passwords that work, if the guessing hit one.'],
  [/vuln|cve|heartbleed|poodle|shellshock|slowloris|backdoor|ms\d\d-/, 'Whether a known weakness is there.'],
  [
    /open-relay|open-proxy|-anon$|recursion|empty-password|default-accounts|-unauth|auth-bypass/,
    'Whether a service does for strangers what it should not.',
  ],
  [
    /enum|users|shares|groups|domains|sessions|processes|databases|tables|list|-ls$|showmount|zone-transfer/,
    'Lists that the services keep: users, shares, names, files.',
  ],
  [
    /sshv1|sslv2|ssl-|tls-|auth-methods|auth-owners|-auth$|methods|capabilities|commands|ciphers|algos|protocols|options/,
    offers,
  ],
  [/hostkey|cert|date|time$/, 'Keys, certificates and clocks: which hosts are the same, and how old they are.'],
  [
    /info|version|nsid|discovery|os-|title|headers|generator|favicon|banner|server|ntlm|status|stats|nbstat|sysdescr/,
    'What the services say about themselves: product, version, names of host and domain.',
  ],
];

const somethingElse = 'What these scripts ask for.';

/** So many ports are named. */
const mostPorts = 12;

/** What it is judged by. */
type Asked = Pick<Alert, 'targets'> & { readonly nmap: Pick<Alert['nmap'], 'options' | 'scripts'> };

/** Of all these scans together. */
export function learned(scans: readonly Asked[]): Learned[] {
  const options = new Set(scans.flatMap(({ nmap }) => nmap.options.map(({ name }) => name)));
  const targets = scans.flatMap((scan) => scan.targets);
  const open = [...new Set(targets.flatMap(({ ports }) => ports.filter((port) => port.endsWith('/tcp'))))];
  const found: Learned[] = [];
  if (open.length > 0) {
    // Over TCP, what is said was said to a port that had answered.
    found.push({ what: 'Which of these ports are open.', because: firstOf(open) });
  }
  if (options.has('-sV')) found.push({ what: 'Product and version of the services that answered.', because: ['-sV'] });
  if (options.has('-O')) found.push({ what: 'The operating system.', because: ['-O'] });
  const scripts = new Map<string, string[]>();
  for (const name of new Set(scans.flatMap(({ nmap }) => nmap.scripts.map((script) => script.name)))) {
    const what = byScript.find(([names]) => names.test(name))?.[1] ?? somethingElse;
    scripts.set(what, [...(scripts.get(what) ?? []), name]);
  }
  for (const [what, because] of scripts) found.push({ what, because: firstOf(because) });
  if (options.has('-sC') && scripts.size === 0) {
    found.push({ what: 'What the default scripts ask for: titles, keys, certificates, names.', because: ['-sC'] });
  }
  return found;
}

function firstOf(names: readonly string[]): readonly string[] {
  return names.length > mostPorts ? [...names.slice(0, mostPorts), `${names.length - mostPorts} more`] : names;
}
