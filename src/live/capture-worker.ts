/** A thread that reads packets: its own engine, no state but its flows. It never returns to its event loop before it ends. */

import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { CaptureLoop } from './capture-loop.ts';
import { dropCapabilities } from './privileges.ts';
import type { FromWorker, ToWorker, WorkerData } from './worker-messages.ts';

if (process.platform === 'linux') dropCapabilities();

const port = parentPort as MessagePort;
const loop = new CaptureLoop(workerData as WorkerData, {
  post: (message: FromWorker) => port.postMessage(message),
  receive: () => receiveMessageOnPort(port)?.message as ToWorker | undefined,
});
loop.run();
port.close();
