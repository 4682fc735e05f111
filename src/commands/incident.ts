/** `trespass incident add|list|close`. */

import { userInfo } from 'node:os';
import { printable, withoutControls } from '../report/printable.ts';
import { isoTime } from '../scan/iso-time.ts';
import type { Incident, IncidentAdded } from '../store/store.ts';
import { type Console, columnsOf } from './console.ts';
import { DueSender } from './due-sender.ts';
import { exitCode, UsageError } from './exit-code.ts';
import { openNamedStore, type StoreLocationOptions } from './store-location.ts';

export interface IncidentAddOptions extends StoreLocationOptions {
  readonly what: string;
  /** Microseconds since 1970. */
  readonly at?: number;
  readonly horizon?: number;
  readonly by?: string;
  readonly send?: boolean;
  readonly json?: boolean;
}

export interface IncidentListOptions extends StoreLocationOptions {
  readonly state?: 'open' | 'closed';
  readonly json?: boolean;
}

export interface IncidentFollowOptions extends StoreLocationOptions {
  readonly wait: boolean;
  readonly send?: boolean;
  readonly quiet?: boolean;
}

/** Characters. As the API takes them. */
const longestText = 1024;
/** Another machine's clock may be ahead, and another time zone was meant. Microseconds. */
const clockDifference = 86_400e6;

/** @throws UsageError, ConfigurationError, StoreError */
export async function addIncident(address: string, options: IncidentAddOptions, console: Console): Promise<number> {
  const { parseAddressKey } = await import('../store/address-key.ts');
  if (!parseAddressKey(address)) {
    throw new UsageError(`“${withoutControls(address)}” is no address. Give one, as 192.0.2.7 or 2001:db8::7.`);
  }
  const { at, by } = options;
  const what = options.what.trim();
  if (what === '' || what.length > longestText) {
    throw new UsageError(`--what: say in 1 to ${longestText} characters what happened: --what "webshell dropped".`);
  }
  if (by !== undefined && by.length > longestText)
    throw new UsageError(`--by: a name has at most ${longestText} characters.`);
  if (at !== undefined && at > Date.now() * 1000 + clockDifference) {
    throw new UsageError(`--at: ${isoTime(at).slice(0, 10)} is still to come, and an incident has happened.`);
  }
  // An incident may come before the first scan: the store may be new.
  const { store, settings } = await openNamedStore(options);
  try {
    const notice = (text: string) => console.stderr.write(`trespass: ${withoutControls(text)}\n`);
    const sender = options.send ? await DueSender.open(settings, notice) : undefined;
    const added = await store.addIncident({
      address,
      time: at ?? Date.now() * 1000,
      what,
      reporter: by?.trim() || userName(),
      horizonDays: options.horizon ?? settings.incidents.horizonDays,
    });
    print(added, options.json === true || !console.stdout.isTTY, console);
    await sender?.send(store);
    const isSent = (await sender?.close()) ?? true;
    if (added.raised > 0 && !sender) notice('What rose is sent by a running watch, or by this command with --send.');
    return isSent ? exitCode.done : exitCode.failed;
  } finally {
    await store.close();
  }
}

function print({ incident, added, raised, authorised }: IncidentAdded, asJson: boolean, { stdout }: Console): void {
  if (asJson) {
    stdout.write(`${JSON.stringify({ ...incidentObject(incident), added_now: added, raised, authorised })}\n`);
    return;
  }
  const known = added ? '' : ' It was known already.';
  stdout.write(`Incident ${incident.id}: ${line(incident)}.${known}\n`);
  if (added)
    stdout.write(`${plural(raised, 'scan')} of the last ${plural(incident.horizonDays, 'day')} rose to high.\n`);
  if (authorised > 0) stdout.write(`${plural(authorised, 'scan')} did not: the scanner is authorised.\n`);
}

/** @throws UsageError, ConfigurationError, StoreError */
export async function listIncidents(
  address: string | undefined,
  options: IncidentListOptions,
  console: Console,
): Promise<number> {
  const { store } = await openNamedStore(options, { mustExist: true, readOnly: true });
  try {
    const incidents = await store.incidents({
      ...(address !== undefined && { address }),
      ...(options.state && { state: options.state }),
      limit: 100_000,
    });
    if (options.json || !console.stdout.isTTY) {
      for (const incident of incidents) console.stdout.write(`${JSON.stringify(incidentObject(incident))}\n`);
      return exitCode.done;
    }
    console.stdout.write(
      incidents.length === 0 ? 'No incidents.\n' : await table(incidents, columnsOf(console.stdout)),
    );
    return exitCode.done;
  } finally {
    await store.close();
  }
}

/** @throws UsageError, ConfigurationError, StoreError */
export async function closeIncident(
  number: string,
  options: StoreLocationOptions & { readonly by?: string },
  console: Console,
): Promise<number> {
  if (!/^[0-9]{1,15}$/.test(number)) {
    throw new UsageError(
      `“${withoutControls(number)}” is no number of an incident. trespass incident list shows them.`,
    );
  }
  const { store } = await openNamedStore(options, { mustExist: true });
  try {
    if (await store.closeIncident(Number(number), options.by ?? userName())) {
      if (console.stdout.isTTY) console.stdout.write(`Incident ${number} is closed. What it has raised stays so.\n`);
      return exitCode.done;
    }
    throw new UsageError(`There is no open incident ${number}. trespass incident list --state open shows them.`);
  } finally {
    await store.close();
  }
}

/** The fields are in docs/incidents.md. */
function incidentObject({
  id,
  address,
  time,
  what,
  reporter,
  horizonDays,
  added,
  closed,
  closedBy,
  reference,
}: Incident) {
  return {
    id,
    address,
    time: isoTime(time),
    what: printable(what),
    reporter: printable(reporter),
    horizon_days: horizonDays,
    added: isoTime(added),
    state: closed === undefined ? 'open' : 'closed',
    ...(closed !== undefined && { closed: isoTime(closed) }),
    ...(closedBy !== undefined && { closed_by: printable(closedBy) }),
    ...(reference !== undefined && { reference: printable(reference) }),
  };
}

async function table(incidents: readonly Incident[], columns: number): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const rest = Math.max(columns, 80) - 8 - 18 - 24 - 9 - 6;
  const output = new Table({
    head: ['number', 'when, UTC', 'address', 'what', 'state'],
    colWidths: [8, 18, 24, rest, 9],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const { id, time, address, what, reporter, closed } of incidents) {
    const state = closed === undefined ? 'open' : 'closed';
    output.push([
      String(id),
      isoTime(time).slice(0, 16).replace('T', ' '),
      address,
      printable(`${what} (${reporter})`),
      state,
    ]);
  }
  return `${output.toString()}\n`;
}

function line({ address, what, time, reporter }: Incident): string {
  return `${printable(what)}, ${address}, ${isoTime(time).slice(0, 19).replace('T', ' ')} UTC, says ${printable(reporter)}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in /etc/passwd, as in some containers.
    return 'somebody';
  }
}
