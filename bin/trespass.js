#!/usr/bin/env node
// Compiled code is cached between runs where Node.js can do that (22.1 and newer).
import module from 'node:module';

module.enableCompileCache?.();
const { main } = await import('../dist/command/cli.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error('trespass: it is not built yet. Run npm ci (or npm run build) in its folder first.');
  process.exit(1);
});
process.exitCode = await main(process.argv.slice(2));
