/** Pages that put the checkout in, move it, take it out and bring it back: nothing is left behind, and nothing runs twice. */
import { chromium, type CDPSession, type Page } from '@playwright/test'
import { check, CheckoutPage } from '../pages/checkout.ts'
import { browser } from '../support/browser.ts'
import { MerchantPage } from '../support/merchant-page.ts'
import type { Session } from '../support/merchant.ts'
import { gaps, Polls } from '../support/polls.ts'
import { expect, test } from '../support/test.ts'

const element = ({ session_id, client_token }: Session) => `<florin-checkout session-id="${session_id}" client-token="${client_token}"></florin-checkout>`
const shop = (server: string, ...sessions: Session[]) => `<!doctype html><html lang="en"><title>Shop</title>
  <script type="module" src="${server}/florin.js"></script><main>${sessions.map(element).join('')}</main><aside></aside></html>`

/** One loop and no other: over the next seconds the questions are as far apart as ever. */
async function expectOneLoop(page: Page, { sent }: Polls): Promise<void> {
  await page.waitForTimeout(500)
  sent.length = 0
  await page.waitForTimeout(6_500)
  expect(sent.length).toBeGreaterThanOrEqual(2)
  for (const gap of gaps(sent)) expect(gap).toBeGreaterThan(1_800)
}

/** What the page holds once the rubbish is gone. */
async function held(page: Page, devtools: CDPSession): Promise<Record<'listeners' | 'nodes' | 'heap' | 'program', number>> {
  await page.evaluate(() => performance.clearResourceTimings())
  for (let time = 0; time < 3; time += 1) await devtools.send('HeapProfiler.collectGarbage')
  const { metrics } = await devtools.send('Performance.getMetrics')
  const of = (name: string) => metrics.find((metric) => metric.name === name)!.value
  const program = await page.evaluate(() => (window as unknown as { memory: WebAssembly.Memory }).memory.buffer.byteLength)
  return { listeners: of('JSEventListeners'), nodes: of('Nodes'), heap: of('JSHeapUsedSize'), program }
}

/** Keeps hold of the program's memory, which `held` measures. */
async function watchProgram(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const keep = async (started: Promise<WebAssembly.WebAssemblyInstantiatedSource | WebAssembly.Instance>) => {
      const program = await started
      Object.assign(window, { memory: ('instance' in program ? program.instance : program).exports.memory })
      return program as never
    }
    const { instantiate, instantiateStreaming } = WebAssembly
    WebAssembly.instantiate = (...given: Parameters<typeof instantiate>) => keep(instantiate(...given))
    WebAssembly.instantiateStreaming = (...given) => keep(instantiateStreaming(...given))
  })
}

/** Takes the element out and puts it in again, so many times; each time it is shown anew. */
const remount = (page: Page, times: number) =>
  page.evaluate(async (times) => {
    const checkout = document.querySelector('florin-checkout') as HTMLElement & { ready: Promise<void> }
    const place = checkout.parentElement!
    for (let time = 0; time < times; time += 1) {
      checkout.remove()
      await new Promise((done) => setTimeout(done))
      place.append(checkout)
      await checkout.ready
    }
  }, times)

test('mounted a hundred times and moved a hundred times: nothing is left, and one question at a time', async ({ server, merchant, checkout, wallet, page }) => {
  const session = await merchant.createSession({ return_url: undefined })
  const place = await MerchantPage.serve(shop(server.url, session))
  const polls = new Polls(page)
  const views: string[] = []
  page.on('request', (request) => /\/view$|\/v1\/checkout\/\w+$/.test(request.url()) && views.push(request.url()))
  await watchProgram(page)
  await page.goto(place.url)
  const code = await checkout.payWith('GCash')
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable')

  await remount(page, 20)
  const before = await held(page, devtools)
  await remount(page, 100)
  const after = await held(page, devtools)
  // The browser itself may still hold one of a hundred.
  expect(after.listeners - before.listeners).toBeLessThan(50)
  expect(after.nodes - before.nodes).toBeLessThan(500)
  expect(after.heap - before.heap).toBeLessThan(100_000)
  expect(after.program).toBe(before.program)

  views.length = 0
  await page.evaluate(() => {
    const checkout = document.querySelector('florin-checkout')!
    const places = document.querySelectorAll('main, aside')
    for (let time = 0; time < 100; time += 1) places[time % 2]!.append(checkout)
  })
  await expectOneLoop(page, polls)
  expect(views, 'a move starts nothing').toEqual([])
  expect(await checkout.scan()).toBe(code)
  await wallet.approve(code)
  await checkout.expectPaid()

  // Taken out, it asks nobody any more.
  await page.evaluate(() => document.querySelector('florin-checkout')!.remove())
  await page.waitForTimeout(200)
  polls.sent.length = 0
  await page.waitForTimeout(3_000)
  expect(polls.sent).toHaveLength(0)
  place.close()
})

