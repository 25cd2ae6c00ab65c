/** Whether the key says that the user is done with a text: Enter alone, and not one that an input method needs. */
export function isPlainEnter({ key, shiftKey, isComposing, keyCode }: KeyboardEvent): boolean {
  // 229: what Safari says of the Enter that ends a composition.
  return key === 'Enter' && !shiftKey && !isComposing && keyCode !== 229;
}
