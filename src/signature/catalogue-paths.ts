/** Where the catalogue lies, from a checkout and from an installed package alike (`dist/src/signature/` is this folder). */

import { fileURLToPath } from 'node:url';

/** The signatures as people write them. */
export const signaturesDirectory = fileURLToPath(new URL('../../../signatures', import.meta.url));

/** The JSON Schema of a signature, for editors. */
export const schemaFile = fileURLToPath(new URL('../../../signatures/schema.json', import.meta.url));

/** The signatures as the build step checked and wrote them: what the command loads. */
export const compiledCatalogue = fileURLToPath(new URL('./catalogue.json', import.meta.url));
