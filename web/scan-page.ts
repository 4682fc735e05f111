import type { ScanSummary } from '../src/server/schemas.ts';

export interface ScanPage {
  readonly scans: readonly ScanSummary[];
  readonly next: string | null;
}
