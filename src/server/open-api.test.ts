import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { endpoints } from './endpoints.ts';
import { exampleScan } from './example-scan.test.helper.ts';
import { type ExampleServer, exampleServer } from './example-server.test.helper.ts';
import { openApiText } from './open-api.ts';
import type { Service } from './service.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { content?: Record<string, { schema?: object }> }>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const text = openApiText();
const document = JSON.parse(text) as Document;

describe('the OpenAPI document', () => {
  it('is docs/openapi.json (npm run docs writes it)', () => {
    assert.deepEqual(JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8')), document);
  });

  it('describes every endpoint, each under a name of its own', () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    const names = operations.map(({ operationId }) => operationId);
    assert.equal(new Set(names).size, names.length);
    assert.deepEqual(
      names.sort(),
      endpoints({} as Service)
        .map(({ operation }) => operation)
        .sort(),
    );
  });

  it('refers to what stands in it', () => {
    for (const [, name] of text.matchAll(/"\$ref": "#\/components\/schemas\/(\w+)"/g)) {
      assert.ok(document.components.schemas[name!], name);
    }
    assert.doesNotMatch(text, /\$defs/);
  });

  it('docs/api.md names every path', () => {
    const page = readFileSync(join(root, 'docs/api.md'), 'utf8');
    const missing = endpoints({} as Service).filter(
      ({ method, path }) => !page.includes(`\`${method.toUpperCase()} ${path}\``),
    );
    assert.deepEqual(
      missing.map(({ method, path }) => `${method.toUpperCase()} ${path}`),
      [],
    );
  });
});

describe('what the server answers', () => {
  let server: ExampleServer;
  const scan = exampleScan({ source: '192.0.2.7' });
  before(async () => {
    server = await exampleServer();
    await server.store.write({ sensor: 'gate', alerts: [scan] });
    await server.store.addIncident({ address: '192.0.2.7', time: 0, what: 'x', reporter: 'y' });
    await server.store.comment(scan.scan, 'z', 'text');
  });
  after(() => server.close());

  it('is what the document says', async () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'document', ...document });
    let checked = 0;
    for (const [path, { get }] of Object.entries(document.paths)) {
      const content = get?.responses['200']?.content?.['application/json'];
      if (!content) continue;
      const place = `#/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')}/get/responses/200/content/application~1json/schema`;
      const names: Record<string, string> = { scan: scan.scan, address: '192.0.2.7', signature: 'smtp-ehlo-scanme' };
      const answer = await server.json(path.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name]!));
      const valid = ajv.validate(`document${place}`, answer);
      assert.ok(valid, `${path}: ${ajv.errorsText()}`);
      checked++;
    }
    assert.ok(checked >= 10);
  });
});
