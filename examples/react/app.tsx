/** A React page in StrictMode. `florin.js` is loaded when the shopper buys, from your own server. */

import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import type { FlorinEventMap } from "florin-checkout";
import { FlorinCheckout } from "florin-checkout/react";

const root = document.querySelector<HTMLElement>("#root")!;
const { florin, name, price } = root.dataset;

interface Session {
  sessionId: string;
  clientToken: string;
  sessionUrl: string;
}

function Shop() {
  const [session, setSession] = useState<Session>();
  const [buying, setBuying] = useState(false);
  const [paid, setPaid] = useState(false);

  async function buy() {
    setBuying(true);
    const answer = await fetch("/orders", { method: "POST" });
    setSession(await answer.json());
  }

  /** Thanks on this page instead of the session's `return_url`. What is shipped is for the webhook to say. */
  function thank(event: FlorinEventMap["florin-success"]) {
    event.preventDefault();
    console.info(`paid ${event.detail.orderId}`);
    setPaid(true);
  }

  if (paid) return <h1>Thank you</h1>;
  return (
    <>
      <h1>{name}</h1>
      <p>{price}</p>
      {session ? (
        <FlorinCheckout
          src={`${florin}/florin.js`}
          sessionId={session.sessionId}
          clientToken={session.clientToken}
          onSuccess={thank}
        >
          <a href={session.sessionUrl}>Pay on the payment page</a>
        </FlorinCheckout>
      ) : (
        <button onClick={buy} disabled={buying}>Buy</button>
      )}
    </>
  );
}

createRoot(root).render(<StrictMode><Shop /></StrictMode>);
