// npm runs this at the end of `npm ci` and `npm install`: build. Some versions of npm run it before each `npx trespass`,
// too; what is built is enough then.
import { execSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const built = existsSync(new URL('../dist/command/trespass.cjs', import.meta.url));
if (process.env.npm_command !== 'exec' || !built) execSync('npm run build', { stdio: 'inherit' });
