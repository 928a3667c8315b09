/**
 * The shopper's side of Florin in a mini-program: it opens the payment, says who pays, lets WeChat ask for the money, and asks the server how it
 * stands until it is over. It knows no page and no global: `wx` is handed in, so that it runs wherever something speaks like it.
 *
 * @typedef {{ florin: string, sessionId: string, clientToken: string }} Session
 * @typedef {{ type: string, text?: string }} Action
 * @typedef {{ order_id: string, next_action?: Action, state: Status }} Transaction
 * @typedef {{ seq: number, status: string, order_id?: string, payment_status?: string, poll_after_ms: number, expires_in_ms: number }} Status
 * @typedef {{ payee: string, amount: string, currency: string, exponent: number, version: number, goods: { name: string, quantity: number }[],
 *   methods: { method: string, unavailable?: object }[], open?: Transaction, state: Status }} View
 * @typedef {"loading" | "ready" | "paying" | "waiting" | "paid" | "over" | "failed"} Stage
 * @typedef {{ after(milliseconds: number, then: () => void): unknown, stop(timer: any): void }} Timer
 */

const SCENE = "WECHAT_MINI_PROGRAM";
const METHOD = "WECHATPAY";
/** The pause after the first lost answer, doubled after each further one. */
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 15000;
/** So many codes are asked of WeChat for one press. */
const MOST_LOGINS = 3;

/** Refused by Florin, with its code. */
class Refused extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

class Checkout {
  /**
   * @param {Wx} wx
   * @param {Session} session
   * @param {(stage: Stage, view: View | null) => void} tell hears of every change
   * @param {Timer} timer
   */
  constructor(wx, session, tell, timer = { after: (milliseconds, then) => setTimeout(then, milliseconds), stop: clearTimeout }) {
    this.wx = wx;
    this.session = session;
    this.tell = tell;
    this.timer = timer;
    /** @type {Stage} */
    this.stage = "loading";
    /** @type {View | null} */
    this.view = null;
    this.seq = 0;
    this.lost = 0;
    /** What is being paid. */
    this.order = "";
    this.asking = false;
    this.shown = true;
    this.watched = false;
    /** @type {unknown} */
    this.next = null;
  }

  /** Shows what there is to pay. A payment that is open already is watched. */
  async load() {
    try {
      this.view = /** @type {View} */ (await this.call("GET", `?scene=${SCENE}`));
      this.order = this.view.open?.order_id ?? "";
    } catch {
      return this.become("failed");
    }
    this.become(this.offer() ? "ready" : "failed");
    this.hear(this.view.state);
    if (this.view.open && this.stage === "ready") void this.watch();
  }

  /** The shopper presses: one press at a time. */
  async pay() {
    if (this.stage !== "ready" && this.stage !== "waiting") return;
    this.become("paying");
    try {
      const handed = await this.handed();
      if (handed) await this.ask(handed);
    } catch (error) {
      // An amount that has changed, a session that has ended: the view says it.
      if (error instanceof Refused) return this.load();
    }
    if (!this.is("paying")) return;
    // What WeChat calls back is a hint: how it stands is asked for, at once and then again and again.
    this.become("waiting");
    void this.watch();
  }

  /**
   * A payment is its payer's: what somebody else has begun in this session is no use to this one. It is ended, and another can be begun; what has
   * been paid meanwhile counts.
   */
  async startOver() {
    if (this.stage !== "waiting" || !this.order) return;
    this.become("loading");
    this.watched = false;
    this.timer.stop(this.next);
    await this.call("POST", `/transactions/${this.order}/cancel`, {}).catch(() => null);
    await this.load();
  }

  /** The page is out of sight, as while WeChat asks for the password, or back: then nobody waits for the next turn. */
  show(/** @type {boolean} */ shown) {
    this.shown = shown;
    this.timer.stop(this.next);
    if (shown && this.watched) void this.watch();
  }

  /** No more questions. */
  end() {
    this.shown = false;
    this.timer.stop(this.next);
  }

  /** WeChat Pay, if it can be chosen here. */
  offer() {
    return this.view?.methods.find(({ method, unavailable }) => method === METHOD && !unavailable);
  }

