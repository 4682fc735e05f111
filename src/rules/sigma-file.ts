/** A Sigma rule as YAML. */

import { stringify } from 'yaml';
import type { SigmaRule } from './sigma.ts';

/** Four spaces, as Sigma's convention has it; nothing is folded, for people search rules by whole lines. */
export function sigmaYaml({ content }: SigmaRule): string {
  return stringify(content, { indent: 4, lineWidth: 0, singleQuote: true });
}
