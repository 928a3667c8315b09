/** The questions for a status that a page asks. */
import type { Page, Request } from '@playwright/test'

export const isStatus = (request: Request): boolean => request.url().endsWith('/status')

/** Milliseconds between each request and the one before it, by the browser's clock: here they are heard of late when the machine is busy. */
export function gaps(requests: Request[]): number[] {
  // The last one may have no answer yet, and without one it has no times.
  const left = requests.map((request) => request.timing().startTime).filter((at) => at > 0)
  return left.slice(1).map((at, index) => at - left[index]!)
}

/** Every question from now on, and how many were under way at once. */
export class Polls {
  readonly sent: Request[] = []
  most = 0
  #inFlight = 0

  constructor(page: Page) {
    page.on('request', (request) => {
      if (!isStatus(request)) return
      this.sent.push(request)
      this.#inFlight += 1
      this.most = Math.max(this.most, this.#inFlight)
    })
    const done = (request: Request) => (this.#inFlight -= Number(isStatus(request)))
    page.on('requestfinished', done)
    page.on('requestfailed', done)
  }

  get gaps(): number[] {
    return gaps(this.sent)
  }
}
