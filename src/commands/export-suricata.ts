/** `trespass signatures export suricata`: the catalogue as a rule file. */

import type { SuricataVersion } from '../rules/suricata-detection.ts';
import { suricataFile } from '../rules/suricata-file.ts';
import { defaultSidBase } from '../rules/suricata-sids.ts';
import type { CompiledSignature } from '../signature/compile-signatures.ts';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import type { Grade } from '../signature/signature.ts';
import type { Console } from './console.ts';
import { withUserSignatures } from './user-signatures.ts';
import { version as ownVersion } from './version.ts';
import { writeWholeFile } from './write-file.ts';

export interface ExportSuricataOptions {
  readonly version?: SuricataVersion;
  readonly sidBase?: number;
  readonly grade?: Exclude<Grade, 'weak'>;
  readonly output?: string;
  readonly signatures?: readonly string[];
}

/** @throws WriteError */
export async function exportSuricataRules(
  { version = 7, sidBase = defaultSidBase, grade, output, signatures = [] }: ExportSuricataOptions,
  { stdout, stderr }: Console,
  shipped: readonly CompiledSignature[] = loadCatalogue(),
): Promise<void> {
  const notice = (text: string): void => {
    stderr.write(`trespass: ${text}\n`);
  };
  const catalogue = await withUserSignatures(shipped, signatures, notice);
  const options = { version, sidBase, grade: grade ?? 'weak', window: 30 } as const;
  const text = suricataFile(catalogue, options, ownVersion());
  if (output === undefined) {
    stdout.write(text);
    return;
  }
  writeWholeFile(output, text);
  notice(`${text.split('\n').filter((line) => line.startsWith('alert ')).length} rules in ${output}`);
}
