/** Buys in a window over the page. Closed, it ends nothing: opened again, it shows how far the payment is. */

const buy = document.querySelector("#buy");
let checkout;

buy.addEventListener("click", async () => {
  // One order, however often the window is opened.
  checkout ??= order().catch((error) => {
    checkout = undefined;
    throw error;
  });
  (await checkout).open();
});

async function order() {
  const answer = await fetch("/orders", { method: "POST" });
  const { sessionId, clientToken } = await answer.json();
  const options = { sessionId, clientToken, presentation: "dialog" };
  return window.Florin.create(options).mount(document.body);
}
