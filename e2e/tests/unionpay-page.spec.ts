/** UnionPay's own page, which only a form opens: from a phone's checkout there and back, and from the one code in QuickPass. */
import type { Page } from '@playwright/test'
import { check, CheckoutPage } from '../pages/checkout.ts'
import { complaints } from '../support/axe.ts'
import { iphone } from '../support/scenes.ts'
import { expect, test } from '../support/test.ts'

const yuan = { currency: 'CNY', amount: '8888' }
const quickpass =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 16_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 (com.unionpay.chsp) (UnionPay/1.0 CloudPay)'

/** The shopper is at UnionPay, and does this there. */
async function at(page: Page, button: 'Pay' | 'Decline' | 'Back to the merchant'): Promise<void> {
  await page.waitForURL('**/gateway/cashier?code=*')
  await page.getByRole('button', { name: button, exact: true }).click()
}

test.describe('on a phone', () => {
  test.use({ ...iphone, viewport: { width: 375, height: 740 } })

  test.beforeEach(async ({ merchant, checkout }) => {
    await checkout.open(await merchant.createSession(yuan))
    await checkout.chooseByWord('UNIONPAY')
    await checkout.pay()
  })

  test('the form goes by itself, and whoever has paid comes back to “paid”', async ({ checkout, page }) => {
    await at(page, 'Pay')
    await at(page, 'Back to the merchant')
    await page.waitForURL('**/pay/**')
    await checkout.expectPaid()
  })

  test('whoever leaves there can go on, or back by the browser’s own button', async ({ page }) => {
    await page.waitForURL('**/gateway/cashier?code=*')
    const there = page.url()
    await at(page, 'Back to the merchant')
    await page.waitForURL('**/pay/**')
    const checkout = new CheckoutPage(page)
    await checkout.overlay.getByRole('link', { name: 'Continue to UnionPay' }).click()
    await page.waitForURL(there)
    await page.goBack()
    await expect(page).toHaveURL(/\/(pay|to)\//)
  })

  test('it passes axe, stays where it is when reloaded, and says so once it is over', async ({ checkout, page, wallet, console }) => {
    console.expect(/status of 410/)
    await page.waitForURL('**/gateway/cashier?code=*')
    const cashier = page.url()
    await at(page, 'Back to the merchant')
    await page.waitForURL('**/pay/**')
    const link = checkout.overlay.getByRole('link', { name: 'Continue to UnionPay' })
    const ours = (await link.getAttribute('href'))!
    // Nobody takes the form: the page is what stays.
    await page.route('**/frontTransReq.do', (route) => route.fulfill({ status: 204 }))
    await page.goto(ours, { waitUntil: 'commit' })
    const go = page.getByRole('button', { name: 'Continue to UnionPay' })
    await expect(go).toBeVisible()
    expect(await complaints(page)).toEqual([])
    let sent = 0
    page.on('request', (request) => (sent += request.url().endsWith('frontTransReq.do') ? 1 : 0))
    await page.reload()
    await expect(go).toBeVisible()
    expect(sent, 'a reload sends nothing').toBe(0)
    await page.unroute('**/frontTransReq.do')
    await go.click()
    await page.waitForURL(cashier)
    await wallet.approve(cashier)
    await page.goto(`${ours}/back`)
    await checkout.expectPaid()
    await page.goto(ours)
    await expect(page.getByRole('heading', { name: 'This page cannot be used any more' })).toBeVisible()
    await page.getByRole('link', { name: 'Continue on the payment page' }).click()
    await checkout.expectPaid()
  })
})

test('without JavaScript the button is the way', async ({ merchant, browser }) => {
  const context = await browser.newContext({ ...iphone, javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto((await merchant.createSession(yuan)).session_url)
  await check(page.locator('input[value=UNIONPAY]'))
  await page.locator('button.pay').click()
  await page.getByRole('link', { name: 'Continue to UnionPay' }).click()
  await page.getByRole('button', { name: 'Continue to UnionPay' }).click()
  await at(page, 'Pay')
  await at(page, 'Back to the merchant')
  await expect(page.getByRole('heading', { name: /^Paid / })).toBeVisible()
  await context.close()
})

test('QuickPass scans the one code, and the computer says that it is paid', async ({ merchant, checkout, browser }) => {
  await checkout.open(await merchant.createSession(yuan))
  await checkout.chooseByWord('ONE_CODE')
  await checkout.pay()
  const context = await browser.newContext({ userAgent: quickpass, isMobile: true, hasTouch: true, viewport: { width: 375, height: 740 } })
  const page = await context.newPage()
  await page.goto(await checkout.scan())
  await expect(checkout.overlay.getByText('Opened in UnionPay. Pay there, and we will show it here.')).toBeVisible()
  await at(page, 'Pay')
  await checkout.expectPaid()
  await at(page, 'Back to the merchant')
  await new CheckoutPage(page).expectPaid()
  await context.close()
})
