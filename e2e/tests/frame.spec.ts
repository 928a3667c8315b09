/** `presentation="frame"`: the hosted page in a frame, for pages that allow no WebAssembly; what happens there is told here. */
import type { Page } from '@playwright/test'
import { MerchantPage } from '../support/merchant-page.ts'
import { readCode } from '../support/qr.ts'
import type { Session } from '../support/merchant.ts'
import { check } from '../pages/checkout.ts'
import { expect, test } from '../support/test.ts'

const policy = (server: string) =>
  `default-src 'none'; script-src ${server}; connect-src ${server}; frame-src ${server}; require-trusted-types-for 'script'; trusted-types 'none'`

const shop = (server: string, { session_id, client_token }: Session) => `<!doctype html><html lang="en"><title>Shop</title>
  <script type="module" src="${server}/florin.js"></script>
  <florin-checkout presentation="frame" session-id="${session_id}" client-token="${client_token}"></florin-checkout></html>`

/** Listens at the document; prevents those that are named. */
async function listen(page: Page, ...prevented: string[]): Promise<void> {
  await page.addInitScript((prevented) => {
    const heard: string[] = []
    Object.assign(window, { heard })
    for (const name of ['ready', 'method-change', 'action', 'fail', 'cancel', 'success', 'expire', 'close', 'error']) {
      document.addEventListener(`florin-${name}`, (event) => {
        heard.push(name)
        if (prevented.includes(name)) event.preventDefault()
      })
    }
  }, prevented)
}
const heard = (page: Page) => page.evaluate(() => (window as unknown as { heard: string[] }).heard)

const inside = (page: Page) => page.frameLocator('florin-checkout iframe')
async function payWith(page: Page, method: string): Promise<string> {
  await check(inside(page).locator(`input[value=${method}]`))
  await inside(page).locator('form button.pay').click()
  await expect(inside(page).locator('svg.code')).toBeVisible()
  return readCode(await inside(page).locator('dialog').screenshot({ animations: 'disabled' }))
}

test('a purchase on a page without WebAssembly: told event by event, as high as it needs, and then back to the shop', async ({ server, merchant, wallet, page, console }) => {
  const session = await merchant.createSession()
  const place = await MerchantPage.serve(shop(server.url, session), { 'content-security-policy': policy(server.url) })
  const programs: string[] = []
  page.on('request', (request) => request.url().endsWith('.wasm') && programs.push(request.frame().url()))
  await listen(page)
  await page.goto(place.url)
  const frame = page.locator('florin-checkout iframe')
  await expect(frame).toHaveAttribute('title', 'Northwind Tea')
  await expect(inside(page).locator('form button.pay')).toBeVisible()
  await expect.poll(() => heard(page)).toEqual(['ready'])
  const card = (await inside(page).locator('section.card').boundingBox())!
  await expect.poll(async () => Math.abs((await frame.boundingBox())!.height - card.height)).toBeLessThan(2)
  await expect(page.locator('florin-checkout .bone')).toHaveCount(0)

  const code = await payWith(page, 'GCASH')
  // Nothing of the code is cut off.
  const isWhole = () => inside(page).locator('dialog').evaluate((dialog) => dialog.scrollHeight <= dialog.clientHeight && dialog.getBoundingClientRect().bottom <= innerHeight)
  await expect.poll(isWhole).toBe(true)
  await wallet.approve(code)
  await page.waitForURL(/\/shop\/thanks/)
  expect(new Set(programs.map((url) => new URL(url).pathname))).toEqual(new Set([`/pay/${session.session_id}`]))
  expect(console.errors).toEqual([])
  place.close()
})

