/** Numbers for Prometheus (text format 0.0.4). */

import type { StoreStatistics } from '../store/store.ts';
import type { Service } from './service.ts';

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: readonly Sample[];
}

export function metricsText(service: Service, store: StoreStatistics): string {
  return metrics(service, store).map(metricText).join('');
}

function metrics({ counters, live, version }: Service, store: StoreStatistics): Metric[] {
  const one = (value: number): readonly Sample[] => [[{}, value]];
  return [
    { name: 'trespass_info', type: 'gauge', help: 'The version that runs.', samples: [[{ version }, 1]] },
    {
      name: 'trespass_store_scans',
      type: 'gauge',
      help: 'Scans in the store, by severity.',
      samples: Object.entries(store.bySeverity).map(([severity, scans]) => [{ severity }, scans] as const),
    },
    { name: 'trespass_store_bytes', type: 'gauge', help: 'Size of the store.', samples: one(store.size) },
    {
      name: 'trespass_store_newest_timestamp_seconds',
      type: 'gauge',
      help: 'When the newest scan was seen; 0: none.',
      samples: one(store.newest / 1e6),
    },
    {
      name: 'trespass_incidents_open',
      type: 'gauge',
      help: 'Incidents that are not closed.',
      samples: one(store.openIncidents),
    },
    {
      name: 'trespass_alerts_due',
      type: 'gauge',
      help: 'Scans that are to be told and were not yet.',
      samples: one(store.due),
    },
    {
      name: 'trespass_sensor_heard_timestamp_seconds',
      type: 'gauge',
      help: 'When a sensor last wrote.',
      samples: store.sensors.map(({ sensor, lastHeard }) => [{ sensor }, lastHeard / 1e6] as const),
    },
    { name: 'trespass_http_requests_total', type: 'counter', help: 'Requests.', samples: one(counters.requests) },
    {
      name: 'trespass_http_answers_total',
      type: 'counter',
      help: 'Answers, by the class of their status.',
      samples: [2, 3, 4, 5].map((digit) => [{ class: `${digit}xx` }, counters.answers[digit] ?? 0] as const),
    },
    {
      name: 'trespass_http_refused_total',
      type: 'counter',
      help: 'Requests refused, by reason.',
      samples: [
        [{ reason: 'unauthorised' }, counters.unauthorised],
        [{ reason: 'forbidden' }, counters.forbidden],
        [{ reason: 'rate' }, counters.limited],
        [{ reason: 'foreign' }, counters.foreign],
      ],
    },
    { name: 'trespass_live_listeners', type: 'gauge', help: 'Who looks on now.', samples: one(live.listeners) },
    {
      name: 'trespass_live_dropped_total',
      type: 'counter',
      help: 'Listeners let go because they read too slowly.',
      samples: one(live.dropped),
    },
    {
      name: 'trespass_live_resyncs_total',
      type: 'counter',
      help: 'Times listeners were told to load anew.',
      samples: one(live.resyncs),
    },
    {
      name: 'process_resident_memory_bytes',
      type: 'gauge',
      help: 'Memory of the server.',
      samples: one(process.memoryUsage.rss()),
    },
  ];
}

function metricText({ name, type, help, samples }: Metric): string {
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

/** A sensor's name is text like any other. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
