/** Every protocol whose fields a signature can name. */

import { dns } from './dns.ts';
import { http } from './http.ts';
import type { Protocol } from './protocol.ts';
import { smtp } from './smtp.ts';
import { ssh } from './ssh.ts';

export const protocols: readonly Protocol[] = [dns, http, smtp, ssh];