test('what the page prevents does not happen in the frame either', async ({ server, merchant, wallet, page }) => {
  const session = await merchant.createSession()
  const place = await MerchantPage.serve(shop(server.url, session))
  await listen(page, 'success', 'action')
  await page.goto(place.url)
  await wallet.approve(await payWith(page, 'GCASH'))
  await expect(inside(page).getByRole('heading', { name: /^Paid / })).toBeVisible()
  await expect(inside(page).getByRole('button', { name: 'Back to Northwind Tea' })).toBeVisible()
  await page.waitForTimeout(4_000)
  expect(page.url()).toBe(place.url)
  expect(await heard(page)).toEqual(['ready', 'method-change', 'action', 'success'])

  // Moved, the frame loads anew and tells its end again: what the page said to it holds.
  await page.evaluate(() => document.body.prepend(document.querySelector('florin-checkout')!))
  await expect(inside(page).getByRole('button', { name: 'Back to Northwind Tea' })).toBeVisible()
  await page.waitForTimeout(4_000)
  expect(page.url()).toBe(place.url)

  // The shopper's own wish is another matter.
  await inside(page).getByRole('button', { name: 'Back to Northwind Tea' }).click()
  await page.waitForURL(/\/shop\/thanks/)
  place.close()
})

test('only the pages that the merchant registered may frame it, and only that address', async ({ server, merchant, page, context, console }) => {
  console.expect(/frame-ancestors|florin:/)
  const session = await merchant.createSession()
  const policyOf = async (query: string, referer?: string) => {
    const headers: Record<string, string> = referer ? { referer } : {}
    const answer = await fetch(`${session.session_url}${query}`, { headers })
    return /frame-ancestors ([^;]*)/.exec(answer.headers.get('content-security-policy') ?? '')![1]
  }
  expect(await policyOf('')).toBe("'none'")
  expect(await policyOf('?plain=1&frame=1')).toBe("'none'")
  expect(await policyOf('?frame=1')).not.toContain("'none'")
  expect(await policyOf('?frame=1', 'http://192.168.1.4:8080/')).toContain(' http://192.168.1.4:8080')
  expect(await policyOf('?frame=1', 'https://evil.example/')).not.toContain('evil')

  await context.grantPermissions(['local-network-access'])
  await page.route('https://stranger.example/', (route) => route.fulfill({ contentType: 'text/html', body: shop(server.url, session) }))
  await listen(page)
  await page.goto('https://stranger.example/')
  const way = page.getByRole('link', { name: 'Open the secure payment page' })
  await expect(way).toBeVisible({ timeout: 15_000 })
  expect(await way.getAttribute('href')).toBe(`${server.url}/pay/${session.session_id}`)
  expect(await heard(page)).toEqual(['error'])
})

test('what another window says is nothing to the element, nor to the frame', async ({ server, merchant, wallet, page }) => {
  const session = await merchant.createSession()
  const place = await MerchantPage.serve(shop(server.url, session))
  await listen(page)
  await page.goto(place.url)
  await expect.poll(() => heard(page)).toEqual(['ready'])
  const forged = { florin: 1, type: 'event', name: 'success', detail: { version: 1, sessionId: session.session_id, orderId: 'GW1' } }
  // The page itself; a window of the server's own origin that is not the frame; and into the frame, from a sibling.
  await page.evaluate(({ forged, url }) => {
    window.postMessage(forged, '*')
    window.postMessage({ florin: 1, type: 'leave', url }, '*')
    const sibling = document.createElement('iframe')
    sibling.srcdoc = `<script>parent.postMessage(${JSON.stringify(forged)}, '*'); parent.frames[0].postMessage({ florin: 1, type: 'prevented' }, '*')</script>`
    document.body.append(sibling)
  }, { forged, url: `${server.url}/shop/thanks` })
  await page.waitForTimeout(500)
  expect(await heard(page)).toEqual(['ready'])
  expect(page.url()).toBe(place.url)

  await wallet.approve(await payWith(page, 'GCASH'))
  await page.waitForURL(/\/shop\/thanks/)
  place.close()
})

test("where the page's address of the server is none, the way to the payment page is offered instead of grey bars", async ({ server, merchant, page, console }) => {
  console.expect(/florin:/)
  const session = await merchant.createSession()
  const place = await MerchantPage.serve(shop(server.url, session).replace('presentation', 'api-base="/nowhere" presentation'))
  await listen(page)
  await page.goto(place.url)
  await expect(page.locator('florin-checkout a')).toBeVisible()
  await expect.poll(() => heard(page)).toEqual(['error'])
  await expect(page.locator('florin-checkout .bone')).toHaveCount(0)
  place.close()
})
