// `npm run revisions`: signatures/revisions.json anew, after a change of signatures or of the rules made from them.
import { writeFileSync } from 'node:fs';
import { nextRevisions, revisionHashes } from '../dist/src/rules/revisions.js';
import { revisionsFile } from '../dist/src/signature/catalogue-paths.js';
import { loadCatalogue } from '../dist/src/signature/load-catalogue.js';
import { readRevisions } from '../dist/src/signature/revisions.js';

const next = nextRevisions(readRevisions(revisionsFile), revisionHashes(loadCatalogue()));
writeFileSync(revisionsFile, `${JSON.stringify(next, null, 2)}\n`);
