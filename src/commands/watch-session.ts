/** One run of `watch`: the sensor with all that stands around it (settings, alerts, signals, numbers, systemd). */

import { accessSync, constants } from 'node:fs';
import type { Server } from 'node:http';
import type { Settings } from '../configuration/settings.ts';
import type { WatchSettings } from '../configuration/watch-settings.ts';
import { LiveSensor, type SensorStatistics } from '../live/live-sensor.ts';
import { parseMetricsAddress, serveMetrics } from '../live/metrics-server.ts';
import { usualUser } from '../live/privileges.ts';
import { activity, metricsText, statusLine, type Tally, totals } from '../live/sensor-report.ts';
import { ServiceManager } from '../live/service-manager.ts';
import { type Alert, severities } from '../scan/alert.ts';
import type { CompiledSignature } from '../signature/compile-signatures.ts';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import { AlertDelivery } from './alert-delivery.ts';
import type { Console } from './console.ts';
import { UsageError } from './exit-code.ts';
import { explainCapture } from './explain-capture.ts';
import { explainError } from './explain-error.ts';
import { loadPrinter, type Printer, settingsFrom } from './read.ts';
import { withUserSignatures } from './user-signatures.ts';
import type { WatchOptions } from './watch.ts';
import type { WatchLog } from './watch-log.ts';

/** Milliseconds. */
const statusEvery = 1000;
const logEvery = 60_000;

export class WatchSession {
  readonly #options: WatchOptions;
  readonly #console: Console;
  readonly #log: WatchLog;
  readonly #service = new ServiceManager();
  readonly #tally = { alerts: new Map() as Map<AlertKind, number>, reloads: { done: 0, refused: 0 } } satisfies Tally;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #ended: Promise<void>;
  #end: () => void = () => {};
  #sensor: LiveSensor | undefined;
  #settings!: Settings;
  #print!: Printer;
  #delivery: AlertDelivery | undefined;
  #metrics: Server | undefined;
  #reloading = Promise.resolve();

  constructor(options: WatchOptions, console: Console, log: WatchLog) {
    this.#options = options;
    this.#console = console;
    this.#log = log;
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Captures when it resolves. @throws UsageError, ConfigurationError, or an error that says what stands in the way. */
  async start(names: readonly string[]): Promise<void> {
    const { settings, catalogue } = await this.#load();
    this.#settings = settings;
    const { format } = settings.output;
    const forPeople = format === 'table' || (format === 'auto' && this.#console.stdout.isTTY === true);
    this.#print = await loadPrinter(forPeople, this.#console);
    const capture = this.#capture(names);
    const { interfaces } = capture;
    if (interfaces.length === 0) throw new UsageError(explainCapture.noneNamed());
    await this.#serveMetrics(capture.metrics);
    this.#sensor = this.#open(capture, catalogue);
    // Only now, so that files belong to the user that it has become.
    await this.#keepPackets(this.#sensor, capture.keepPackets);
    this.#delivery = await AlertDelivery.open({
      settings,
      store: this.#options.store,
      print: (alert) => this.#printAlert(alert),
      onNotice: (text, level) => this.#log.notice(text, level),
    });
    process.on('SIGHUP', this.#reload);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, this.#end);
    await this.#sensor.start();
    this.#tellHowItGoes();
    this.#warnOfReload();
    const { workers } = this.#sensor;
    this.#log.notice(
      `watching ${interfaces.join(', ')} with ${workers === 1 ? 'one worker' : `${workers} workers`} and ${catalogue.length} signatures`,
    );
    this.#service.ready(`watching ${interfaces.join(', ')}`);
  }

  /** Resolves at SIGINT or SIGTERM. */
  ended(): Promise<void> {
    return this.#ended;
  }

  async end(): Promise<void> {
    this.#service.stopping();
    process.off('SIGHUP', this.#reload);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, this.#end);
    for (const timer of this.#timers) clearInterval(timer);
    this.#log.end();
    await this.#reloading;
    const sensor = this.#sensor;
    if (sensor) {
      await sensor.stop();
      await this.#delivery?.close();
      this.#log.notice(`ended: ${totals(sensor.statistics())}`);
    }
    this.#metrics?.close();
  }

  /** Everything that an alert causes begins here. */
  #deliver(alert: Alert): void {
    const kind: AlertKind = `${alert.state} ${alert.severity}`;
    this.#tally.alerts.set(kind, (this.#tally.alerts.get(kind) ?? 0) + 1);
    this.#delivery?.deliver(alert);
  }

  #printAlert(alert: Alert): void {
    const { minimumSeverity } = this.#settings.output;
    if (severities.indexOf(alert.severity) < severities.indexOf(minimumSeverity)) return;
    this.#log.above(() => this.#console.stdout.write(this.#print(alert)));
  }

