/** The destination that settings describe. What only one type needs is loaded for it alone. */

import { hostname } from 'node:os';
import { createSecureContext } from 'node:tls';
import type { DestinationSettings, LineFormat } from '../configuration/destination-settings.ts';
import { product } from '../report/product.ts';
import type { Alert } from '../scan/alert.ts';
import type { Destination } from './destination.ts';
import { readCertificates, readSecret } from './read-secret.ts';
import { fitted } from './shortened-alert.ts';

export interface OpenDestination {
  readonly destination: Destination;
  /** What is queued and delivered for one alert. */
  readonly format: (alert: Alert) => string;
}

/** @throws Error in plain words when a file, a secret or a certificate is not as it must be. Receivers are not asked. */
export async function openDestination(
  settings: DestinationSettings,
  onNotice: (text: string) => void,
): Promise<OpenDestination> {
  const formatLine = await loadFormat(settings.format);
  switch (settings.type) {
    case 'stdout': {
      const { StdoutDestination } = await import('./line-files.ts');
      return { destination: new StdoutDestination(), format: formatLine };
    }
    case 'file': {
      const { FileDestination } = await import('./line-files.ts');
      const destination = new FileDestination(settings.path);
      await destination.check();
      return { destination, format: formatLine };
    }
    case 'syslog': {
      const { syslogHeader } = await import('./syslog-message.ts');
      const sender = { facility: settings.facility, hostname: hostname(), processId: process.pid };
      const format = (alert: Alert) => {
        const header = syslogHeader(alert, sender);
        return header + fitted(alert, formatLine, settings.maximumSize - header.length);
      };
      return { destination: await openSyslog(settings, onNotice), format };
    }
    case 'webhook': {
      const { Webhook } = await import('./webhook.ts');
      const { name, version } = product();
      const destination = new Webhook({
        url: settings.url,
        contentType: settings.format === 'cef' ? 'text/plain; charset=utf-8' : 'application/json',
        secret: settings.secret && readSecret(settings.secret),
        authorization: settings.authorization && readSecret(settings.authorization),
        tls: checkedCertificates(settings),
        userAgent: `${name}/${version}`,
      });
      return { destination, format: formatLine };
    }
  }
}

async function openSyslog(
  settings: Extract<DestinationSettings, { type: 'syslog' }>,
  onNotice: (text: string) => void,
): Promise<Destination> {
  const { host, port, transport } = settings;
  if (transport === 'udp') {
    const { SyslogDatagrams } = await import('./syslog-datagrams.ts');
    return new SyslogDatagrams(host, port);
  }
  const { SyslogStream } = await import('./syslog-stream.ts');
  const tls = transport === 'tls' ? checkedCertificates(settings) : undefined;
  return new SyslogStream({ host, port, tls, onNotice });
}

function checkedCertificates({ certificates }: Extract<DestinationSettings, { certificates: object }>) {
  const options = readCertificates(certificates);
  try {
    createSecureContext(options);
  } catch (error) {
    throw new Error(`certificate-file or key-file is not right: ${(error as Error).message}`);
  }
  return options;
}

const formats: Readonly<Record<LineFormat, () => Promise<(alert: Alert) => string>>> = {
  eve: async () => (await import('../report/eve.ts')).eveLine,
  ecs: async () => (await import('../report/ecs.ts')).formatLine,
  ocsf: async () => (await import('../report/ocsf.ts')).formatLine,
  cef: async () => (await import('../report/cef.ts')).formatLine,
};

const loaded = new Map<LineFormat, Promise<(alert: Alert) => string>>();

/** One for all outputs of the format: they are given each alert in turn, and it is formatted once. */
function loadFormat(format: LineFormat): Promise<(alert: Alert) => string> {
  const known = loaded.get(format) ?? formats[format]().then(rememberingLast);
  loaded.set(format, known);
  return known;
}

function rememberingLast(format: (alert: Alert) => string): (alert: Alert) => string {
  let last: { readonly alert: Alert; readonly line: string } | undefined;
  return (alert) => {
    if (last?.alert !== alert) last = { alert, line: format(alert) };
    return last.line;
  };
}
