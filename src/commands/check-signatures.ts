/** `trespass signatures check DIR...`: all that is wrong with signatures of the user's own, and what could be better. */

import { withoutControls } from '../report/printable.ts';
import type { Fault } from '../signature/catalogue-fault.ts';
import type { CompiledSignature } from '../signature/compile-signatures.ts';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import type { UserSignatures } from '../signature/user-signatures.ts';
import type { Console } from './console.ts';
import { exitCode, UsageError } from './exit-code.ts';
import { readUserSignatures } from './user-signatures.ts';

/**
 * Faults and warnings on standard output, by file and line; how many there are, on standard error.
 * @throws UsageError if there is no such folder, or no signature in it.
 */
export async function checkSignatures(
  directories: readonly string[],
  { stdout, stderr }: Console,
  catalogue: readonly CompiledSignature[] = loadCatalogue(),
): Promise<number> {
  const user = await readUserSignatures(catalogue, directories);
  // A check of nothing that says "no faults" would hide a mistyped path.
  if (user.own.length === 0 && user.faults.length === 0)
    throw new UsageError(user.notices.map(withoutControls).join('\n'));
  const { printFaults } = await import('../signature/catalogue-fault.ts');
  const faults = [...user.faults, ...(await exampleFaults(user))];
  const warnings = (await warningsOf(user)).map((fault) => ({ ...fault, message: `warning: ${fault.message}` }));
  const all = [...faults, ...warnings];
  if (all.length > 0) stdout.write(`${printFaults(all).split('\n').map(withoutControls).join('\n')}\n`);
  for (const notice of user.notices) stderr.write(`${withoutControls(notice)}\n`);
  const examples = user.own.reduce((sum, { hits, misses }) => sum + hits.length + misses.length, 0);
  stderr.write(
    `${count(user.own.length, 'signature')} with ${count(examples, 'example')} tried: ` +
      `${count(faults.length, 'fault')}, ${count(warnings.length, 'warning')}.\n`,
  );
  return faults.length > 0 ? exitCode.failed : exitCode.done;
}

/** Each hit and miss through the whole engine, together with the whole catalogue. */
async function exampleFaults({ catalogue, own, placeOf }: UserSignatures): Promise<Fault[]> {
  const [{ EngineTrial }, { trySignature }] = await Promise.all([
    import('../engine-trial.ts'),
    import('../try-signature.ts'),
  ]);
  const trial = new EngineTrial(catalogue);
  return own.flatMap((signature) =>
    trySignature(trial, signature).map(({ path, message }) => ({ ...placeOf(signature.id, path), message })),
  );
}

async function warningsOf({ catalogue, own, placeOf }: UserSignatures): Promise<Fault[]> {
  const { signatureWarnings } = await import('../signature/signature-warnings.ts');
  const counted = new Set(catalogue.flatMap(({ sequence }) => sequence?.of ?? []));
  const ids = new Set(own.map(({ id }) => id));
  return catalogue
    .filter(({ id }) => ids.has(id))
    .flatMap((signature) =>
      signatureWarnings(signature, counted).map(({ path, message }) => ({ ...placeOf(signature.id, path), message })),
    );
}

function count(number: number, thing: string): string {
  return `${number === 0 ? 'no' : number} ${thing}${number === 1 ? '' : 's'}`;
}
