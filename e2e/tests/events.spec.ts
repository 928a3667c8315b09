/** What the page around is told: the DOM events of `<florin-checkout>`, and what preventing one does. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Page } from '@playwright/test'
import { contract, type EventName } from '../support/contract.ts'
import { expect, test } from '../support/test.ts'

interface Heard {
  name: EventName
  detail: Record<string, string>
  bubbles: boolean
  composed: boolean
  cancelable: boolean
}

const names = Object.keys(contract) as EventName[]

/** Listens at the document from before the first event; prevents those that are named. */
async function listen(page: Page, ...prevented: string[]): Promise<void> {
  await page.addInitScript(([names, prevented]) => {
    const heard: unknown[] = []
    Object.assign(window, { heard })
    for (const name of names) {
      document.addEventListener(name, (event) => {
        const { detail, bubbles, composed, cancelable } = event as CustomEvent
        heard.push({ name, detail, bubbles, composed, cancelable })
        if (prevented.includes(name.replace('florin-', ''))) event.preventDefault()
      })
    }
  }, [names, prevented] as const)
}

/** What was heard so far, with short names and without the version; every event has kept the contract. */
async function heard(page: Page) {
  const events: Heard[] = await page.evaluate(() => (window as unknown as { heard: [] }).heard)
  for (const { name, detail, bubbles, composed, cancelable } of events) {
    const { fields, prevents } = contract[name]
    const [known, always] = [Object.keys(fields), Object.keys(fields).filter((field) => fields[field] === 'always')]
    expect({ name, bubbles, composed, cancelable }).toEqual({ name, bubbles: true, composed: true, cancelable: prevents })
    expect(Object.keys(detail), name).toEqual(expect.arrayContaining(always))
    expect(known, name).toEqual(expect.arrayContaining(Object.keys(detail)))
    expect(detail.version, name).toBe(1)
  }
  return events.map(({ name, detail: { version: _, ...detail } }) => ({ name: name.replace('florin-', ''), detail }))
}
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
})

test('a page that prevents a redirect is told where it would have led', async ({ merchant, checkout, page }) => {
  await listen(page, 'action')
  const session = await merchant.createSession()
  await page.route('**/transactions', async (route) => {
    const { data, ...envelope } = await (await route.fetch()).json()
    const next_action = { type: 'redirect', url: 'https://bank.example/pay' }
    await route.fulfill({ json: { ...envelope, data: { ...data, next_action } } })
  })
  await checkout.open(session)
  await checkout.choose('GCash')
  await checkout.pay()
  await expect.poll(() => told(page)).toContain('action')
  const [transaction] = await merchant.transactions(session)
  const detail = { sessionId: session.session_id, orderId: transaction!.order_id, method: 'GCASH', type: 'redirect', url: 'https://bank.example/pay' }
  expect((await heard(page)).at(-1)).toEqual({ name: 'action', detail })
  expect(page.url()).toContain('/pay/')
  await merchant.close(session)
})

test('the page of the events has a row for each, with its fields', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/events.md'), 'utf8')
  const row = /^\| `(florin-[a-z-]+)`(, cancelable)? \|([^|]*)\|/gm
  const rows = [...page.matchAll(row)].map(([, name, cancelable, fields]) => [name, { prevents: !!cancelable, fields: fields!.match(/\w+\??/g) ?? [] }])
  const wanted = names.map((name) => {
    const { fields, prevents } = contract[name]
    const own = Object.keys(fields).filter((field) => !['version', 'sessionId'].includes(field))
    return [name, { prevents, fields: own.map((field) => (fields[field] === 'always' ? field : `${field}?`)) }]
  })
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(wanted))
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
