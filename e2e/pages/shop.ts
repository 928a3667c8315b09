/** The demo shop, as a shopper meets it. */
import { expect, type Page } from '@playwright/test'
import type { Server } from '../support/server.ts'

export class ShopPage {
  readonly #page: Page
  readonly #server: Server

  constructor(page: Page, server: Server) {
    this.#page = page
    this.#server = server
  }

  async open(): Promise<void> {
    await this.#page.goto(this.#server.url)
  }

  /** Takes the first tea off the shelf and goes to the till, where the checkout appears. */
  async buySomething(currency: string): Promise<void> {
    await this.#page.getByRole('radio', { name: currency }).check({ force: true })
    await this.#page.locator('#shelf').getByRole('button').first().click()
    await this.#page.getByRole('button', { name: 'Check out' }).click()
    await expect(this.#page.locator('florin-checkout')).toBeVisible()
  }

  async expectThanks(): Promise<void> {
    await this.#page.waitForURL(/\/shop\/thanks/)
    await expect(this.#page.getByRole('heading', { level: 1, name: /thank you/i })).toBeVisible()
  }
}
