// Leaves the command's compiled code beside it, for the Node.js that builds it (bin/load-compiled.cjs): all functions that
// reading a capture needed, so that none of them is compiled at the next start.
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cacheOf, loadCompiled } from '../bin/load-compiled.cjs';

const dist = process.argv[2] ?? fileURLToPath(new URL('../dist', import.meta.url));
const file = `${dist}/command/trespass.cjs`;

rmSync(cacheOf(file), { force: true });
const { exports, script } = loadCompiled(file);
const silent = { stdout: { write: () => true }, stderr: process.stderr };
const capture = fileURLToPath(new URL('../captures/nmap/aggressive-scan.pcap', import.meta.url));
const code = await exports.main(['read', '--quiet', capture], silent);
if (code !== 0) process.exit(1);
writeFileSync(cacheOf(file), script.createCachedData());
