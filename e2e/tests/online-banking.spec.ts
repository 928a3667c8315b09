/** Online banking: a bank is picked on a page of ours, and UnionPay leads to its own page and back. */
import type { Page } from '@playwright/test'
import { check } from '../pages/checkout.ts'
import { complaints } from '../support/axe.ts'
import { expect, test } from '../support/test.ts'

const yuan = { currency: 'CNY', amount: '8888' }
const cashier = '**/gateway/cashier?code=*'

/** The shopper is at the bank, and does this there. */
async function at(page: Page, button: 'Pay' | 'Decline' | 'Back to the merchant'): Promise<void> {
  await page.waitForURL(cashier)
  await page.getByRole('button', { name: button, exact: true }).click()
}

test.describe('at a computer', () => {
  test.beforeEach(async ({ merchant, checkout, page }) => {
    await checkout.open(await merchant.createSession(yuan))
    await checkout.chooseByWord('ONLINE_BANKING')
    await checkout.pay()
    await page.waitForURL('**/to/**')
  })

  test('one press on a bank, its page, and back to “paid”', async ({ checkout, page }) => {
    await page.getByRole('button', { name: 'China Merchants Bank' }).click()
    await page.waitForURL(cashier)
    await expect(page.getByText('China Merchants Bank')).toBeVisible()
    await at(page, 'Pay')
    await at(page, 'Back to the merchant')
    await page.waitForURL('**/pay/**')
    await checkout.expectPaid()
  })

  test('the list passes axe, fits a narrow window, and needs no mouse', async ({ page }, info) => {
    const list = page.getByRole('list', { name: 'Choose your bank' })
    await expect(list.getByRole('button')).toHaveCount(15)
    expect(await complaints(page)).toEqual([])
    for (const [width, file] of [[1280, 'banks-desktop.png'], [375, 'banks-375.png'], [320, '']] as const) {
      await page.setViewportSize({ width, height: 740 })
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), `${width}: sideways`).toBeLessThanOrEqual(0)
      const heights = await list.getByRole('button').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height))
      expect(Math.min(...heights)).toBeGreaterThanOrEqual(44)
      if (!file) continue
      await page.screenshot({ path: `shots/${file}`, fullPage: true, animations: 'disabled' })
      const picture = { state: 'banks', language: 'en', theme: 'light', width: width === 375 ? '375' : 'desktop', file }
      info.annotations.push({ type: 'picture', description: JSON.stringify(picture) })
    }
    await list.getByRole('button', { name: 'China Construction Bank' }).focus()
    await page.keyboard.press('Tab')
    await expect(list.getByRole('button', { name: 'Agricultural Bank of China' })).toBeFocused()
    await page.keyboard.press('Enter')
    await page.waitForURL(cashier)
    await expect(page.getByText('Agricultural Bank of China')).toBeVisible()
  })

  test('whoever is at the wrong bank goes back and picks another', async ({ checkout, page }) => {
    await page.getByRole('button', { name: 'ICBC' }).click()
    await at(page, 'Back to the merchant')
    await page.waitForURL('**/pay/**')
    // Nobody takes the form: our page with it is what stays.
    await page.route('**/frontTransReq.do', (route) => route.fulfill({ status: 204 }))
    const link = checkout.overlay.getByRole('link', { name: 'Continue to Online banking' })
    await page.goto((await link.getAttribute('href'))!, { waitUntil: 'commit' })
    await expect(page.getByRole('button', { name: 'Continue to ICBC' })).toBeVisible()
    expect(await complaints(page)).toEqual([])
    await page.unroute('**/frontTransReq.do')
    await page.getByRole('link', { name: 'Choose another bank' }).click()
    await page.getByRole('button', { name: 'Bank of Beijing' }).click()
    await page.waitForURL(cashier)
    await expect(page.getByText('Bank of Beijing')).toBeVisible()
    await at(page, 'Pay')
    await at(page, 'Back to the merchant')
    await checkout.expectPaid()
  })
})

test('without JavaScript each step is a press', async ({ merchant, browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 375, height: 740 } })
  const page = await context.newPage()
  await page.goto((await merchant.createSession(yuan)).session_url)
  await check(page.locator('input[value=ONLINE_BANKING]'))
  await page.locator('button.pay').click()
  await page.getByRole('link', { name: 'Continue to Online banking' }).click()
  await page.getByRole('button', { name: 'Another bank' }).click()
  await page.getByRole('button', { name: 'Continue to UnionPay' }).click()
  await page.getByLabel('Bank').selectOption({ label: 'Bank of Shanghai' })
  await at(page, 'Pay')
  await at(page, 'Back to the merchant')
  await expect(page.getByRole('heading', { name: /^Paid / })).toBeVisible()
  await context.close()
})
