/** Runs each function now and whenever something that it read changed, until the result is called. */
export function runEffects(...effects: readonly (() => void)[]): () => void {
  return $effect.root(() => {
    for (const effect of effects) $effect(effect);
  });
}
