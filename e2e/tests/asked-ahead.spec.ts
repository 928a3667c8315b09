/** A merchant's page that asks for the view while the loader is still on its way (`docs/printed.md`). */
import type { Page, Route } from '@playwright/test'
import type { Session } from '../support/merchant.ts'
import { MerchantPage } from '../support/merchant-page.ts'
import { expect, test } from '../support/test.ts'

/** The page as the docs show it; the question is about `asked`, the element about `session`. */
function html(server: string, session: Session, asked = session): string {
  return `<!doctype html><html><script>
    florinAhead = fetch("${server}/pay/${asked.session_id}/view", {
      method: "POST", body: "${asked.client_token} *," + navigator.languages, signal: AbortSignal.timeout(15000),
    }).then((answer) => (answer.ok ? answer : undefined), () => {})
  </script>
  <script type="module" src="${server}/florin.js"></script>
  <florin-checkout session-id="${session.session_id}" client-token="${session.client_token}"></florin-checkout></html>`
}

/** Which views were asked for, by their sessions. */
function views(page: Page): string[] {
  const asked: string[] = []
  page.on('request', (request) => {
    const [, session] = /\/pay\/(\w+)\/view$/.exec(request.url()) ?? []
    if (session) asked.push(session)
  })
  return asked
}

test('a view that was asked for ahead is the only one, and its list can be used before the loader would have asked', async ({ merchant, checkout, wallet, page, server }) => {
  const session = await merchant.createSession({ display_locale: 'zh-Hans' })
  const asked = views(page)
  const order: string[] = []
  page.on('response', (response) => order.push(new URL(response.url()).pathname))
  const answered = page.waitForResponse('**/view')
  await page.route('**/florin.js', async (route) => {
    await answered
    await route.continue()
  })
  const shop = await MerchantPage.serve(html(server.url, session))
  await page.goto(shop.url)
  await expect(checkout.payButton).toBeVisible()
  await expect(page.locator('florin-checkout .florin')).toHaveAttribute('lang', 'zh-Hans')
  expect(order.indexOf('/florin.js')).toBeGreaterThan(order.indexOf(`/pay/${session.session_id}/view`))
  await checkout.chooseByWord('GCASH')
  await checkout.payButton.click()
  await wallet.approve(await checkout.scan())
  await page.waitForURL(/\/shop\/thanks/)
  expect(asked).toEqual([session.session_id])
  shop.close()
})

test('it is used once: an element that is put in again asks by itself', async ({ merchant, checkout, page, server }) => {
  const session = await merchant.createSession()
  const asked = views(page)
  const shop = await MerchantPage.serve(html(server.url, session))
  await page.goto(shop.url)
  await expect(checkout.payButton).toBeVisible()
  await page.locator('florin-checkout').evaluate((element) => element.replaceWith(element.cloneNode()))
  await expect(checkout.payButton).toBeVisible()
  await expect.poll(() => asked).toEqual([session.session_id, session.session_id])
  shop.close()
})

test('what was asked about another session is not shown', async ({ merchant, checkout, page, server }) => {
  const other = await merchant.createSession({ amount: '1200' })
  const session = await merchant.createSession({ amount: '345600' })
  const asked = views(page)
  const shop = await MerchantPage.serve(html(server.url, session, other))
  await page.goto(shop.url)
  await expect(checkout.payButton).toContainText('3,456.00')
  expect(asked).toEqual([other.session_id, session.session_id])
  shop.close()
})

const failures = { 'no answer': (route: Route) => route.abort(), 'a "no"': (route: Route) => route.fulfill({ status: 401, json: { ret_code: 'WRONG_KEY' } }) }

for (const [answer, give] of Object.entries(failures)) {
  test(`a question that got ${answer} is asked again`, async ({ merchant, checkout, page, server, console }) => {
    console.expect(/Failed to load resource/)
    const session = await merchant.createSession()
    const asked = views(page)
    await page.route('**/view', (route) => (asked.length > 1 ? route.continue() : give(route)))
    const shop = await MerchantPage.serve(html(server.url, session))
    await page.goto(shop.url)
    await expect(checkout.payButton).toBeVisible()
    expect(asked).toEqual([session.session_id, session.session_id])
    shop.close()
  })
}
