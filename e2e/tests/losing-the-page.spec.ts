/** Where checkouts usually go wrong: reloading, clicking twice, being in two places at once, or nowhere. */
import { CheckoutPage } from '../pages/checkout.ts'
import { freeze } from '../support/freeze.ts'
import { expect, test } from '../support/test.ts'

test('a reload goes on with the same code', async ({ merchant, checkout, wallet, page }) => {
  const session = await merchant.createSession()
  await checkout.open(session)
  const code = await checkout.payWith('GCash')

  await page.reload()
  expect(await checkout.scan()).toBe(code)
  await wallet.approve(code)

  await checkout.expectPaid()
  expect(await merchant.transactions(session)).toHaveLength(1)
})

test('a reload of the shop goes on with the same code', async ({ shop, checkout, wallet, page }) => {
  await shop.open()
  await shop.buySomething('PHP')
  const code = await checkout.payWith('GCash')

  await page.reload()
  expect(await checkout.scan()).toBe(code)
  await wallet.approve(code)

  await shop.expectThanks()
})

test('a double click makes one transaction', async ({ merchant, checkout, wallet, faults }) => {
  await faults.add({ fault: 'late', call: 'pay', ms: 1_500 })
  const session = await merchant.createSession()
  await checkout.open(session)

  await checkout.choose('GCash')
  await checkout.payButton.dblclick()
  await checkout.payButton.click({ force: true })
  const code = await checkout.scan()

  expect(await merchant.transactions(session)).toHaveLength(1)
  await wallet.approve(code)
  await checkout.expectPaid()
})

test('a payment in one tab is seen in the other', async ({ merchant, checkout, wallet, context }) => {
  const session = await merchant.createSession()
  const other = new CheckoutPage(await context.newPage())
  await checkout.open(session)
  const code = await checkout.payWith('GCash')
  await other.open(session)
  expect(await other.scan()).toBe(code)

  await wallet.approve(code)

  await other.expectPaid()
  await checkout.page.bringToFront()
  await checkout.expectPaid()
  expect(await merchant.transactions(session)).toHaveLength(1)
})

test('two tabs that choose different methods charge once', async ({ merchant, checkout, wallet, context }) => {
  const session = await merchant.createSession()
  const other = new CheckoutPage(await context.newPage())
  await other.open(session)
  await expect(other.payButton).toBeVisible()
  await checkout.open(session)

  const first = await checkout.payWith('GCash')
  await other.page.bringToFront()
  const second = await other.payWith('Maya')
  // The first code is closed at once, and its tab goes over to the one that counts.
  await checkout.page.bringToFront()
  await expect(checkout.overlay.getByRole('heading', { name: 'Maya' })).toBeVisible()
  expect(await checkout.scan()).toBe(second)
  await expect.poll(() => merchant.outcome(session)).toBe('CANCELLED PROCESSING')
  expect(await wallet.canStillPay(first)).toBe(false)
  await wallet.approve(second)

  await checkout.expectPaid()
  await other.page.bringToFront()
  await other.expectPaid()
  expect(await merchant.outcome(session)).toBe('CANCELLED SUCCESS')
})

test('two tabs that open a payment in the same moment charge once', async ({ merchant, checkout, wallet, context, book }) => {
  const session = await merchant.createSession()
  const other = new CheckoutPage(await context.newPage())
  await Promise.all([checkout.open(session), other.open(session)])
  await checkout.choose('GCash')
  await other.choose('Maya')

  await Promise.all([checkout.pay(), other.pay()])
  await expect(async () => expect(await other.scan()).toBe(await checkout.scan())).toPass()
  await wallet.approve(await checkout.scan())

  await checkout.expectPaid()
  await other.expectPaid()
  expect(await book.held()).toHaveLength(1)
})

test('a tab whose method is closed by another one while it is being opened goes over to that one', async ({ merchant, checkout, wallet, context, faults }) => {
  const session = await merchant.createSession()
  const other = new CheckoutPage(await context.newPage())
  await Promise.all([checkout.open(session), other.open(session)])
  await checkout.choose('GCash')
  await other.choose('Maya')
  // Both calls are under way at once: the first has no code yet when the second takes its place.
  await faults.add({ fault: 'late', call: 'pay', ms: 2_000, when: 'before', times: 2 })
  await checkout.pay()
  await expect.poll(() => merchant.transactions(session)).toHaveLength(1)
  await other.pay()

  const code = await other.scan()
  await expect(checkout.overlay.getByRole('heading', { name: 'Maya' })).toBeVisible()
  expect(await checkout.scan()).toBe(code)
  await wallet.approve(code)
  await checkout.expectPaid()
  await other.expectPaid()
  expect(await merchant.outcome(session)).toBe('CANCELLED SUCCESS')
})

test('a tab that was frozen is told the truth when it is thawed', async ({ merchant, checkout, wallet, browser, page }) => {
  await checkout.open(await merchant.createSession())
  const code = await checkout.payWith('GCash')
  let asked = Date.now()
  const silent = () => Date.now() - asked
  page.on('request', (request) => (asked = request.url().endsWith('/status') ? Date.now() : asked))

  const thaw = await freeze(browser)
  await wallet.approve(code)
  await new Promise((wake) => setTimeout(wake, 5_000))
  expect(silent(), 'an awake tab asks every two seconds').toBeGreaterThan(4_000)
  thaw()

  await checkout.expectPaid()
})

test('a session that runs out while the list stands there says so by itself', async ({ merchant, checkout }) => {
  const session = await merchant.createSession({ expire_time: new Date(Date.now() + 8_000).toISOString() })
  await checkout.open(session)
  await expect(checkout.payButton).toBeVisible()

  await expect(checkout.heading('This payment has ended')).toBeVisible({ timeout: 20_000 })
})

test('a shopper who was offline is told the truth afterwards', async ({ merchant, checkout, wallet, context, page, console }) => {
  console.expect(/ERR_INTERNET_DISCONNECTED/)
  await checkout.open(await merchant.createSession())
  const code = await checkout.payWith('GCash')

  await context.setOffline(true)
  await expect(page.locator('.wait').getByText('You are offline')).toBeVisible()
  await wallet.approve(code)
  await expect(checkout.code).toBeVisible()
  await context.setOffline(false)

  await checkout.expectPaid()
})

test('a server that is killed while the shopper waits loses nothing', async ({ merchant, checkout, wallet, server, console }) => {
  console.expect(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/)
  const session = await merchant.createSession()
  await checkout.open(session)
  const code = await checkout.payWith('GCash')

  await server.kill()
  await expect(checkout.page.locator('.wait')).toContainText('No answer just now')
  await server.run()
  await wallet.approve(code)

  await expect(checkout.heading(/^Paid /)).toBeVisible({ timeout: 20_000 })
  expect(await merchant.transactions(session)).toHaveLength(1)
})
