/** Build step: checks `signatures/` and writes them as one JSON file, so that a start needs neither YAML nor the checks. */

import { writeFileSync } from 'node:fs';
import { protocols } from '../protocol/protocols.ts';
import { printFaults } from './catalogue-fault.ts';
import { compiledCatalogue, schemaFile, signaturesDirectory } from './catalogue-paths.ts';
import { compileSignatures } from './compile-signatures.ts';
import { knownFields } from './known-fields.ts';
import { readCatalogue } from './read-catalogue.ts';
import { signatureJsonSchema } from './signature-schema.ts';

const fields = knownFields(protocols);
const { signatures, faults } = readCatalogue(signaturesDirectory, fields);
if (faults.length > 0) {
  process.stderr.write(`${printFaults(faults)}\n${faults.length} fault(s) in ${signaturesDirectory}\n`);
  process.exitCode = 1;
} else {
  writeFileSync(compiledCatalogue, JSON.stringify(compileSignatures(signatures, fields)));
  if (process.argv.includes('--schema')) {
    writeFileSync(schemaFile, `${JSON.stringify(signatureJsonSchema(), null, 2)}\n`);
  }
}
