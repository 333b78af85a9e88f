// Moving the focus by a key: what is typed right after must land there.

/** Focuses an element at once; one that a narrow screen is about to show, a frame later. */
export function focusNow<T extends HTMLElement>(
  place: { readonly current: T | null },
  then: (element: T) => void = () => undefined,
): void {
  const go = (): void => {
    const element = place.current;
    if (!element) return;
    element.focus();
    then(element);
  };
  if (place.current?.offsetParent) go();
  else requestAnimationFrame(go);
}
