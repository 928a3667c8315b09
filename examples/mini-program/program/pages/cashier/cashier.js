/**
 * The cashier over half of the screen: what there is to pay, and whether it is paid. It is opened by the page of goods, by another mini-program
 * (`wx.openEmbeddedMiniProgram`, with the session as `extraData`) or by an app (with the session in the path), and leads back to whoever did.
 */
const { Checkout, shown } = /** @type {typeof import("../../checkout")} */ (require("../../checkout"));

const BACK_AFTER_MS = 3000;
const words = {
  loading: "One moment…",
  ready: "",
  paying: "WeChat asks for the money",
  waiting: "Waiting for WeChat Pay's confirmation",
  paid: "Paid",
  over: "This order has ended. Whatever was paid for it goes back to you.",
  failed: "We cannot see just now how your order stands.",
};

/** @typedef {{ sessionId: string, clientToken: string }} Session */

Page({
  data: { stage: "loading", words: words.loading, payee: "", amount: "", goods: /** @type {string[]} */ ([]) },
  checkout: /** @type {InstanceType<typeof Checkout> | null} */ (null),
  back: 0,

  /** @param {Partial<Session>} asked */
  onLoad(asked) {
    const brought = { ...asked, .../** @type {Partial<Session>} */ (wx.getEnterOptionsSync().referrerInfo?.extraData ?? {}) };
    if (brought.sessionId && brought.clientToken) return this.open(/** @type {Session} */ (brought));
    this.getOpenerEventChannel?.().once?.("session", (session) => this.open(session));
  },

  onShow() {
    this.checkout?.show(true);
  },

  onHide() {
    this.checkout?.show(false);
  },

  onUnload() {
    clearTimeout(this.back);
    this.checkout?.end();
  },

  /** @param {Session} session */
  open(session) {
    this.checkout = new Checkout(wx, { florin: getApp().florin, ...session }, (stage, view) => {
      const told = view && { payee: view.payee, amount: shown(view), goods: view.goods.map(({ name }) => name) };
      this.setData({ stage, words: words[stage], ...told });
      if (stage === "paid" && !this.back) this.back = setTimeout(() => this.leave(), BACK_AFTER_MS);
    });
    void this.checkout.load();
  },

  pay() {
    void this.checkout?.pay();
  },

  startOver() {
    void this.checkout?.startOver();
  },

  again() {
    void this.checkout?.load();
  },

  leave() {
    const came = wx.getEnterOptionsSync().referrerInfo?.extraData;
    if (came) wx.navigateBackMiniProgram({ extraData: { stage: this.data.stage } });
    else wx.navigateBack();
  },
});
