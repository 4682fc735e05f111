/** `trespass serve`: the store as a page and an API. */

import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ListenAddress, parseListenAddress } from '../configuration/listen-address.ts';
import type { ServeSettings } from '../configuration/serve-settings.ts';
import type { Settings } from '../configuration/settings.ts';
import { withoutControls } from '../report/printable.ts';
import { createApplication } from '../server/application.ts';
import type { Session } from '../server/authentication.ts';
import { isLoopback } from '../server/host-check.ts';
import { addressOf, createHttpServer, type Tls } from '../server/http-server.ts';
import { serverLimits } from '../server/limits.ts';
import { LiveStream } from '../server/live-stream.ts';
import { pageDirectory, readPage } from '../server/page-files.ts';
import { emptyServerCounters } from '../server/server-counters.ts';
import type { Service } from '../server/service.ts';
import { newToken, tokenHash } from '../server/token.ts';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import { locationName } from '../store/location-name.ts';
import type { Store } from '../store/store.ts';
import type { Console } from './console.ts';
import { exitCode, UsageError } from './exit-code.ts';
import { explainError } from './explain-error.ts';
import { Interruption } from './interruption.ts';
import { namedSettings, openStoreOf } from './store-location.ts';
import { withUserSignatures } from './user-signatures.ts';
import { version } from './version.ts';

export interface ServeOptions {
  readonly store?: string;
  readonly listen?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly insecure?: boolean;
  readonly hostName?: readonly string[];
  readonly packets?: string;
  readonly printLink?: boolean;
  readonly config?: string;
  readonly signatures?: readonly string[];
}

/** Runs until it is interrupted. @throws UsageError, ConfigurationError, StoreError */
export async function serve(options: ServeOptions, console: Console): Promise<number> {
  const settings = await namedSettings(options);
  const wanted = wantedOf(options, settings.serve);
  const address = addressToListen(wanted.listen);
  const tls = checkTls(wanted, address);
  checkPackets(wanted.packets);
  const page = requirePage();
  const say = (text: string) => console.stderr.write(`trespass: ${withoutControls(text)}\n`);
  const interruption = new Interruption();
  const { store, location } = await openStoreOf(settings, options, { onNotice: say });
  try {
    const folders = [...settings.signatures, ...(options.signatures ?? [])];
    const catalogue = await withUserSignatures(loadCatalogue(), folders, say);
    const onError = (error: unknown) => say(explainError(error));
    const service = serviceOf(store, catalogue, settings, wanted, onError);
    const token = newToken();
    const app = createApplication({
      service,
      page,
      hostNames: new Set(wanted.hostNames.map((name) => name.toLowerCase())),
      session: sessionOf(token, address),
      secure: tls !== undefined,
      addressOf,
      onError,
    });
    const server = await listening(createHttpServer(app.fetch, tls), address);
    const looking = lookForSilence(store, onError);
    announce(server, address, { location, token, tls }, options, console);
    if (!interruption.signal.aborted) await once(interruption.signal, 'abort');
    clearInterval(looking);
    await closed(server, service.live);
  } finally {
    interruption.forget();
    await store.close();
  }
  return exitCode.done;
}

/** What the command line says stands above the file. */
function wantedOf(options: ServeOptions, standard: ServeSettings): ServeSettings {
  const { listen, tlsCert, tlsKey, insecure, hostName, packets } = options;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new UsageError('--tls-cert and --tls-key belong together: give both.');
  }
  return {
    listen: listen ?? standard.listen,
    certificate: tlsCert ?? standard.certificate,
    key: tlsKey ?? standard.key,
    insecure: insecure ?? standard.insecure,
    hostNames: hostName ?? standard.hostNames,
    packets: packets ?? standard.packets,
  };
}

function addressToListen(text: string): ListenAddress {
  const address = parseListenAddress(text);
  if (address) return address;
  throw new UsageError(`--listen “${text}” is no address and port. Give it as 127.0.0.1:7717 or [::1]:7717.`);
}

