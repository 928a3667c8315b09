/** Tells the page what happened, as DOM events. */

/** Where an element remembers which session's end it has told. More than one module of this build sends events. */
const over = Symbol.for("florin.over");

/** Sends `florin-…`; false when the page prevented what would follow. A session ends once. */
export function tell(element: HTMLElement, name: string, detail: { sessionId: string }): boolean {
  if (/^(success|expire|close)$/.test(name)) {
    const told = element as { [over]?: string };
    if (told[over] === detail.sessionId) return true;
    told[over] = detail.sessionId;
  }
  const cancelable = /^(action|success)$/.test(name);
  return element.dispatchEvent(new CustomEvent(`florin-${name}`, { ...event(detail), cancelable }));
}

/** What every event has. */
export const event = (detail: object) => ({ detail: { version: 1, ...detail }, bubbles: true, composed: true });
