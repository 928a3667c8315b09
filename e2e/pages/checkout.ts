/** The checkout, in a merchant's page or on the hosted one: what a shopper can see and do there. */
import { expect, type Locator, type Page } from '@playwright/test'
import { readCode } from '../support/qr.ts'

export class CheckoutPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async open(session: { session_url: string }): Promise<void> {
    await this.page.goto(session.session_url)
  }

  /** Until the program has taken the list over. */
  async ready(): Promise<void> {
    await this.page.locator('florin-checkout').evaluate(async (element) => {
      await customElements.whenDefined('florin-checkout')
      await (element as unknown as { ready: Promise<void> }).ready
    })
  }

  get overlay(): Locator {
    return this.page.getByRole('dialog')
  }

  /** The picture with the code in it. */
  get code(): Locator {
    return this.overlay.locator('svg.code')
  }

  get payButton(): Locator {
    return this.page.locator('form button.pay')
  }

  method(name: string): Locator {
    return this.page.getByRole('radio', { name })
  }

  heading(name: string | RegExp): Locator {
    return this.page.getByRole('heading', { name })
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name })
  }

  async choose(method: string): Promise<void> {
    await check(this.method(method))
  }

  /** By the method's name on the wire, which is the same in every language. */
  async chooseByWord(word: string): Promise<void> {
    await check(this.page.locator(`input[type=radio][value=${word}]`))
  }

  async pay(): Promise<void> {
    await this.payButton.click()
  }

  /** Chooses, confirms, and reads the code that appears. */
  async payWith(method: string): Promise<string> {
    await this.choose(method)
    await this.pay()
    return this.scan()
  }

  /** The text of the code on the screen, read from a picture of it. */
  async scan(): Promise<string> {
    await expect(this.code).toBeVisible()
    return readCode(await this.overlay.screenshot({ animations: 'disabled' }))
  }

  async payAnotherWay(): Promise<void> {
    await this.overlay.getByRole('button', { name: 'Pay another way' }).click()
    await this.expectList()
  }

  async chooseAnotherWay(): Promise<void> {
    await this.overlay.getByRole('button', { name: 'Choose another way' }).click()
    await this.expectList()
  }

  async expectList(): Promise<void> {
    await expect(this.overlay).toBeHidden()
    await expect(this.payButton).toHaveAttribute('aria-disabled', 'false')
  }

  async expectDeclined(method: string): Promise<void> {
    await expect(this.heading(`${method} declined`)).toBeVisible()
  }

  async expectRunOut(): Promise<void> {
    await expect(this.heading('This code has run out')).toBeVisible({ timeout: 20_000 })
  }

  async expectPaid(): Promise<void> {
    await expect(this.heading(/^Paid /)).toBeVisible()
  }
}

/**
 * As a finger does it: on the row, which is the label around the radio, once it stands still and nothing lies over it. The list is exchanged
 * once, when the program takes it over: a row that is gone in that moment is looked for again.
 */
export async function check(radio: Locator): Promise<void> {
  const row = radio.locator('xpath=ancestor::label')
  await expect(async () => {
    await row.click({ timeout: 2_000 })
    await expect(radio).toBeChecked({ timeout: 500 })
  }).toPass()
}
