/** Places in the repository, wherever the command is started from. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root: this file runs as `dist/lab/repository.js`. */
const root = fileURLToPath(new URL('../../', import.meta.url));

export const scenariosFolder = join(root, 'lab', 'scenarios');
export const serversFolder = join(root, 'lab', 'servers');
export const capturesFolder = join(root, 'captures');

/** The program that plays the lab's own responders. */
export const respondProgram = fileURLToPath(new URL('./respond.js', import.meta.url));
