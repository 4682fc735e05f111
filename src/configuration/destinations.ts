/** The section `outputs` as settings: defaults filled in, paths beginning at the file's folder. */

import { resolve } from 'node:path';
import type { z } from 'zod';
import type { CertificateFiles, DestinationSettings, Secret } from './destination-settings.ts';
import type { outputsSchema } from './outputs-schema.ts';

type Outputs = NonNullable<z.infer<typeof outputsSchema>>;
type Output = Outputs[number];

/** Megabytes: some thousand alerts. */
const queueSize = 16;

export function toDestinations(outputs: Outputs, folder: string): DestinationSettings[] {
  const names = new Set(outputs.flatMap(({ name }) => name ?? []));
  return outputs.map((output) => toDestination(output, output.name ?? freeName(output.type, names), folder));
}

/** `syslog`, then `syslog-2`. */
function freeName(type: string, names: Set<string>): string {
  let name = type;
  for (let number = 2; names.has(name); number++) name = `${type}-${number}`;
  names.add(name);
  return name;
}

function toDestination(output: Output, name: string, folder: string): DestinationSettings {
  const common = {
    name,
    format: output.format ?? 'eve',
    minimumSeverity: output['minimum-severity'] ?? 'medium',
    states: output.states ?? ['open', 'closed'],
    queueSize: (output['queue-size'] ?? queueSize) * 2 ** 20,
  } as const;
  const path = (text: string | undefined) => (text === undefined ? '' : resolve(folder, text));
  const certificates: CertificateFiles = {
    authorities: path(output['ca-file']),
    certificate: path(output['certificate-file']),
    key: path(output['key-file']),
  };
  const spool = path(output.spool);
  switch (output.type) {
    case 'stdout':
      return { ...common, type: 'stdout' };
    case 'file':
      return { ...common, type: 'file', path: path(output.path) };
    case 'syslog': {
      const transport = output.transport ?? 'udp';
      return {
        ...common,
        type: 'syslog',
        transport,
        host: output.host ?? '',
        // RFC 5426 section 3.3 and RFC 5425 section 4.1; TCP has no port of its own, and 514 is what everybody takes.
        port: output.port ?? (transport === 'tls' ? 6514 : 514),
        facility: output.facility ?? 'local0',
        maximumSize: output['maximum-size'] ?? 8192,
        certificates,
        spool,
      };
    }
    case 'webhook': {
      const secret = secretFrom(path(output['secret-file']), output['secret-environment']);
      const authorization = secretFrom(path(output['authorization-file']), output['authorization-environment']);
      return {
        ...common,
        type: 'webhook',
        url: output.url ?? '',
        ...(secret && { secret }),
        ...(authorization && { authorization }),
        certificates,
        spool,
      };
    }
  }
}

function secretFrom(file: string, environment: string | undefined): Secret | undefined {
  if (file !== '') return { file };
  return environment === undefined ? undefined : { environment };
}
