/** The section `watch` of a configuration file. */

import { resolve } from 'node:path';
import { z } from 'zod';
import { defaultWatchSettings, type WatchSettings } from './watch-settings.ts';

const interfacesExpected = 'a list of interfaces, as [eth0]';
const interfaceExpected = 'the name of an interface, as eth0';
const metricsExpected = 'a port, as "9477", or address and port, as "0.0.0.0:9477"';

function count(least: number, most: number, standard: number) {
  const right = `a whole number from ${least} to ${most} (${standard} if you leave it out)`;
  return z.int({ error: right }).min(least, { error: right }).max(most, { error: right }).optional();
}

function text(right: string) {
  return z.string({ error: right }).min(1, { error: right });
}

export const watchSchema = z
  .strictObject(
    {
      interfaces: z.array(text(interfaceExpected), { error: interfacesExpected }).optional(),
      filter: z.string({ error: 'a filter in the syntax of tcpdump, as "not port 9100"' }).optional(),
      workers: count(1, 64, defaultWatchSettings.workers),
      ring: count(2, 4096, defaultWatchSettings.ringSize / 2 ** 20),
      promiscuous: z.boolean({ error: 'true or false' }).optional(),
      user: text('the name of a user, as nobody').optional(),
      metrics: z
        .union([text(metricsExpected), z.int({ error: metricsExpected })], { error: metricsExpected })
        .optional(),
      'keep-packets': text('the path of a folder').optional(),
    },
    {
      error: ({ code }) =>
        code === 'invalid_type' ? 'settings below this heading, indented: `name: value`' : undefined,
    },
  )
  .nullish();

export function toWatchSettings(given: z.infer<typeof watchSchema>, folder: string): WatchSettings {
  const standard = defaultWatchSettings;
  return {
    interfaces: given?.interfaces ?? standard.interfaces,
    filter: given?.filter ?? standard.filter,
    workers: given?.workers ?? standard.workers,
    ringSize: given?.ring === undefined ? standard.ringSize : given.ring * 2 ** 20,
    promiscuous: given?.promiscuous ?? standard.promiscuous,
    user: given?.user ?? standard.user,
    metrics: String(given?.metrics ?? standard.metrics),
    keepPackets: given?.['keep-packets'] === undefined ? standard.keepPackets : resolve(folder, given['keep-packets']),
  };
}
