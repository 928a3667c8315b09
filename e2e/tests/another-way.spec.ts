/** Changing one's mind, and being refused: there is always a way on, and never a second charge. */
import type { Page, Request } from '@playwright/test'
import { expect, test } from '../support/test.ts'

test('a shopper cancels, chooses again and pays', async ({ merchant, checkout, wallet }) => {
  const session = await merchant.createSession()
  await checkout.open(session)

  const first = await checkout.payWith('GCash')
  await checkout.payAnotherWay()
  const second = await checkout.payWith('Maya')
  expect(second).not.toBe(first)
  expect(await wallet.canStillPay(first)).toBe(false)
  await wallet.approve(second)

  await checkout.expectPaid()
  expect(await merchant.outcome(session)).toBe('CANCELLED SUCCESS')
})

test('a shopper who is declined is told so, and can choose another way', async ({ merchant, checkout, wallet }) => {
  const session = await merchant.createSession()
  await checkout.open(session)

  await wallet.decline(await checkout.payWith('GCash'))
  await checkout.expectDeclined('GCash')
  await checkout.chooseAnotherWay()
  await wallet.approve(await checkout.payWith('Maya'))

  await checkout.expectPaid()
  expect(await merchant.outcome(session)).toBe('FAIL SUCCESS')
})

test('a shopper who is declined can try the same method again', async ({ merchant, checkout, wallet }) => {
  await checkout.open(await merchant.createSession())

  const first = await checkout.payWith('GCash')
  await wallet.decline(first)
  await checkout.button('Try GCash again').click()
  const second = await checkout.scan()
  expect(second).not.toBe(first)
  await wallet.approve(second)

  await checkout.expectPaid()
})

test('a payment that arrives while the code is being closed is shown and kept', async ({ merchant, checkout, wallet, faults }) => {
  await faults.add({ fault: 'late', call: 'cancel', when: 'before', ms: 3_000 })
  const session = await merchant.createSession()
  await checkout.open(session)

  const code = await checkout.payWith('GCash')
  await checkout.button('Pay another way').click()
  await expect(checkout.heading('Making sure nothing was paid')).toBeVisible()
  await wallet.approve(code)

  await expect.poll(() => merchant.transactions(session)).toHaveLength(1)
  // Either the payment was kept, or the channel's cancel has given it back: never both, never neither.
  // (The list has an empty note, and stands for a moment behind the result.)
  const givenBack = checkout.page.locator('.note', { hasText: 'on its way back' })
  await expect(checkout.heading(/^Paid /).or(givenBack)).toBeVisible({ timeout: 15_000 })
})

test('a method that takes long to open can be left, and what comes of it is closed', async ({ merchant, checkout, wallet, page }) => {
  const session = await merchant.createSession()
  let answer = () => {}
  const left = new Promise<void>((resolve) => (answer = resolve))
  await page.route('**/transactions', async (route) => {
    const response = await route.fetch()
    await left
    await route.fulfill({ response })
  }, { times: 1 })
  await checkout.open(session)
  await checkout.choose('GCash')
  await checkout.pay()

  await expect(page.locator('.note')).toHaveText('No answer just now. We keep looking', { timeout: 15_000 })
  await checkout.button('Pay another way').click()
  await checkout.expectList()
  answer()
  await expect.poll(async () => (await merchant.transactions(session))[0]?.status).toBe('CANCELLED')

  await wallet.approve(await checkout.payWith('Maya'))
  await checkout.expectPaid()
})

test('a second payment is given back, and the page says so', async ({ merchant, checkout, wallet, faults, book }) => {
  const session = await merchant.createSession()
  await checkout.open(session)
  const first = await checkout.payWith('GCash')
  await checkout.payAnotherWay()
  await wallet.approve(await checkout.payWith('Maya'))
  await checkout.expectPaid()

  await faults.add({ fault: 'paid_after_cancel' })
  await wallet.approve(first)
  await expect.poll(async () => (await book.held()).length).toBe(1)

  await expect(async () => {
    await checkout.open(session)
    await expect(checkout.page.locator('.note', { hasText: 'A second payment by GCash arrived as well. It is on its way back to you, in full.' })).toBeVisible()
  }).toPass()
  await checkout.expectPaid()
})

