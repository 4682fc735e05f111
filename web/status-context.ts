/** What every view may need: the store in numbers, and what we may do. */

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Status } from './answers.ts';

export const StatusContext = createContext<Status | undefined>(undefined);

export function useMayWrite(): boolean {
  return useContext(StatusContext)?.you.role === 'write';
}

export function useStatus(): Status | undefined {
  return useContext(StatusContext);
}
