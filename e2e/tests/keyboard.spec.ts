/** A whole purchase without a pointer. */
import type { Locator, Page } from '@playwright/test'
import { expect, test } from '../support/test.ts'

test('everything can be done with the keyboard', async ({ shop, checkout, wallet, context, page }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await shop.open({ currency: 'HKD' })

  await tabTo(page, shop.currency('HKD'))
  await page.keyboard.press('ArrowRight')
  await expect(shop.currency('PHP')).toBeChecked()
  await tabTo(page, shop.till)
  await page.keyboard.press('Enter')

  await expect(checkout.payButton).toBeVisible()
  await tabTo(page, checkout.method('Alipay+'))
  await page.keyboard.press('ArrowDown')
  await expect(checkout.method('GCash')).toBeChecked()
  await page.keyboard.press('Enter')
  await checkout.scan()

  // Escape is the way back, and the focus returns into the list.
  await page.keyboard.press('Escape')
  await checkout.expectList()
  await expect(page.locator('form :focus')).toHaveCount(1)
  await tabTo(page, checkout.method('GCash'), 'Shift+Tab')
  for (const _ of ['Maya', 'ShopeePay', 'GrabPay', 'QR Ph', 'Bank transfer']) await page.keyboard.press('ArrowDown')
  await expect(checkout.method('Bank transfer')).toBeChecked()
  await tabTo(page, checkout.payButton)
  await page.keyboard.press('Enter')

  await tabTo(page, checkout.button('Copy'))
  await page.keyboard.press('Enter')
  await expect(checkout.button('Copied')).toBeFocused()
  await wallet.approve(await page.evaluate(() => navigator.clipboard.readText()))

  await checkout.expectPaid()
  await expect(checkout.heading(/^Paid /)).toBeFocused()
  await tabTo(page, checkout.button('Go now'))
  await page.keyboard.press('Enter')
  await shop.expectThanks()
})

test('the focus stays in the overlay, and the words of a change are spoken', async ({ merchant, checkout, wallet, page }) => {
  await checkout.open(await merchant.createSession())
  const code = await checkout.payWith('GCash')

  for (let press = 0; press < 8; press += 1) {
    await page.keyboard.press('Tab')
    const outside = await page.evaluate(() => {
      const inside = document.querySelector('florin-checkout')?.shadowRoot?.activeElement
      return document.activeElement !== document.body && !inside?.closest('dialog')
    })
    expect(outside, 'the focus has left the overlay').toBe(false)
  }
  await expect(page.getByRole('status')).toHaveText('Waiting for your payment')
  await wallet.approve(code)
  await expect(page.getByRole('status')).toHaveText(/^Paid /)
})

/** Presses Tab until `target` has the focus. */
async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  await expect(target).toBeVisible()
  for (let press = 0; press < 40; press += 1) {
    if (await target.evaluate((element) => element.matches(':focus'))) return
    await page.keyboard.press(key)
  }
  await expect(target).toBeFocused()
}
