import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe } from 'node:test';
import { openStore } from './open-store.ts';
import { storeCases } from './store-cases.test.helper.ts';

describe('a store in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trespass-store-'));
  let files = 0;
  after(() => rmSync(folder, { recursive: true }));
  storeCases(() => openStore(join(folder, `${files++}.db`)));
});
