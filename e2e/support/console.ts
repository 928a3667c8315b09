/** What the browser complains about. A test fails on any of it unless it said beforehand that it expects it. */
import type { BrowserContext } from '@playwright/test'

export class Console {
  readonly #heard: string[] = []
  readonly #expected: RegExp[] = []

  constructor(context: BrowserContext) {
    context.on('console', (message) => {
      if (message.type() === 'error') this.#heard.push(`${message.text()} (${message.location().url})`)
    })
    context.on('weberror', (error) => this.#heard.push(String(error.error())))
  }

  /** For a test that cuts the network or is refused on purpose. */
  expect(complaint: RegExp): void {
    this.#expected.push(complaint)
  }

  get errors(): string[] {
    return this.#heard.filter((text) => !this.#expected.some((complaint) => complaint.test(text)))
  }
}
