/** The Vue component's types, as a template's checker asks for them. */

import { h } from "vue";
import { FlorinCheckout, FlorinPart } from "florin-checkout/vue";

export const page = () => [
  h(FlorinCheckout, { sessionId: "CS…", locale: "ja", onSuccess: (event) => event.detail.orderId, onMethodChange: ({ detail }) => detail.method }),
  // @ts-expect-error a session id is text
  h(FlorinCheckout, { sessionId: 5 }),
  // @ts-expect-error a success has no code
  h(FlorinCheckout, { onSuccess: (event) => event.detail.code }),
  h(FlorinPart, { show: "method", method: "GCASH", for: "tea", class: "way" }),
  // @ts-expect-error there is no such part
  h(FlorinPart, { show: "qr" }),
  // @ts-expect-error a part shows something
  h(FlorinPart, { method: "GCASH" }),
];
