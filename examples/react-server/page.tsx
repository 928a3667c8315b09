/** The checkout page: rendered on the server, and the same in the browser. */

import { FlorinCheckout } from "florin-checkout/react";

export interface Props {
  florin: string;
  name: string;
  price: string;
  session: { sessionId: string; clientToken: string; sessionUrl: string };
}

export function Page({ florin, name, price, session }: Props) {
  return (
    <>
      <h1>{name}</h1>
      <p>{price}</p>
      <FlorinCheckout src={`${florin}/florin.js`} sessionId={session.sessionId} clientToken={session.clientToken}>
        <a href={session.sessionUrl}>Pay on the payment page</a>
      </FlorinCheckout>
    </>
  );
}
