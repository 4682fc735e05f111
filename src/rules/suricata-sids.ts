/**
 * Numbers of rules. A signature's own number is the number of its rule for scans inside; the others stand at fixed
 * distances, so that a number names its signature whatever else is exported:
 * `base + 1,000,000 × variant + 100,000 × role + (the signature's number − 9,100,000)`.
 */

export const firstSid = 9_100_000;
/** Numbers of signatures, own ones included, lie within this. */
const span = 100_000;

/** What a rule is for: scans inside, outbound, inbound; what only marks for later; the same behind a port scan. */
export const roles = [
  'internal',
  'outbound',
  'inbound',
  'mark',
  'first',
  'behind-internal',
  'behind-outbound',
  'behind-inbound',
] as const;
export type Role = (typeof roles)[number];

/** Above all ranges that others use; `--sid-base` moves it. */
export const defaultSidBase = firstSid;

export function ruleSid(base: number, signatureSid: number, role: Role, variant: number): number {
  return base + variant * 10 * span + roles.indexOf(role) * span + (signatureSid - firstSid);
}

export interface RuleMeaning {
  /** The signature's number. */
  readonly signatureSid: number;
  readonly role: Role;
}

/** Undefined if no rule of ours can have this number. */
export function ruleMeaning(base: number, sid: number): RuleMeaning | undefined {
  const role = roles[Math.floor((sid - base) / span) % 10];
  return sid < base || role === undefined ? undefined : { signatureSid: firstSid + ((sid - base) % span), role };
}
