/** Identifiers of rules: UUIDs by name (RFC 9562 section 5.5), so that every export gives a rule the same one. */

import { createHash } from 'node:crypto';

/** Made once, at random. */
const namespace = '6f0a2c1e-58f1-4a3b-9a57-2a3f6f1c7d20';

export function sigmaId(name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
    .subarray(0, 16);
  hash[6] = (hash.readUInt8(6) & 0x0f) | 0x50;
  hash[8] = (hash.readUInt8(8) & 0x3f) | 0x80;
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
