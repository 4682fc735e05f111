/**
 * The two benign captures of the benchmark, the same for the same seed and size.
 *
 *     node dist/bench/generate.js big  OUT.pcap [--mb 1000] [--seed 1]
 *     node dist/bench/generate.js small OUT.pcap [--mb 300] [--seed 1]
 */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { PcapWriter } from './pcap-writer.ts';
import { Random } from './random.ts';
import { type Conversation, mixed, small } from './traffic.ts';

export interface Profile {
  readonly conversations: readonly (readonly [share: number, Conversation])[];
  /** How many go on at the same time. */
  readonly concurrent: number;
  /** Mean microseconds between two packets. */
  readonly pause: number;
  readonly defaultMegabytes: number;
}

/**
 * big: what a network's uplink carries, packets of 600 bytes on average. small: many short flows of small packets, which
 * cost a detector more than their bytes say.
 */
export const profiles: Readonly<Record<'big' | 'small', Profile>> = {
  big: { conversations: mixed, concurrent: 600, pause: 380, defaultMegabytes: 1000 },
  small: { conversations: small, concurrent: 400, pause: 160, defaultMegabytes: 300 },
};

export interface Generated {
  readonly packets: number;
  readonly bytes: number;
  readonly conversations: number;
}

/** Writes the capture; `megabytes` in millions of bytes. */
export function generate(
  { conversations, concurrent, pause }: Profile,
  path: string,
  megabytes: number,
  seed: number,
): Generated {
  const random = new Random(seed);
  const writer = new PcapWriter(path);
  let begun = 0;
  const begin = () => {
    begun++;
    return choose(conversations, random)(random);
  };
  const active = Array.from({ length: concurrent }, begin);
  let time = 1_700_000_000_000_000;
  const size = megabytes * 1_000_000;
  while (writer.size < size) {
    const index = random.bits() % active.length;
    const { value, done } = (active[index] as Generator<Uint8Array>).next();
    if (done) {
      active[index] = begin();
      continue;
    }
    time += random.between(1, 2 * pause);
    writer.write(time, value);
  }
  writer.close();
  return { packets: writer.packets, bytes: writer.size, conversations: begun };
}

function choose(conversations: Profile['conversations'], random: Random): Conversation {
  const total = conversations.reduce((sum, [share]) => sum + share, 0);
  let left = (random.bits() / 0x100000000) * total;
  for (const [share, conversation] of conversations) {
    left -= share;
    if (left < 0) return conversation;
  }
  return (conversations[0] as readonly [number, Conversation])[1];
}

function main(): void {
  const program = new Command('generate')
    .argument('<profile>', 'big or small')
    .argument('<file>', 'capture to write')
    .addOption(new Option('--mb <megabytes>', 'size of the capture').argParser(Number))
    .addOption(new Option('--seed <number>', 'another seed, another capture').argParser(Number).default(1))
    .action((name: string, file: string, { mb, seed }: { mb?: number; seed: number }) => {
      const profile = profiles[name as keyof typeof profiles];
      if (profile === undefined) program.error(`no profile “${name}”: big or small`);
      const { packets, bytes, conversations } = generate(profile, file, mb ?? profile.defaultMegabytes, seed);
      console.log(`${file}: ${packets} packets, ${bytes} bytes, ${conversations} conversations`);
    });
  program.parse();
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) main();
