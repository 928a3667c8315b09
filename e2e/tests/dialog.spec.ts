/** `presentation="dialog"`: the whole checkout in a window of its own, which the page opens and closes. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { MerchantPage } from '../support/merchant-page.ts'
import type { Session } from '../support/merchant.ts'
import { expect, test } from '../support/test.ts'

const shop = (server: string, { session_id, client_token }: Session) => `<!doctype html><html lang="en"><title>Shop</title>
  <script type="module" src="${server}/florin.js"></script><main><h1>Tea</h1>
  <button id="buy" onclick="document.querySelector('florin-checkout').open()">Buy</button>
  <button id="other" onclick="this.textContent += '!'">Other</button><aside></aside>
  <florin-checkout presentation="dialog" session-id="${session_id}" client-token="${client_token}"></florin-checkout></main></html>`

const taken = (page: Page) => page.locator('florin-checkout').evaluate((element) => (element as unknown as { ready: Promise<void> }).ready)
/** Calls `open` or `close`, as the page would. */
const call = (page: Page, name: 'open' | 'close') =>
  page.locator('florin-checkout').evaluate((element, name) => (element as unknown as Record<string, () => void>)[name]!(), name)

/** What each `toggle` found. */
const toggles = (page: Page) =>
  page.evaluateHandle(() => {
    const states: boolean[] = []
    const element = document.querySelector('florin-checkout')!
    element.addEventListener('toggle', () => states.push((element as unknown as { isOpen: boolean }).isOpen))
    return states
  })

test('opened by the keyboard, paid in, closed by Escape: the focus comes back', async ({ server, merchant, checkout, wallet, page }) => {
  const place = await MerchantPage.serve(shop(server.url, await merchant.createSession({ return_url: undefined })))
  await page.goto(place.url)
  const toggled = await toggles(page)
  await taken(page)
  await expect(checkout.payButton).toBeHidden()

  const buy = page.locator('#buy')
  await buy.focus()
  await page.keyboard.press('Enter')
  const around = page.getByRole('dialog', { name: 'How would you like to pay?' })
  await expect(around).toBeVisible()
  await expect(around).toBeFocused()
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze()
  expect(violations).toEqual([])
  await page.keyboard.press('Escape')
  await expect(around).toBeHidden()
  await expect(buy).toBeFocused()

  // The code takes the list's place; Escape there is the safe cancel, and the window stays.
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(checkout.code).toBeVisible()
  await expect(checkout.overlay).toHaveCount(1)
  await page.keyboard.press('Escape')
  await expect(checkout.code).toBeHidden()
  await expect(checkout.payButton).toHaveAttribute('aria-disabled', 'false')
  await expect(around).toBeVisible()
  await expect(page.locator('form :focus')).toHaveCount(1)

  await wallet.approve(await checkout.payWith('GCash'))
  await checkout.expectPaid()
  await page.keyboard.press('Escape')
  await checkout.expectPaid()
  await checkout.button('Close').click()
  await expect(around).toBeHidden()
  await expect(buy).toBeFocused()
  await expect.poll(() => toggled.jsonValue()).toEqual([true, false, true, false])
  place.close()
})

test('closed by the browser itself it says so, and gives the focus back to whoever opened it last', async ({ server, merchant, checkout, page }) => {
  const place = await MerchantPage.serve(shop(server.url, await merchant.createSession()))
  await page.goto(place.url)
  const toggled = await toggles(page)
  await taken(page)
  await page.locator('#other').focus()
  await call(page, 'open')
  await expect(checkout.payButton).toBeVisible()
  // As it does at an Escape that follows no touch of the page, without asking.
  await page.locator('florin-checkout').evaluate((element) => element.shadowRoot!.querySelector('dialog')!.close())
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.locator('#other')).toBeFocused()
  await expect.poll(() => toggled.jsonValue()).toEqual([true, false])

  await page.locator('#buy').click()
  await expect(checkout.payButton).toBeVisible()
  await checkout.button('Close').click()
  await expect(page.locator('#buy')).toBeFocused()
  await expect.poll(() => toggled.jsonValue()).toEqual([true, false, true, false])
  place.close()
})

test('closed in the middle of a payment it ends nothing, and opened again it shows how far that is', async ({ server, merchant, checkout, wallet, page }) => {
  const session = await merchant.createSession({ return_url: undefined })
  const place = await MerchantPage.serve(shop(server.url, session))
  await page.goto(place.url)
  await page.locator('#buy').click()
  const code = await checkout.payWith('GCash')

  // Shut and opened in one go, too: the program hears of neither.
  await call(page, 'close')
  await call(page, 'open')
  await call(page, 'close')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.locator('#other').click()
  await expect(page.locator('#other')).toHaveText('Other!')
  await page.locator('#buy').click()
  expect(await checkout.scan()).toBe(code)
  await call(page, 'close')

  // A page that is loaded anew shows nothing either, until it is asked to.
  await page.reload()
  await taken(page)
  await page.waitForTimeout(500)
  await page.locator('#other').click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.locator('#buy').click()
  expect(await checkout.scan()).toBe(code)
  expect(await merchant.outcome(session)).not.toContain('CANCELLED')

  // What happens while it is shut is told.
  await call(page, 'close')
  const success = page.evaluate(() => new Promise((done) => document.addEventListener('florin-success', () => done('told'))))
  await wallet.approve(code)
  expect(await success).toBe('told')
  await call(page, 'open')
  await checkout.expectPaid()
  place.close()
})

test('moved while open it stays over the page, and removed it leaves nothing behind', async ({ server, merchant, checkout, page }) => {
  const session = await merchant.createSession()
  const place = await MerchantPage.serve(shop(server.url, session))
  await page.goto(place.url)
  await page.locator('#buy').click()
  await expect(checkout.payButton).toBeVisible()
  await page.evaluate(() => document.querySelector('aside')!.append(document.querySelector('florin-checkout')!))
  await expect(checkout.payButton).toBeVisible()
  await page.locator('#other').evaluate((element: HTMLElement) => element.focus())
  await expect(page.locator('#other')).not.toBeFocused()

  // Another session is shown in the same window.
  const next = await merchant.createSession({ amount: '120000' })
  await page.evaluate((next) => {
    Object.assign(document.querySelector('florin-checkout')!, { sessionId: next.session_id, clientToken: next.client_token })
  }, next)
  await expect(page.locator('florin-checkout .sum')).toContainText('1,200')
  await expect(checkout.payButton).toBeVisible()

  await page.evaluate(() => document.querySelector('florin-checkout')!.remove())
  await page.locator('#other').click()
  await expect(page.locator('#other')).toHaveText('Other!')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  place.close()
})
