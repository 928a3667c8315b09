/** A fixed receipt code: the shopper scans it, enters the amount, and pays (M3). */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from '../support/test.ts'

interface Code {
  url: string
}

const stall = { currency: 'PHP', label: 'Tea at the stall', min_amount: '1000', max_amount: '500000' }

/** Nothing sticks out of the card, nor the card out of the page. */
async function fits(page: Page): Promise<void> {
  const card = (await page.locator('form').boundingBox())!
  expect(card.x).toBeGreaterThanOrEqual(0)
  expect(card.x + card.width).toBeLessThanOrEqual(page.viewportSize()!.width)
  for (const part of await page.locator('form > :not([type=hidden])').all()) {
    const box = (await part.boundingBox())!
    expect(box.x).toBeGreaterThan(card.x)
    expect(box.x + box.width).toBeLessThan(card.x + card.width)
  }
}

test('a shopper enters an amount, is corrected, and pays', async ({ merchant, page, checkout, wallet, console }, info) => {
  console.expect(/422 \(Unprocessable Entity\)/)
  const code = await merchant.post<Code>('/v1/codes', stall)
  await page.goto(code.url)
  const amount = page.getByLabel('Enter the amount')
  await expect(amount).toBeFocused()
  await expect(page.getByText('From ₱10.00 to ₱5,000.00')).toBeVisible()
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  await fits(page)
  await info.attach('form', { body: await page.screenshot(), contentType: 'image/png' })

  const answered = page.waitForResponse((response) => response.request().method() === 'POST')
  await amount.fill('9')
  await amount.press('Enter')
  expect((await answered).status()).toBe(422)
  await expect(page.getByRole('alert')).toHaveText('This amount cannot be paid here.')
  await expect(page.getByText('From ₱10.00 to ₱5,000.00'), 'what can be paid is said once').toHaveCount(1)
  await expect(amount).toHaveValue('9')
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])

  await amount.fill('250,00')
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page).toHaveURL(/\/pay\/CS/)
  await expect(checkout.payButton).toContainText('250.00')
  await wallet.approve(await checkout.payWith('GCash'))
  await checkout.expectPaid()
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false, viewport: { width: 320, height: 640 } })

  test('the form works and leads to the payment page', async ({ merchant, page }, info) => {
    const code = await merchant.post<Code>('/v1/codes', stall)
    await page.goto(code.url)
    await fits(page)
    await info.attach('narrow', { body: await page.screenshot(), contentType: 'image/png' })
    await page.getByLabel('Enter the amount').fill('250')
    await page.getByRole('button', { name: 'Continue' }).click()
    await expect(page).toHaveURL(/\/pay\/CS/)
    await expect(page).toHaveTitle('Northwind Tea')
  })
})
