/** Long times in a page within a few real seconds: its clock and timers are ours, and every answer is awaited before they go on. */
import type { Page } from '@playwright/test'

interface Watched {
  sent: number[]
  answered: number
}

export class Hurry {
  /** When each question for a status left, in milliseconds of the page's clock. */
  sent: number[] = []
  readonly #page: Page

  /** Before the page is opened. Its clock goes on as always until `begin`. */
  static async before(page: Page): Promise<Hurry> {
    await page.clock.install()
    await page.addInitScript(watch)
    return new Hurry(page)
  }

  private constructor(page: Page) {
    this.#page = page
  }

  async begin(): Promise<void> {
    await this.#page.clock.pauseAt((await this.#page.evaluate(() => Date.now())) + 1_000)
    await this.#settled()
  }

  /** So many seconds, two by two: a question and its answer find place in each step. */
  async through(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 2) {
      await this.#page.clock.runFor(2_000)
      await this.#settled()
    }
  }

  /** As a lid that is closed and opened: no timer goes off in between, and each that is due goes off once. */
  async sleep(seconds: number): Promise<void> {
    await this.#page.clock.fastForward(seconds * 1_000)
    await this.#settled()
  }

  get gaps(): number[] {
    return this.sent.slice(1).map((at, index) => at - this.sent[index]!)
  }

  /** Until every question has its answer, and the program has read it. */
  async #settled(): Promise<void> {
    for (let out = true; out; ) {
      const { sent, answered } = await this.#page.evaluate(async () => {
        // Timers stand still, but messages to oneself arrive.
        for (let turn = 0; turn < 5; turn += 1) {
          const { port1, port2 } = new MessageChannel()
          const came = new Promise((done) => (port1.onmessage = done))
          port2.postMessage(null)
          await came
          port1.close()
        }
        return (window as unknown as { asked: Watched }).asked
      })
      this.sent = sent
      out = answered < sent.length
    }
  }
}

/** Runs in the page before anything of it. */
function watch(): void {
  const asked: Watched = { sent: [], answered: 0 }
  Object.assign(window, { asked })
  const real = window.fetch
  window.fetch = async (...given) => {
    const isStatus = String(given[0] instanceof Request ? given[0].url : given[0]).endsWith('/status')
    if (isStatus) asked.sent.push(Date.now())
    const answer = await real(...given)
    if (isStatus) void answer.clone().text().then(() => (asked.answered += 1))
    return answer
  }
}
