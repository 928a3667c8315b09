/** Tells the page what happened, as DOM events. */

/** Where an element remembers which session's end it has told. More than one module of this build sends events. */
const over = Symbol.for("florin.over");

/** Sends `florin-…`; false when the page prevented what would follow. A session ends once. */
export function tell(element: HTMLElement, name: string, detail: { sessionId: string }): boolean {
  if (/^(success|expire|close)$/.test(name)) {
    const ends = element as { [over]?: string };
    if (ends[over] === detail.sessionId) return true;
    ends[over] = detail.sessionId;
  }
  const cancelable = /^(action|success)$/.test(name);
  const told = { detail: { version: 1, ...detail }, cancelable, bubbles: true, composed: true };
  return element.dispatchEvent(new CustomEvent(`florin-${name}`, told));
}
