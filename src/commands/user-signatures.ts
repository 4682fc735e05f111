/** `--signatures DIR`: the catalogue with signatures of the user's own. */

import { withoutControls } from '../report/printable.ts';
import type { CompiledSignature } from '../signature/compile-signatures.ts';
import type { UserSignatures } from '../signature/user-signatures.ts';
import { UsageError } from './exit-code.ts';

/** @throws UsageError with all faults, one a line: with a faulty signature, silence would prove nothing. */
export async function withUserSignatures(
  catalogue: readonly CompiledSignature[],
  directories: readonly string[],
  onNotice: (text: string) => void,
): Promise<readonly CompiledSignature[]> {
  if (directories.length === 0) return catalogue;
  const { catalogue: merged, faults, notices } = await readUserSignatures(catalogue, directories);
  if (faults.length > 0) {
    const { printFaults } = await import('../signature/catalogue-fault.ts');
    throw new UsageError(printFaults(faults).split('\n').map(withoutControls).join('\n'));
  }
  for (const notice of notices) onNotice(notice);
  return merged;
}

/** @throws UsageError if a directory cannot be read. */
export async function readUserSignatures(
  catalogue: readonly CompiledSignature[],
  directories: readonly string[],
): Promise<UserSignatures> {
  // Loaded only when it is asked for: YAML and the schema cost 200 ms.
  const [{ addUserSignatures }, { knownFields }, { protocols }] = await Promise.all([
    import('../signature/user-signatures.ts'),
    import('../signature/known-fields.ts'),
    import('../protocol/protocols.ts'),
  ]);
  try {
    return addUserSignatures(catalogue, directories, knownFields(protocols));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    const { explainError } = await import('./explain-error.ts');
    throw new UsageError(`--signatures: ${explainError(error)}`);
  }
}
