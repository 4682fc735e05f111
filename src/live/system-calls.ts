/**
 * The calls of the C library that Node.js has not, by koffi. Only `watch` loads this file. Every function gives the call's own
 * result; `check` turns a failure into an error with its number and name.
 */

import koffi from 'koffi';

// The process itself: glibc and musl alike, whatever their files are called.
const libc = koffi.load(null);

/** A function that this system's library lacks fails when it is called, not when this file is loaded. */
function declare<Call extends (...values: never[]) => unknown>(prototype: string): Call {
  try {
    return libc.func(prototype) as unknown as Call;
  } catch {
    const missing = () => {
      throw new Error(`this system has no “${prototype}”`);
    };
    return missing as unknown as Call;
  }
}

export const AF_UNIX = 1;
export const AF_PACKET = 17;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
/** Of the generic ABI (x86, ARM, RISC-V, POWER). */
export const SOCK_CLOEXEC = 0o2000000;
export const SOL_SOCKET = 1;
export const SO_ERROR = 4;
export const POLLIN = 1;

export const socket: (family: number, type: number, protocol: number) => number = declare(
  'int socket(int family, int type, int protocol)',
);
export const close: (descriptor: number) => number = declare('int close(int descriptor)');
export const bind: (descriptor: number, address: Uint8Array, length: number) => number = declare(
  'int bind(int descriptor, const uint8_t *address, uint32_t length)',
);
export const setSocketOption: (
  descriptor: number,
  level: number,
  name: number,
  value: Uint8Array,
  length: number,
) => number = declare('int setsockopt(int descriptor, int level, int name, const uint8_t *value, uint32_t length)');
export const getSocketOption: (
  descriptor: number,
  level: number,
  name: number,
  value: Uint8Array,
  length: [number],
) => number = declare(
  'int getsockopt(int descriptor, int level, int name, _Out_ uint8_t *value, _Inout_ uint32_t *length)',
);
export const sendTo: (
  descriptor: number,
  bytes: Uint8Array,
  length: number,
  flags: number,
  address: Uint8Array,
  addressLength: number,
) => number = declare(
  'int64_t sendto(int descriptor, const uint8_t *bytes, size_t length, int flags, const uint8_t *address, uint32_t addressLength)',
);
export const mapMemory: (
  address: null,
  length: number,
  protection: number,
  flags: number,
  descriptor: number,
  offset: number,
) => bigint = declare(
  'void *mmap(void *address, size_t length, int protection, int flags, int descriptor, int64_t offset)',
);
export const unmapMemory: (address: bigint, length: number) => number = declare(
  'int munmap(void *address, size_t length)',
);
export const poll: (descriptors: Uint8Array, count: number, milliseconds: number) => number = declare(
  'int poll(_Inout_ uint8_t *descriptors, unsigned long count, int milliseconds)',
);
export const interfaceIndex: (name: string) => number = declare('unsigned int if_nametoindex(const char *name)');

const ioctl: (descriptor: number, request: number, type: unknown, argument: Uint8Array) => number = declare(
  'int ioctl(int descriptor, unsigned long request, ...)',
);
const inAndOut = koffi.inout(koffi.pointer('uint8_t'));

export function controlInterface(descriptor: number, request: number, argument: Uint8Array): number {
  return ioctl(descriptor, request, inAndOut, argument);
}

const prctl: (option: number, a: number, b: number, c: number, d: number) => number = declare(
  'int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)',
);
export const setProcessOption = (option: number, value: number): number => prctl(option, value, 0, 0, 0);

export const setCapabilities: (header: Uint8Array, data: Uint8Array) => number = declare(
  'int capset(const uint8_t *header, const uint8_t *data)',
);

const getpwnam: (name: string) => bigint | null = declare('void *getpwnam(const char *name)');

/** User and group number of an account; undefined: there is none of this name. */
export function findAccount(name: string): { readonly user: number; readonly group: number } | undefined {
  const entry = getpwnam(name);
  if (entry === null) return undefined;
  // struct passwd begins with two pointers, then the two numbers.
  const [user, group] = new Uint32Array(koffi.view(entry, 24).slice(16));
  return { user: user as number, group: group as number };
}

/** The bytes at `address`, without a copy. They must not be touched after they were unmapped. */
export function viewMemory(address: bigint, length: number): ArrayBuffer {
  return koffi.view(address, length);
}

export const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

/** A call of the C library failed. `code` is `EPERM` and the like. */
export class SystemCallError extends Error {
  readonly code: string;

  constructor(call: string, number: number) {
    const code = errorName(number);
    super(`${call}: ${code}`);
    this.code = code;
  }
}

/** @throws SystemCallError for a negative result. */
export function check(call: string, result: number): number {
  if (result < 0) throw new SystemCallError(call, koffi.errno());
  return result;
}

/** Of the last call in this thread. */
export function lastError(call: string): SystemCallError {
  return new SystemCallError(call, koffi.errno());
}

function errorName(number: number): string {
  return Object.entries(koffi.os.errno).find(([, value]) => value === number)?.[0] ?? `error ${number}`;
}
