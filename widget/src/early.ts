/**
 * The list before the program: as the server has drawn it, painted and usable. Radios, rows and the form are the browser's
 * own; all that is left to do is to send what is confirmed, once.
 */

/** What the list is painted from: the view, with the list as markup. */
export interface Drawn {
  markup: { html: string; style: string; language: string };
  currency: string;
  exponent: number;
  version: number;
}

// A page with Trusted Types may know only policies of its own; then making ours throws, and the skeleton stays.
const plain = { createHTML: (html: string) => html };
let policy: typeof plain | undefined;

function put(box: any, html: string) {
  // All but what could run: the list has radios, a form and drawings.
  if (box.setHTML) return box.setHTML(html, { sanitizer: { removeElements: [] } });
  policy ??= ((window as any).trustedTypes?.createPolicy("florin", plain) as typeof plain | undefined) ?? plain;
  box.innerHTML = policy.createHTML(html);
}

/** Paints the list. Throws when it cannot. */
export function paint(box: HTMLElement, { markup, currency, exponent }: Drawn, tag: string) {
  const digits = { minimumFractionDigits: exponent, maximumFractionDigits: exponent };
  const { format } = new Intl.NumberFormat(tag, { style: "currency", currency, ...digits });
  // The server cannot know how this browser writes an amount: between two marks it sends the number.
  put(box, markup.html.replace(/\ue000(.*?)\ue000/g, (_, number) => format(number).replace(/^\u200f.*\$$/, "$&\u200e")));
}

/** Hands what is confirmed to `pay`, of the version that is shown: a list that the page's server has printed says which. */
export function listen(box: HTMLElement, pay: (wanted: object) => void, version?: number) {
  const form = box.querySelector("form");
  if (!form) return;
  form.onsubmit = (event) => {
    event.preventDefault();
    const button = form.querySelector<HTMLElement>(".pay")!;
    button.focus();
    // None is left once the list is locked: pressed twice, it is sent once.
    const method = form.querySelector<HTMLInputElement>("input:checked:enabled")?.value;
    if (!method) return;
    pay({ method, version: version ?? Number(new FormData(form).get("version")) });
    form.querySelector("fieldset")!.disabled = true;
    button.ariaDisabled = "true";
    (button.firstChild as HTMLElement).hidden = false;
  };
}
