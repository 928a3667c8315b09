/** What the page around is told: the DOM events of `<florin-checkout>`, and what preventing one does. */
import type { Page } from '@playwright/test'
import { expect, test } from '../support/test.ts'

interface Heard {
  name: string
  detail: Record<string, string>
  bubbles: boolean
  composed: boolean
  cancelable: boolean
}

const names = ['ready', 'method-change', 'action', 'fail', 'cancel', 'success', 'expire', 'close', 'error']

/** Listens at the document from before the first event; prevents those that are named. */
async function listen(page: Page, ...prevented: string[]): Promise<void> {
  await page.addInitScript(([names, prevented]) => {
    const heard: unknown[] = []
    Object.assign(window, { heard })
    for (const name of names) {
      document.addEventListener(`florin-${name}`, (event) => {
        const { detail, bubbles, composed, cancelable } = event as CustomEvent
        heard.push({ name, detail, bubbles, composed, cancelable })
        if (prevented.includes(name)) event.preventDefault()
      })
    }
  }, [names, prevented] as const)
}

const heard = (page: Page): Promise<Heard[]> => page.evaluate(() => (window as unknown as { heard: Heard[] }).heard)
const told = async (page: Page) => (await heard(page)).map(({ name }) => name)

test('a payment is told event by event, and its success once', async ({ merchant, checkout, wallet, page }) => {
  await page.route('**/shop/thanks*', (route) => route.fulfill({ status: 204 }))
  await listen(page)
  const session = await merchant.createSession()
  await checkout.open(session)
  await checkout.payWith('Maya')
  await checkout.payAnotherWay()
  await wallet.decline(await checkout.payWith('GCash'))
  await checkout.expectDeclined('GCash')
  await checkout.chooseAnotherWay()
  await wallet.approve(await checkout.payWith('Maya'))
  await checkout.expectPaid()
  await page.waitForTimeout(4_000)

  const transactions = await merchant.transactions(session)
  const orderOf = (status: string) => transactions.find((transaction) => transaction.status === status)!.order_id
  const [cancelled, failed, paid] = [orderOf('CANCELLED'), orderOf('FAIL'), orderOf('SUCCESS')]
  const sessionId = session.session_id
  const events = await heard(page)
  expect(events.map(({ name, detail }) => [name, detail])).toEqual([
    ['ready', { sessionId }],
    ['method-change', { sessionId, method: 'MAYA' }],
    ['action', { sessionId, orderId: cancelled, method: 'MAYA', type: 'show_code' }],
    ['cancel', { sessionId, orderId: cancelled, method: 'MAYA' }],
    ['method-change', { sessionId, method: 'GCASH' }],
    ['action', { sessionId, orderId: failed, method: 'GCASH', type: 'show_code' }],
    ['fail', { sessionId, orderId: failed, method: 'GCASH', reason: 'DECLINED' }],
    ['method-change', { sessionId, method: 'MAYA' }],
    ['action', { sessionId, orderId: paid, method: 'MAYA', type: 'show_code' }],
    ['success', { sessionId, orderId: paid }],
  ])
  for (const { name, bubbles, composed, cancelable } of events) {
    expect({ bubbles, composed, cancelable }, name).toEqual({ bubbles: true, composed: true, cancelable: /action|success/.test(name) })
  }
})

test('a page that prevents the success keeps its shopper', async ({ merchant, checkout, wallet, page }) => {
  await listen(page, 'success')
  await checkout.open(await merchant.createSession())
  await wallet.approve(await checkout.payWith('GCash'))
  await checkout.expectPaid()
  await expect(checkout.button('Back to Northwind Tea')).toBeVisible()
  await page.waitForTimeout(4_000)

  expect(page.url()).toContain('/pay/')
  expect(await told(page)).toContain('success')
})

test('the end of a session is told once', async ({ merchant, checkout, page }) => {
  await listen(page)
  await checkout.open(await merchant.createSession({ expire_time: new Date(Date.now() + 6_000).toISOString() }))
  await expect(checkout.heading('This payment has ended')).toBeVisible({ timeout: 20_000 })
  await page.waitForTimeout(1_000)
  expect(await told(page)).toEqual(['ready', 'expire'])
})

test('a session that the merchant closes is told once', async ({ merchant, checkout, page }) => {
  await listen(page)
  const session = await merchant.createSession()
  await checkout.open(session)
  await checkout.payWith('GCash')
  await merchant.close(session)
  await expect(checkout.heading('This payment has ended')).toBeVisible({ timeout: 20_000 })
  await page.waitForTimeout(1_000)
  expect((await told(page)).filter((name) => /close|expire|success/.test(name))).toEqual(['close'])
})

test('a token that opens nothing is an error, told with its code', async ({ merchant, checkout, page, console }) => {
  console.expect(/401 \(Unauthorized\)/)
  await listen(page)
  const session = await merchant.createSession()
  await checkout.open(session)
  await expect(checkout.payButton).toBeVisible()
  await page.evaluate(() => document.querySelector('florin-checkout')?.setAttribute('client-token', 'ct_of_nobody'))
  await expect(checkout.heading('The checkout cannot be shown here')).toBeVisible()

  const { name, detail } = (await heard(page)).at(-1)!
  expect([name, detail.code, detail.sessionId]).toEqual(['error', 'WRONG_KEY', session.session_id])
})

test('a checkout that is shown again brings a new promise', async ({ merchant, checkout, page, console }) => {
  console.expect(/401 \(Unauthorized\)/)
  const [first, second] = [await merchant.createSession(), await merchant.createSession()]
  await checkout.open(first)
  await expect(checkout.payButton).toBeVisible()
  const ends = await page.evaluate(async ({ session_id, client_token }) => {
    const element = document.querySelector('florin-checkout') as HTMLElement & { clientToken: string; ready: Promise<void> }
    const end = (ready: Promise<void>) => ready.then(() => 'ready', () => 'not shown')
    const place = element.parentElement!
    element.remove()
    await new Promise((done) => setTimeout(done))
    element.clientToken = 'ct_of_nobody'
    place.append(element)
    const ends = [await end(element.ready)]
    element.remove()
    await new Promise((done) => setTimeout(done))
    Object.assign(element, { sessionId: session_id, clientToken: client_token })
    place.append(element)
    ends.push(await end(element.ready))
    return ends
  }, second)
  expect(ends).toEqual(['not shown', 'ready'])
})
