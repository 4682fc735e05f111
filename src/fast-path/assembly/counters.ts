/** What was settled here; the engine adds it to its own. */

export let frames: f64 = 0;
export let packets: f64 = 0;
export let payloads: f64 = 0;
export let notIp: f64 = 0;
export let otherProtocol: f64 = 0;
export let flows: f64 = 0;
export let forgotten: f64 = 0;

export function countFrames(settled: i32, withoutIp: i32, withoutTransport: i32): void {
  frames += <f64>settled;
  packets += <f64>(settled - withoutIp - withoutTransport);
  notIp += <f64>withoutIp;
  otherProtocol += <f64>withoutTransport;
}

export function countPayload(): void {
  payloads += 1;
}

export function countFlow(): void {
  flows += 1;
}

export function countForgotten(): void {
  forgotten += 1;
}
