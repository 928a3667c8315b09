/** Buys, and puts the checkout where the button was. After the payment it leads to the session's `return_url` by itself. */

const buy = document.querySelector("#buy");

buy.addEventListener("click", async () => {
  buy.disabled = true;
  const answer = await fetch("/orders", { method: "POST" });
  const { sessionId, clientToken } = await answer.json();
  const checkout = window.Florin.create({ sessionId, clientToken }).mount("#checkout");
  checkout.addEventListener("florin-ready", () => (buy.hidden = true));
  checkout.addEventListener("florin-error", ({ detail }) => console.warn(detail.code, detail.message));
});
