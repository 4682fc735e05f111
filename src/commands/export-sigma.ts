/** `trespass signatures export sigma`: the catalogue as Sigma rules. */

import { join } from 'node:path';
import { type SigmaExportOptions, sigmaRules } from '../rules/sigma.ts';
import { sigmaYaml } from '../rules/sigma-file.ts';
import type { CompiledSignature } from '../signature/compile-signatures.ts';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import type { Console } from './console.ts';
import { withUserSignatures } from './user-signatures.ts';
import { makeFolder, writeWholeFile } from './write-file.ts';

export interface ExportSigmaOptions extends SigmaExportOptions {
  readonly output?: string;
  readonly signatures?: readonly string[];
}

/** @throws WriteError */
export async function exportSigma(
  { output, signatures = [], ...options }: ExportSigmaOptions,
  { stdout, stderr }: Console,
  shipped: readonly CompiledSignature[] = loadCatalogue(),
): Promise<void> {
  const catalogue = await withUserSignatures(shipped, signatures, (text) => stderr.write(`trespass: ${text}\n`));
  const rules = sigmaRules(catalogue, options);
  if (output === undefined) {
    stdout.write(rules.map(sigmaYaml).join('---\n'));
    return;
  }
  makeFolder(output);
  for (const rule of rules) writeWholeFile(join(output, rule.file), sigmaYaml(rule));
  stderr.write(`${rules.length} rules in ${output}\n`);
}
