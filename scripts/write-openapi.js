// `npm run docs`: docs/openapi.json anew, after a change of the API. A test keeps both in step.
import { writeFileSync } from 'node:fs';
import { openApiText } from '../dist/src/server/open-api.js';

writeFileSync(new URL('../docs/openapi.json', import.meta.url), openApiText());
