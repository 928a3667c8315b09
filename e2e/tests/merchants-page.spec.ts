/** The checkout in somebody else's page: what it keeps away from it, and what it asks of whom. */
import { expect, test } from '../support/test.ts'

test('the page under the overlay can be neither clicked nor reached', async ({ shop, checkout, wallet, page }) => {
  await shop.open()
  await shop.buySomething('PHP')
  const code = await checkout.payWith('GCash')
  const clicked = await page.evaluate(() => {
    const clicked: string[] = []
    Object.assign(window, { clicked })
    document.addEventListener('click', (event) => clicked.push((event.composedPath()[0] as HTMLElement).id), true)
    return clicked
  })
  expect(clicked).toEqual([])

  const change = page.locator('#change')
  await change.scrollIntoViewIfNeeded()
  const box = (await change.boundingBox())!
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
  await change.evaluate((element: HTMLElement) => element.focus())

  expect(await page.evaluate(() => (window as unknown as { clicked: string[] }).clicked)).not.toContain('change')
  expect(await page.evaluate(() => document.activeElement?.id)).not.toBe('change')
  await expect(checkout.code).toBeVisible()
  await wallet.approve(code)
  await shop.expectThanks()
})

test('a whole purchase asks nobody but the server', async ({ shop, checkout, wallet, page, server }) => {
  const asked = new Set<string>()
  page.on('request', (request) => asked.add(new URL(request.url()).origin))
  await shop.open({ lang: 'zh-Hans', currency: 'PHP' })
  await shop.till.click()
  await expect(checkout.payButton).toBeVisible()
  await checkout.chooseByWord('GCASH')
  await checkout.pay()
  await wallet.approve(await checkout.scan())
  await page.waitForURL(/\/shop\/thanks/)

  expect([...asked].filter((origin) => origin !== 'null')).toEqual([server.url])
})

test('a passcode is copied where a page has no clipboard', async ({ merchant, checkout, wallet, page, context }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }))
  await checkout.open(await merchant.createSession())
  await checkout.choose('Bank transfer')
  await checkout.pay()
  const shown = (await checkout.overlay.locator('.digits').textContent())!.replaceAll(' ', '')
  await checkout.button('Copy').click()
  await expect(checkout.button('Copied')).toBeFocused()

  const bank = await context.newPage()
  await bank.setContent('<label>Code <input></label>')
  await bank.getByLabel('Code').click()
  await bank.keyboard.press('Control+V')
  await expect(bank.getByLabel('Code')).toHaveValue(new RegExp(`^${[...shown].join(' ?')}$`))
  await wallet.approve(await bank.getByLabel('Code').inputValue())
  await page.bringToFront()
  await checkout.expectPaid()
})

test('the hosted page is not framed, stored, or told to others', async ({ merchant, page }) => {
  const session = await merchant.createSession()
  const answer = (await page.goto(session.session_url))!
  const headers = answer.headers()
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
  expect(headers['content-security-policy']).toContain("connect-src 'self'")
  expect(headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
})

test('an order is let go only when it is known not to be paid', async ({ shop, checkout, page }) => {
  await shop.open()
  await shop.buySomething('PHP')
  await checkout.payWith('GCash')
  await checkout.payAnotherWay()
  let asked = 0
  await page.route('**/close', async (route) => {
    asked += 1
    await (asked < 3 ? route.fulfill({ json: { status: 'PROCESSING' } }) : route.continue())
  })

  await page.locator('#change').click()
  await expect.poll(() => asked).toBe(2)
  // Nobody knows yet: the order stands, and nothing else can be ordered.
  await expect(page.locator('florin-checkout')).toBeAttached()
  await expect(page.locator('#change')).toBeDisabled()
  await expect(page.locator('florin-checkout')).not.toBeAttached()
  expect(asked).toBe(3)
  await expect(shop.till).toBeEnabled()
})
