/** Debian's Chromium, driven by Playwright. */

import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Undefined: there is none. `CHROMIUM` names another one. */
export const chromiumFile = [process.env.CHROMIUM, ...places].find((file) => file !== undefined && existsSync(file));

/** It talks to nobody but the pages that it is told to open. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumFile!,
    args: [
      '--headless',
      // In a container, as root, it has no sandbox of its own.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
