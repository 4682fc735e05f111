/** An alert for tests: what a tracker with default settings tells about the evidence, at its end. */

import type { Alert } from './alert.ts';
import type { Evidence } from './evidence.ts';
import { defaultScanSettings, type ScanSettings } from './scan-settings.ts';
import { ScanTracker } from './scan-tracker.ts';

/** @throws if the evidence makes no alert, or more than one scan. */
export function exampleAlert(evidence: readonly Evidence[], settings: Partial<ScanSettings> = {}): Alert {
  const closed: Alert[] = [];
  const tracker = new ScanTracker({
    settings: { ...defaultScanSettings, ...settings },
    signatures: [],
    onAlert: (alert) => {
      if (alert.state === 'closed') closed.push(alert);
    },
  });
  for (const one of evidence) tracker.add(one);
  tracker.close();
  const [alert, ...others] = closed;
  if (!alert || others.length > 0) throw new Error(`${closed.length} scans instead of one`);
  return alert;
}
