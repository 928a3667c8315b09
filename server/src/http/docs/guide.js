// What the guides can do beyond being read: copy a block of code, tick a list off, and show the checkout itself.

const make = (name, set) => Object.assign(document.createElement(name), set);

/** A button on each block; without a clipboard (a page over plain http) there is none. */
function offerCopies() {
  if (!navigator.clipboard) return;
  for (const block of document.querySelectorAll("figure.code")) {
    const button = make("button", { type: "button", className: "copy", textContent: "Copy" });
    const say = (word) => {
      button.textContent = word;
      setTimeout(() => (button.textContent = "Copy"), 2_000);
    };
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", () =>
      navigator.clipboard.writeText(block.querySelector("code").textContent).then(() => say("Copied"), () => say("Not copied")));
    block.append(button);
  }
}

/** The ticks of this page stay in this browser, by the words of their lines. */
function keepTicks() {
  const key = `florin-ticks ${location.pathname}`;
  const boxes = [...document.querySelectorAll("li > input[type=checkbox]")];
  const words = (box) => box.nextElementSibling.textContent;
  try {
    const done = JSON.parse(localStorage.getItem(key) ?? "[]");
    for (const box of boxes) box.checked = done.includes(words(box));
    const keep = () => localStorage.setItem(key, JSON.stringify(boxes.filter((box) => box.checked).map(words)));
    for (const box of boxes) box.addEventListener("change", keep);
  } catch {
    // Without storage a tick lasts as long as the page.
  }
}

/** The checkout on the page that explains it, paid for with the sandbox's wallet. */
function offerDemo(demo) {
  const [button, stage, told, heard] = ["button", ".stage", ".told", ".heard"].map((one) => demo.querySelector(one));
  demo.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const order = await placed();
      const element = make("florin-checkout", { sessionId: order.session_id, clientToken: order.client_token });
      await import("/florin.js");
      stage.replaceChildren(element);
      button.closest("p").hidden = true;
    } catch {
      told.textContent = "This server has no demo shop. On your own machine `make run` starts one.";
      button.disabled = false;
    }
  });
  for (const name of ["ready", "method-change", "action", "fail", "cancel", "success", "expire", "close", "error"]) {
    stage.addEventListener(`florin-${name}`, (event) => {
      // Whoever reads stays here.
      if (name === "success") event.preventDefault();
      const { version, sessionId, ...rest } = event.detail;
      heard.append(make("li", { textContent: `florin-${name} ${JSON.stringify(rest)}` }));
    });
  }
}

async function placed() {
  const body = JSON.stringify({ basket: [{ id: "alpine-oolong", quantity: 1 }], currency: "PHP" });
  const answer = await fetch("/shop/orders", { method: "POST", headers: { "content-type": "application/json" }, body });
  if (!answer.ok) throw new Error(`The shop answered ${answer.status}.`);
  return answer.json();
}

offerCopies();
keepTicks();
const demo = document.querySelector("#demo");
if (demo) offerDemo(demo);
