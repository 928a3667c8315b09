/** Tells the page what happened, as DOM events. */

/** Where an element remembers which session's end it has told. More than one module of this build sends events. */
const over = Symbol.for("florin.over");

/** Sends `florin-…`; false when the page prevented what would follow. A session ends once, and what the page said then holds. */
export function tell(element: HTMLElement, name: string, detail: { sessionId: string }): boolean {
  const ends = element as { [over]?: { session: string; goesOn: boolean } };
  const isEnd = /^(success|expire|close)$/.test(name);
  if (isEnd && ends[over]?.session === detail.sessionId) return ends[over].goesOn;
  // Before the page hears of it: it may move the element at once.
  const end = { session: detail.sessionId, goesOn: true };
  if (isEnd) ends[over] = end;
  const cancelable = /^(action|success)$/.test(name);
  const told = { detail: { version: 1, ...detail }, cancelable, bubbles: true, composed: true };
  end.goesOn = element.dispatchEvent(new CustomEvent(`florin-${name}`, told));
  return end.goesOn;
}
