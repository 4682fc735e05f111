/** Build step: checks `signatures/` and writes them as one JSON file, so that a start needs neither YAML nor the checks. */

import { writeFileSync } from 'node:fs';
import { protocols } from '../protocol/protocols.ts';
import { printFaults } from './catalogue-fault.ts';
import {
  compiledCatalogue,
  detectionCatalogue,
  revisionsFile,
  schemaFile,
  signaturesDirectory,
} from './catalogue-paths.ts';
import { compileSignatures } from './compile-signatures.ts';
import { knownFields } from './known-fields.ts';
import { writePrepared } from './prepared-catalogue.ts';
import { readCatalogue } from './read-catalogue.ts';
import { readRevisions } from './revisions.ts';
import { signatureJsonSchema } from './signature-schema.ts';

const fields = knownFields(protocols);
const { signatures, faults } = readCatalogue(signaturesDirectory, fields);
if (faults.length > 0) {
  process.stderr.write(`${printFaults(faults)}\n${faults.length} fault(s) in ${signaturesDirectory}\n`);
  process.exitCode = 1;
} else {
  const revisions = readRevisions(revisionsFile);
  const compiled = compileSignatures(signatures, fields).map((signature) => {
    const rev = revisions[signature.id]?.rev ?? 1;
    return rev === 1 ? signature : { ...signature, rev };
  });
  writeFileSync(compiledCatalogue, JSON.stringify(compiled));
  const withoutExamples = compiled.map((signature) => ({ ...signature, hits: [], misses: [], seen: [] }));
  writePrepared(detectionCatalogue, withoutExamples);
  if (process.argv.includes('--schema')) {
    writeFileSync(schemaFile, `${JSON.stringify(signatureJsonSchema(), null, 2)}\n`);
  }
}