test('attributes and properties: set before the script, changed together, and followed', async ({ server, merchant, page }) => {
  const sessions = [await merchant.createSession(), await merchant.createSession({ amount: '120000' })]
  const views: string[] = []
  page.on('request', (request) => {
    const asked = /\/v1\/checkout\/(\w+)$|\/pay\/(\w+)\/view$/.exec(new URL(request.url()).pathname)
    if (asked) views.push(asked[1] ?? asked[2]!)
  })
  const place = await MerchantPage.serve('<!doctype html><html lang="en"><title>Shop</title></html>')
  await page.goto(place.url)
  const change = (wishes: object) => page.evaluate((wishes) => void Object.assign(document.querySelector('florin-checkout')!, wishes), wishes)
  const of = ({ session_id, client_token }: Session) => ({ sessionId: session_id, clientToken: client_token })
  const sum = page.locator('florin-checkout .sum')

  await page.evaluate(() => void document.body.append(document.createElement('florin-checkout')))
  await change({ ...of(sessions[0]!), theme: 'dark', translations: { total: 'All in all' } })
  await page.addScriptTag({ type: 'module', url: `${server.url}/florin.js` })
  await expect(sum).toHaveText(/All in all.*800/)
  await expect(page.locator('florin-checkout')).toHaveAttribute('session-id', sessions[0]!.session_id)
  await expect(page.locator('florin-checkout')).toHaveAttribute('theme', 'dark')

  await change({ ...of(sessions[1]!), locale: 'zh-Hans', translations: {} })
  await expect(sum).toHaveText(/1,200/)
  await expect(sum).not.toHaveText(/All in all|Total/)
  await change({ ...of(sessions[1]!), theme: 'light' })
  await page.waitForTimeout(300)
  expect(views).toEqual(sessions.map(({ session_id }) => session_id))
  place.close()
})

test('two on a page are two payments, with one program', async ({ server, merchant, checkout, wallet, page }) => {
  const sessions = [await merchant.createSession({ return_url: undefined }), await merchant.createSession({ return_url: undefined, amount: '120000' })]
  const place = await MerchantPage.serve(shop(server.url, ...sessions))
  const programs: string[] = []
  page.on('request', (request) => request.url().endsWith('.wasm') && programs.push(request.url()))
  await page.addInitScript(() => {
    const paid: string[] = []
    Object.assign(window, { paid })
    document.addEventListener('florin-success', (event) => paid.push((event as CustomEvent<{ sessionId: string }>).detail.sessionId))
  })
  await page.goto(place.url)
  for (const [number, amount] of ['800', '1,200'].entries()) {
    const one = page.locator('florin-checkout').nth(number)
    await expect(one.locator('.sum')).toContainText(amount)
    await check(one.locator('input[value=GCASH]'))
    await one.locator('button.pay').click()
    await wallet.approve(await checkout.scan())
    await expect(checkout.heading(`Paid ₱${amount}.00`)).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(checkout.overlay).toBeHidden()
  }
  const paid = await page.evaluate(() => (window as unknown as { paid: string[] }).paid)
  expect(paid).toEqual(sessions.map(({ session_id }) => session_id))
  expect(programs).toHaveLength(1)
  place.close()
})

/** Tells this side of a page's return, of the questions after it, and of its success: Playwright cannot look into such a page. */
const diary = `<script>
  const tell = (word) => navigator.sendBeacon('/told', word)
  let away
  addEventListener('pagehide', () => (away = performance.now()))
  addEventListener('pageshow', ({ persisted }) => {
    const back = performance.now()
    const asked = () => performance.getEntriesByType('resource').filter((entry) => entry.name.endsWith('/status') && entry.startTime > away)
    if (persisted) setTimeout(() => tell('asked ' + asked().map((entry) => Math.round(entry.startTime - back)).join(' ')), 6500)
    if (persisted) tell('back')
  })
  addEventListener('florin-success', () => tell('success'))
</script>`

/** Another page, which goes back by itself. */
const elsewhere = '<!doctype html><title>Elsewhere</title><script>onload = () => setTimeout(() => history.back(), 3000)</script>'

test('a page that comes back from the back-forward cache goes on, with one question at a time', async ({ server, merchant, wallet }) => {
  // Playwright turns the cache off for its own browser.
  const own = await chromium.launch({ ...browser.launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] })
  const page = await own.newPage()
  const session = await merchant.createSession({ return_url: undefined })
  const place = await MerchantPage.serve(diary + shop(server.url, session))
  const other = await MerchantPage.serve(elsewhere)
  const checkout = new CheckoutPage(page)
  await page.goto(place.url)
  const code = await checkout.payWith('GCash')

  await page.goto(other.url)
  await expect.poll(() => place.told).toContain('back')
  await expect.poll(() => place.told.length).toBe(2)
  const asked = place.told[1]!.split(' ').slice(1).map(Number)
  // At once: as soon as it is visible, which is just before it is shown, and not while it was away.
  expect(Math.abs(asked[0]!), place.told[1]).toBeLessThan(500)
  expect(asked.length).toBeGreaterThanOrEqual(3)
  for (const [index, at] of asked.slice(1).entries()) expect(at - asked[index]!).toBeGreaterThan(1_800)

  await wallet.approve(code)
  await expect.poll(() => place.told.at(-1)).toBe('success')
  await own.close()
  for (const one of [place, other]) one.close()
})
