/** Runs what the application gave. What it throws is the application's to hear of, and stops nothing here. */
export function guarded(call: () => void): void {
  try {
    call();
  } catch (error) {
    if (typeof reportError === 'function') reportError(error);
    else console.error(error);
  }
}
