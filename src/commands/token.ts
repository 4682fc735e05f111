/** `trespass token add|list|revoke`. */

import { withoutControls } from '../report/printable.ts';
import { isoTime } from '../scan/iso-time.ts';
import { newToken, type Role, tokenHash } from '../server/token.ts';
import type { ApiToken, Store } from '../store/store.ts';
import { type Console, columnsOf } from './console.ts';
import { exitCode, UsageError } from './exit-code.ts';
import { openNamedStore } from './store-location.ts';

export interface TokenOptions {
  readonly store?: string;
  readonly config?: string;
  readonly role?: Role;
  readonly json?: boolean;
}

/** @throws UsageError when the name is none; StoreError, also when it is taken. */
export async function addToken(
  name: string,
  { role = 'read', ...options }: TokenOptions,
  { stdout, stderr }: Console,
): Promise<number> {
  if (!/^\S(?:.{0,62}\S)?$/u.test(name) || withoutControls(name) !== name) {
    throw new UsageError('the name of a token is 1 to 64 characters, without blanks at its ends.');
  }
  return withStore(options, async (store) => {
    const token = newToken();
    const { id } = await store.addToken(name, role, tokenHash(token));
    stderr.write(`Token ${id} of ${name} may ${role}. It is shown this once; keep it like a password.\n`);
    stdout.write(`${token}\n`);
    return exitCode.done;
  });
}

export async function listTokens(options: TokenOptions, console: Console): Promise<number> {
  return withStore(options, async (store) => {
    const tokens = await store.tokens();
    const { stdout } = console;
    if (options.json || !stdout.isTTY) {
      for (const token of tokens) stdout.write(`${JSON.stringify(tokenObject(token))}\n`);
      return exitCode.done;
    }
    const { default: Table } = await import('cli-table3');
    const width = columnsOf(stdout);
    const table = new Table({
      head: ['', 'name', 'role', 'made', 'revoked'],
      colWidths: [6, Math.max(16, width - 66), 8, 22, 22],
      wordWrap: true,
      style: { head: [], border: [], compact: true },
    });
    for (const { id, name, role, made, revoked } of tokens) {
      table.push([String(id), withoutControls(name), role, minute(made), revoked === undefined ? '' : minute(revoked)]);
    }
    stdout.write(`${table.toString()}\n`);
    return exitCode.done;
  });
}

export async function revokeToken(wanted: string, options: TokenOptions, { stderr }: Console): Promise<number> {
  return withStore(options, async (store) => {
    const tokens = await store.tokens();
    const token =
      tokens.find(({ name, revoked }) => name === wanted && revoked === undefined) ??
      tokens.find(({ id, revoked }) => String(id) === wanted && revoked === undefined);
    if (token && (await store.revokeToken(token.id))) {
      stderr.write(`Token ${token.id} of ${withoutControls(token.name)} is revoked.\n`);
      return exitCode.done;
    }
    stderr.write(
      `trespass: there is no token ${withoutControls(wanted)} that holds. trespass token list shows them.\n`,
    );
    return exitCode.failed;
  });
}

async function withStore(options: TokenOptions, work: (store: Store) => Promise<number>): Promise<number> {
  const { store } = await openNamedStore(options);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function tokenObject({ id, name, role, made, revoked }: ApiToken) {
  return { id, name, role, made: isoTime(made), revoked: revoked === undefined ? null : isoTime(revoked) };
}

function minute(time: number): string {
  return isoTime(time).slice(0, 16).replace('T', ' ');
}