test('a payment that the cancel gives back is told, and then the page asks no more', async ({ merchant, checkout, faults, page }) => {
  await faults.add({ fault: 'cancel_returns_money' })
  // The notice of it comes when the shopper is back at the list.
  await faults.add({ fault: 'late', call: 'notification', when: 'before', ms: 4_000 })
  await checkout.open(await merchant.createSession())
  await checkout.payWith('GCash')
  await checkout.payAnotherWay()

  await expect(page.locator('.note')).toHaveText('A payment by GCash arrived and is on its way back to you, in full.')
  expect(await questions(page, 5_000)).toBe(0)
})

test('the page asks for a while after a close, and then no more', async ({ merchant, checkout, page }) => {
  await checkout.open(await merchant.createSession())
  await checkout.payWith('GCash')
  await checkout.payAnotherWay()

  expect(await questions(page, 12_000)).toBeGreaterThan(2)
  expect(await questions(page, 5_000)).toBe(0)
  await expect(page.locator('.note')).toBeHidden()
})

test('a method that cannot be had says why', async ({ merchant, checkout, page }) => {
  const cases: [Record<string, unknown>, string, string | RegExp][] = [
    [{ appearance: { methods: ['GCASH', 'ZALOPAY'] } }, 'ZaloPay', 'Only for payments in VND'],
    [{ customer: { country: 'MY' } }, 'GCash', 'Not offered in your country'],
    [{ currency: 'IDR', amount: '50' }, 'Alipay+', /For payments of IDR\s1\.00 or more/],
    [{ currency: 'IDR', amount: '150' }, 'Alipay+', /Only for multiples of IDR\s1\.00/],
    [{ amount: '99999999900' }, 'GCash', 'For payments up to ₱560,000.00'],
    [{ expire_time: new Date(Date.now() + 40_000).toISOString() }, 'GCash', 'Not enough time is left'],
  ]
  for (const [wishes, method, why] of cases) {
    await checkout.open(await merchant.createSession(wishes))
    await expect(page.locator('label.off', { hasText: method })).toContainText(why)
    await expect(checkout.method(method)).toBeDisabled()
  }
})

test.describe('codes that live for ten seconds', () => {
  test.use({ settings: { FLORIN_CODE_SECONDS: '10' } })

  test('a code that runs out is replaced by a new one of a new transaction', async ({ merchant, checkout, wallet }) => {
    const session = await merchant.createSession()
    await checkout.open(session)
    const first = await checkout.payWith('GCash')
    await checkout.expectRunOut()
    // The page's clock and the channel's are two; to try the code is to pay it, while it lives.
    await expect.poll(() => merchant.outcome(session), { timeout: 20_000 }).not.toBe('PROCESSING')
    expect(await wallet.canStillPay(first)).toBe(false)

    await checkout.button('New code').click()
    await expect(checkout.button('I have paid')).toBeVisible()
    const second = await checkout.scan()
    expect(second).not.toBe(first)
    await wallet.approve(second)

    await checkout.expectPaid()
    const orders = (await merchant.transactions(session)).map(({ order_id }) => order_id)
    expect(new Set(orders).size).toBe(2)
  })
})

/** How often the page asks for the status in so many milliseconds. */
async function questions(page: Page, milliseconds: number): Promise<number> {
  let asked = 0
  const count = (request: Request) => (asked += Number(request.url().endsWith('/status')))
  page.on('request', count)
  await new Promise((wake) => setTimeout(wake, milliseconds))
  page.off('request', count)
  return asked
}
