/** Parts of the checkout in a React page, in StrictMode: the button where the price is, the code where there is room. */

import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { FlorinCheckout, FlorinPart } from "florin-checkout/react";

const root = document.querySelector<HTMLElement>("#root")!;
const { florin, name, price } = root.dataset;

interface Session {
  sessionId: string;
  clientToken: string;
}

function Shop() {
  const [session, setSession] = useState<Session>();
  const [buying, setBuying] = useState(false);
  const [method, setMethod] = useState<string>();

  async function buy() {
    setBuying(true);
    const answer = await fetch("/orders", { method: "POST" });
    setSession(await answer.json());
  }

  return (
    <>
      <h1>{name}</h1>
      <p>{session ? <FlorinPart show="amount" /> : price}</p>
      {session ? <FlorinPart show="methods" /> : <button onClick={buy} disabled={buying}>Buy</button>}
      {method && <p id="chosen">{method}</p>}
      <FlorinPart show="code" />
      <FlorinPart show="result" />
      <FlorinCheckout
        mode="component"
        src={`${florin}/florin.js`}
        sessionId={session?.sessionId}
        clientToken={session?.clientToken}
        onMethodChange={({ detail }) => setMethod(detail.method)}
      />
    </>
  );
}

createRoot(root).render(<StrictMode><Shop /></StrictMode>);