function serviceOf(
  store: Store,
  catalogue: Service['catalogue'],
  { scan }: Settings,
  { packets }: ServeSettings,
  onError: (error: unknown) => void,
): Service {
  const { listeners, waiting, changes, streamTime } = serverLimits;
  return {
    store,
    catalogue,
    settings: scan,
    packets: packets === '' ? undefined : packets,
    live: new LiveStream({ store, listeners, waiting, changes, time: streamTime, onError }),
    counters: emptyServerCounters(),
    version: version(),
    now: () => Date.now() * 1000,
  };
}

function checkTls({ certificate, key, insecure }: ServeSettings, { host }: ListenAddress): Tls | undefined {
  if (certificate !== '') return { certificate, key };
  if (isLoopback(host) || insecure) return undefined;
  throw new UsageError(
    `${host} can be reached from other machines, and without TLS whoever is on the way reads tokens and scans.\n` +
      'Give --tls-cert and --tls-key, or leave --listen out and put a proxy with TLS before it; or say --insecure.',
  );
}

function checkPackets(directory: string): void {
  if (existsSync(directory) && !statSync(directory).isDirectory()) {
    throw new UsageError(`--packets ${withoutControls(directory)}: that is no folder.`);
  }
}

function requirePage() {
  try {
    return readPage();
  } catch (error) {
    throw new Error(`${pageDirectory}: the page is not built. Run npm run build.`, { cause: error });
  }
}

/** For whoever started the server: until it ends, nothing to set up. Beyond this machine, tokens have names. */
function sessionOf(token: string, { host }: ListenAddress): Session | undefined {
  if (!isLoopback(host)) return undefined;
  return { hash: tokenHash(token), caller: { name: 'this machine', role: 'write' } };
}

async function listening(server: Server, { host, port }: ListenAddress): Promise<Server> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return server;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new Error(`port ${port} of ${host} is taken. Give another one: --listen ${randomPort()}`);
    if (code === 'EACCES')
      throw new Error(`this user may not use port ${port}. Give one above 1023: --listen ${randomPort()}`);
    if (code === 'EADDRNOTAVAIL') throw new Error(`${host} is no address of this machine. ip address shows them.`);
    throw error;
  }
}

/** Below those that the system hands out itself (from 32768 on, Linux). */
function randomPort(): number {
  return randomInt(20_000, 30_000);
}

interface Served {
  readonly location: string;
  readonly token: string;
  readonly tls: Tls | undefined;
}

function announce(
  server: Server,
  { host }: ListenAddress,
  { location, token, tls }: Served,
  { printLink }: ServeOptions,
  { stdout, stderr }: Console,
): void {
  const { port } = server.address() as AddressInfo;
  const url = `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}/`;
  // What stands behind # is not sent to any server, and kept in no log of one.
  const link = isLoopback(host) && (printLink || stdout.isTTY) ? `${url}#token=${token}` : undefined;
  if (!stdout.isTTY) {
    stdout.write(`${JSON.stringify({ url, ...(link !== undefined && { link }) })}\n`);
    return;
  }
  stdout.write(`${link ?? url}\n`);
  const how =
    link === undefined ? 'Make a token for it: trespass token add NAME.' : 'This link holds until the server ends.';
  stderr.write(`Shows ${withoutControls(locationName(location))}. ${how} Ctrl-C ends it.\n`);
}

/** Milliseconds. */
const silenceEvery = 60_000;

/** Where no sensor is left, nobody else notices: a scan of one that was killed would be going on for ever. */
function lookForSilence(store: Store, onError: (error: unknown) => void): NodeJS.Timeout {
  const look = () => void store.closeSilent().catch(onError);
  look();
  return setInterval(look, silenceEvery);
}

/** Milliseconds that requests under way may still take. */
const patience = 3000;

async function closed(server: Server, live: LiveStream): Promise<void> {
  live.close();
  const done = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), patience);
  await done;
  clearTimeout(late);
}
