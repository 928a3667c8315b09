/** The demo shop, as a shopper meets it. */
import { expect, type Locator, type Page } from '@playwright/test'
import type { Server } from '../support/server.ts'

export class ShopPage {
  readonly #page: Page
  readonly #server: Server

  constructor(page: Page, server: Server) {
    this.#page = page
    this.#server = server
  }

  /** One tea is in the basket from the beginning. */
  async open(wishes: { lang?: string; currency?: string } = {}): Promise<void> {
    await this.#page.goto(`${this.#server.url}/?${new URLSearchParams(wishes)}`)
    await expect(this.till).toBeEnabled()
  }

  get till(): Locator {
    return this.#page.locator('#order')
  }

  currency(code: string): Locator {
    return this.#page.locator(`#currencies [value=${code}]`)
  }

  /** Takes another tea off the shelf and goes to the till, where the checkout appears. */
  async buySomething(currency: string): Promise<void> {
    await this.currency(currency).check({ force: true })
    await this.#page.locator('#shelf .add').nth(1).click()
    await this.till.click()
    await expect(this.#page.locator('florin-checkout')).toBeVisible()
  }

  async expectThanks(): Promise<void> {
    await this.#page.waitForURL(/\/shop\/thanks/)
    await expect(this.#page.getByRole('heading', { level: 1, name: /^Paid / })).toBeVisible()
  }
}
