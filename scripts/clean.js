// Before the bundle is written: removes from dist/ what nothing will write again, so that neither a test whose source is gone runs nor an
// old piece of the bundle is packed.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

for (const folder of ['src', 'lab', 'bench']) {
  const compiled = join(root, 'dist', folder);
  if (!existsSync(compiled)) continue;
  for (const name of readdirSync(compiled, { recursive: true, encoding: 'utf8' })) {
    const [, source] = /^(.*?)(?:\.d)?\.[jt]s$/.exec(name) ?? [];
    if (source !== undefined && !existsSync(join(root, folder, `${source}.ts`))) rmSync(join(compiled, name));
  }
}
rmSync(join(root, 'dist', 'command'), { recursive: true, force: true });