  async #keepPackets(sensor: LiveSensor, directory: string): Promise<void> {
    if (directory === '') return;
    const { PacketKeeper } = await import('../evidence-packets/packet-keeper.ts');
    const onNotice = (text: string) => this.#log.notice(text, 'warning');
    try {
      sensor.keepPackets(new PacketKeeper({ directory, internal: this.#settings.scan.internal, onNotice }));
    } catch (error) {
      throw new Error(`--keep-packets: ${explainError(error)}`);
    }
  }

  async #load(): Promise<{ readonly settings: Settings; readonly catalogue: readonly CompiledSignature[] }> {
    const { store: _store, ...options } = this.#options;
    const settings = await settingsFrom(options);
    const notice = (text: string) => this.#log.notice(text);
    return { settings, catalogue: await withUserSignatures(loadCatalogue(), settings.signatures, notice) };
  }

  /** What the command line says stands above the file. */
  #capture(names: readonly string[]): WatchSettings {
    const { watch } = this.#settings;
    const { filter, workers, ring, promiscuous, user, metrics, keepPackets } = this.#options;
    return {
      interfaces: names.length > 0 ? [...new Set(names)] : watch.interfaces,
      filter: filter ?? watch.filter,
      workers: workers ?? watch.workers,
      ringSize: ring === undefined ? watch.ringSize : ring * 2 ** 20,
      promiscuous: promiscuous !== false && watch.promiscuous,
      user: user ?? watch.user,
      metrics: metrics ?? watch.metrics,
      keepPackets: keepPackets ?? watch.keepPackets,
    };
  }

  #open(capture: WatchSettings, catalogue: readonly CompiledSignature[]): LiveSensor {
    try {
      return new LiveSensor({
        ...capture,
        libpcap: this.#options.libpcap === true,
        user: userFor(capture.user),
        catalogue,
        settings: this.#settings.scan,
        onAlert: (alert) => this.#deliver(alert),
        onNotice: (text, level) => this.#log.notice(text, level),
      });
    } catch (error) {
      throw explainCapture.failure(error, capture.interfaces);
    }
  }

  async #serveMetrics(where: string): Promise<void> {
    if (where === '') return;
    const address = parseMetricsAddress(where);
    if (!address) {
      throw new UsageError(
        `--metrics “${where}” is no address. Give a port (9477), or address and port (0.0.0.0:9477).`,
      );
    }
    this.#metrics = await serveMetrics(address, () =>
      metricsText(this.#statistics(), this.#tally, this.#delivery?.statistics()),
    ).catch((error) => {
      throw new Error(
        `metrics cannot be served at ${where}: ${(error as Error).message}. Give --metrics another port.`,
      );
    });
  }

  /** Root could read what the user that it became cannot. */
  #warnOfReload(): void {
    const { config, signatures = [] } = this.#options;
    for (const path of [...(config === undefined ? [] : [config]), ...signatures]) {
      try {
        accessSync(path, constants.R_OK);
      } catch {
        this.#log.notice(`${path} cannot be read by the user that it has become: SIGHUP will not reload it`, 'warning');
      }
    }
  }

  #statistics(): SensorStatistics {
    if (!this.#sensor) throw new Error('there is no sensor yet');
    return this.#sensor.statistics();
  }

  #tellHowItGoes(): void {
    const every = (milliseconds: number, describe: typeof activity, tell: (text: string) => void) => {
      let before = this.#statistics();
      this.#timers.push(
        setInterval(() => {
          const now = this.#statistics();
          tell(describe(before, now, milliseconds / 1000));
          before = now;
        }, milliseconds),
      );
    };
    if (this.#log.forPeople) every(statusEvery, statusLine, (text) => this.#log.status(text));
    else
      every(logEvery, activity, (text) => {
        this.#log.notice(text);
        this.#service.status(text);
      });
    const { watchdogEvery } = this.#service;
    if (watchdogEvery === undefined) return;
    // A worker that hangs and cannot be replaced is for systemd to end.
    this.#timers.push(setInterval(() => this.#sensor?.healthy && this.#service.alive(), watchdogEvery));
  }

  /** One after the other, whatever the speed of the signals. */
  readonly #reload = (): void => {
    this.#reloading = this.#reloading.then(() => this.#reloadOnce());
  };

  /** All or nothing: with a fault anywhere, what holds goes on holding. */
  async #reloadOnce(): Promise<void> {
    this.#service.reloading();
    try {
      const { settings, catalogue } = await this.#load();
      await this.#delivery?.reload(settings);
      this.#sensor?.reload(settings.scan, catalogue);
      this.#settings = settings;
      this.#tally.reloads.done++;
      this.#log.notice(`configuration and signatures are read again: ${catalogue.length} signatures`);
    } catch (error) {
      this.#tally.reloads.refused++;
      for (const line of explainError(error).split('\n')) this.#log.notice(line, 'error');
      this.#log.notice('not reloaded: the old configuration and signatures go on holding', 'error');
    }
    this.#service.ready('watching');
  }
}

type AlertKind = `${Alert['state']} ${Alert['severity']}`;

/** Root becomes somebody else, unless told to stay root. */
function userFor(wanted: string): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  return wanted === 'root' ? undefined : wanted || usualUser();
}
