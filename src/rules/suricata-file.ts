/** The rule file: what a person should know about it, and the rules. */

import type { CompiledSignature } from '../signature/compile-signatures.ts';
import { exportSuricata, type SuricataOptions } from './suricata.ts';

/** Ends with a line end. `version` is ours. The same catalogue and options give the same text. */
export function suricataFile(
  catalogue: readonly CompiledSignature[],
  options: SuricataOptions,
  version: string,
): string {
  const rules = exportSuricata(catalogue, options);
  const header = [
    `Nmap's application-layer traces, for Suricata ${options.version}. Written by trespass ${version}; do not edit.`,
    `${rules.length} rules, from number ${options.sidBase} on; signatures of grade ${options.grade} and above.`,
    'Set HOME_NET (with your IPv6 networks) and EXTERNAL_NET: the severity of an alert depends on them.',
    'What each rule can and cannot say: docs/exports.md. How to install: docs/suricata.md.',
  ];
  return `${header.map((line) => `# ${line}\n`).join('')}${rules.join('\n')}\n`;
}