  /**
   * What `wx.requestPayment` is called with; nothing when there is nothing to pay any more. The same again is the same payment, and what was
   * handed out once is handed out again: whoever presses twice pays once.
   */
  async handed() {
    const wish = { method: METHOD, version: this.view?.version ?? 0, scene: SCENE };
    let opened = /** @type {Transaction} */ (await this.call("POST", "/transactions", wish));
    this.order = opened.order_id;
    for (let tries = 0; opened.next_action?.type === "login" && tries < MOST_LOGINS; tries += 1) {
      const code = await this.login();
      const path = `/transactions/${opened.order_id}/login`;
      opened = await this.call("POST", path, { code }).catch((error) => {
        // The code does not count, or the answer was lost: another code finds the same order.
        if (error instanceof Refused && error.code !== "LOGIN_NOT_TAKEN") throw error;
        return opened;
      });
    }
    this.hear(opened.state);
    const action = opened.next_action;
    return action?.type === "mini_program_params" ? JSON.parse(action.text ?? "{}") : null;
  }

  /** A code by which the server learns who pays. It counts once. @returns {Promise<string>} */
  login() {
    return new Promise((done, fail) => this.wx.login({ success: ({ code }) => done(code), fail }));
  }

  /** WeChat asks for the money. Whatever comes back, it was asked. @param {Record<string, unknown>} handed @returns {Promise<void>} */
  ask(handed) {
    return new Promise((done) => this.wx.requestPayment({ ...handed, success: () => done(), fail: () => done() }));
  }

  /** Asks how it stands; one question at a time. */
  async watch() {
    this.watched = true;
    if (this.asking || !this.shown) return;
    this.asking = true;
    this.timer.stop(this.next);
    const answer = await this.call("GET", "/status").catch(() => null);
    this.asking = false;
    this.lost = answer ? 0 : this.lost + 1;
    if (answer) this.hear(/** @type {Status} */ (answer));
    this.watched = this.stage !== "paid" && this.stage !== "over";
    if (!this.watched || !this.shown) return;
    this.next = this.timer.after(this.pause(), () => void this.watch());
  }

  pause() {
    if (this.lost > 0) return Math.min(FIRST_PAUSE_MS << Math.min(this.lost - 1, 3), LONGEST_PAUSE_MS);
    return this.view?.state.poll_after_ms ?? FIRST_PAUSE_MS;
  }

  /** Takes a status in; one that was overtaken on the way says nothing. @param {Status} state */
  hear(state) {
    if (!this.view || state.seq < this.seq) return;
    this.seq = state.seq;
    this.view.state = state;
    if (state.status === "SUCCESS") this.become("paid");
    else if (state.status === "EXPIRED" || state.status === "CANCELLED") this.become("over");
    else if (this.stage === "waiting" && state.payment_status !== "PROCESSING") this.become("ready");
  }

  /** @param {Stage} stage */
  is(stage) {
    return this.stage === stage;
  }

  /** @param {Stage} stage */
  become(stage) {
    this.stage = stage;
    this.tell(stage, this.view);
  }

  /**
   * One call of the shopper's; every body is inside the same envelope.
   * @param {"GET" | "POST"} method @param {string} path @param {object} [data] @returns {Promise<any>}
   */
  call(method, path, data) {
    const { florin, sessionId, clientToken } = this.session;
    const header = { authorization: `Bearer ${clientToken}`, "content-type": "application/json" };
    return new Promise((done, fail) => {
      const success = (/** @type {Answer} */ answer) => {
        const told = /** @type {{ ret_code?: string, ret_msg?: string, data?: unknown }} */ (answer.data);
        if (told?.ret_code === "000000") return done(told.data);
        // A server that is busy has refused nothing for good.
        if (!told?.ret_code || answer.statusCode >= 500 || answer.statusCode === 429) return fail(new Error(`HTTP ${answer.statusCode}`));
        fail(new Refused(told.ret_code, told.ret_msg ?? ""));
      };
      this.wx.request({ url: `${florin}/v1/checkout/${sessionId}${path}`, method, data, header, timeout: 20000, success, fail });
    });
  }
}

/** `8888` fen are `¥88.88`. @param {{ amount: string, currency: string, exponent: number }} money */
function shown({ amount, currency, exponent }) {
  const digits = amount.padStart(exponent + 1, "0");
  const whole = digits.slice(0, digits.length - exponent).replace(/\B(?=(\d{3})+$)/g, ",");
  const sign = currency === "CNY" ? "¥" : `${currency} `;
  return exponent > 0 ? `${sign}${whole}.${digits.slice(-exponent)}` : sign + whole;
}

module.exports = { Checkout, shown };
