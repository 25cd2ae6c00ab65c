import { vi } from 'vitest';

/** How long something may take on a machine that is busy. Milliseconds. */
const PATIENCE = 30_000;

/** Waits until `check` no longer throws, and gives what it returns. */
export function waitFor<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: PATIENCE });
}
