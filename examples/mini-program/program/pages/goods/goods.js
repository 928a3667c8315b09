/** What is sold. A tap makes an order at the shop's server and opens the cashier over this page. */
const { shown } = /** @type {typeof import("../../checkout")} */ (require("../../checkout"));

/** @typedef {{ id: string, name: string, currency: string, amount: string }} Goods */

Page({
  data: { goods: /** @type {(Goods & { price: string })[]} */ ([]), busy: false, trouble: false },

  onLoad() {
    this.ask("GET", "/goods", ({ goods }) => {
      const priced = goods.map((/** @type {Goods} */ one) => ({ ...one, price: shown({ ...one, exponent: 2 }) }));
      this.setData({ goods: priced });
    });
  },

  /** @param {{ currentTarget: { dataset: { id: string } } }} event */
  buy({ currentTarget }) {
    if (this.data.busy) return;
    this.setData({ busy: true });
    this.ask("POST", `/orders?goods=${currentTarget.dataset.id}`, ({ sessionId, clientToken }) => {
      const session = { sessionId, clientToken };
      wx.navigateTo({ url: "/pages/cashier/cashier", success: ({ eventChannel }) => eventChannel.emit("session", session) });
    });
  },

  /** @param {"GET" | "POST"} method @param {string} path @param {(data: any) => void} then */
  ask(method, path, then) {
    const success = (/** @type {Answer} */ { statusCode, data }) => {
      this.setData({ busy: false, trouble: statusCode !== 200 });
      if (statusCode === 200) then(data);
    };
    const fail = () => this.setData({ busy: false, trouble: true });
    wx.request({ url: getApp().shop + path, method, success, fail });
  },
});
