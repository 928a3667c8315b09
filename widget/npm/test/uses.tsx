/** Pages as merchants write them: these lines have to compile, and each `@ts-expect-error` must be one. */

import { createRef, StrictMode } from "react";
import { loadFlorin, type FlorinOptions } from "florin-checkout";
import { FlorinCheckout, FlorinPart } from "florin-checkout/react";
import type { FlorinCheckoutElement, FlorinPartElement } from "florin-checkout";

export async function plain(options: FlorinOptions): Promise<void> {
  const florin = await loadFlorin({ src: "https://pay.example/florin.js" });
  const element = florin?.create(options).mount("#checkout") ?? document.querySelector("florin-checkout")!;
  element.addEventListener("florin-success", (event) => {
    event.preventDefault();
    const order: string | undefined = event.detail.orderId;
    console.log(event.detail.sessionId, order);
    // @ts-expect-error a success has no code
    console.log(event.detail.code);
  });
  document.addEventListener("florin-error", ({ detail }) => console.warn(detail.code, detail.message));
  element.theme = "dark";
  // @ts-expect-error a session id is text
  element.sessionId = 5;
  await element.ready;
}

const ref = createRef<FlorinCheckoutElement>();
const part = createRef<FlorinPartElement>();

export const page = (
  <StrictMode>
    <FlorinCheckout
      ref={ref}
      src="https://pay.example/florin.js"
      sessionId="CS…"
      clientToken={undefined}
      locale="ja"
      translations={{ pay: "Buy" }}
      className="till"
      onSuccess={(event) => event.detail.orderId}
      onAction={(event) => event.detail.url && event.preventDefault()}
    >
      <a href="https://pay.example/pay/CS…">Pay on the payment page</a>
    </FlorinCheckout>
    {/* @ts-expect-error there is no such theme */}
    <FlorinCheckout theme="sepia" />
    <florin-checkout session-id="CS…" client-token="ct_…" locale="ja" />
    <FlorinCheckout mode="component" sessionId="CS…" clientToken="ct_…" />
    <florin-part show="method" method="GCASH" for="tea" />
    {/* @ts-expect-error there is no such part */}
    <florin-part show="qr" />
    <FlorinPart ref={part} show="method" method="GCASH" for="tea" className="way" />
    <FlorinPart show="methods" only={undefined} />
    {/* @ts-expect-error there is no such part */}
    <FlorinPart show="qr" />
    {/* @ts-expect-error a part shows something */}
    <FlorinPart method="GCASH" />
    {/* @ts-expect-error the attribute is session-id */}
    <florin-checkout sessionid="CS…" />
  </StrictMode>
);
