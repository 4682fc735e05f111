// `npm run docs`: docs/fields.md anew, after a change of the parsers' fields. A test keeps both in step.
import { writeFileSync } from 'node:fs';
import { protocols } from '../dist/src/protocol/protocols.js';
import { fieldsPage } from '../dist/src/signature/fields-page.js';

writeFileSync(new URL('../docs/fields.md', import.meta.url), fieldsPage(protocols));
