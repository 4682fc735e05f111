// `npm run docs`: docs/exports.md anew, after a change of the catalogue or of what its exports can say. A test keeps both in step.
import { writeFileSync } from 'node:fs';
import { exportsPage } from '../dist/src/rules/exports-page.js';
import { loadCatalogue } from '../dist/src/signature/load-catalogue.js';

writeFileSync(new URL('../docs/exports.md', import.meta.url), exportsPage(loadCatalogue()));
