/**
 * The checkout on a page where somebody has put something into every object, and names of their own before the document's (threat
 * S32): it shows, pays and tells what the server says, or it offers the hosted page, where nothing of the page reaches.
 */
import { MerchantPage } from '../support/merchant-page.ts'
import type { Session } from '../support/merchant.ts'
import { expect, test } from '../support/test.ts'

/** Where everything would lead that is read from the wrong place. */
const EVIL = 'https://evil.example/'

/** What every answer of the server has, what an answer may lack, and what the loader and the program hand each other. */
const WORDS = `amount apiBase alone app_link at begin calls chosen clientToken component country currency data detail exponent expires_in_ms
  fail free goes hosted html isOpen language locale looks markup method_name methods mounted moved name next_action notice origin parts place pressed
  presentation qr reason ret_code ret_msg return_url script seen session sessionId session_id session_url settle sheet show status style take texts
  theme title token translations tried view why words`

/** Names that a page's own markup puts before those of the document and of the window. */
const CLOBBERED = ['currentScript', 'head', 'florin', 'Florin', 'florinAhead', 'fetch', 'session', 'config', 'pay', 'till', 'code', 'box', 'overlay']

const shop = (server: string, session: Session, before: string) => `<!doctype html><html lang="en"><title>Shop</title>
  <script>${before}</script>
  ${CLOBBERED.map((name) => `<form id="${name}" name="${name}"><input name="value" value="${EVIL}"><a id="${name}" name="href" href="${EVIL}"></a></form>`).join('')}
  <script type="module" src="${server}/florin.js"></script>
  <florin-checkout session-id="${session.session_id}" client-token="${session.client_token}"></florin-checkout>
  <script>
    window.told = []
    for (const name of ['action', 'success']) addEventListener('florin-' + name, ({ detail }) => told.push([name, Object.hasOwn(detail, 'sessionId') && detail.sessionId]))
  </script></html>`

/** For a page of its own: every plain object seems to have these. */
function pollute(words: string, evil: string): string {
  return `for (const word of ${JSON.stringify(words.split(/\s+/))}) Object.prototype[word] = ${JSON.stringify(evil)} + word`
}

test('what is found in every object takes the place of nothing that the server says', async ({ server, merchant, checkout, wallet, page }) => {
  const asked = new Set<string>()
  page.on('request', (request) => asked.add(new URL(request.url()).origin))
  const session = await merchant.createSession({ return_url: undefined })
  const polluted = await MerchantPage.serve(shop(server.url, session, pollute(WORDS, EVIL)))
  await page.goto(polluted.url)
  expect(await page.evaluate(() => ({} as { amount?: string }).amount)).toBe(`${EVIL}amount`)

  await wallet.approve(await checkout.payWith('GCash'))
  await checkout.expectPaid()

  expect([...asked].sort()).toEqual([server.url, new URL(polluted.url).origin].sort())
  expect(await page.evaluate(() => (window as unknown as { told: string[][] }).told)).toEqual([
    ['action', session.session_id],
    ['success', session.session_id],
  ])
  expect(await page.content()).not.toContain(`${EVIL}amount`)
  polluted.close()
})

test('a page in which no request can be made any more has the way to the hosted page', async ({ server, merchant, checkout, wallet, page, console }) => {
  // A request that is to be made of an object has this too, and then the browser makes none.
  console.expect(/./)
  const session = await merchant.createSession({ return_url: undefined })
  const polluted = await MerchantPage.serve(shop(server.url, session, pollute('body headers method integrity', EVIL)))
  await page.goto(polluted.url)
  const way = page.locator('florin-checkout a')
  await expect(way).toHaveAttribute('href', new RegExp(`^${server.url}/pay/`))
  await way.evaluate((link: HTMLAnchorElement) => (link.target = ''))
  await way.click()
  await page.waitForURL(/\/pay\//)
  await wallet.approve(await checkout.payWith('GCash'))
  await checkout.expectPaid()
  polluted.close()
})

test('the loader leaves one name on the page, whatever the page calls so', async ({ server, merchant, checkout, page }) => {
  const session = await merchant.createSession()
  const plain = await MerchantPage.serve(shop(server.url, session, 'window.before = Object.getOwnPropertyNames(window)'))
  await page.goto(plain.url)
  await expect(checkout.payButton).toBeVisible()
  const added = await page.evaluate(() => {
    const known = [...(window as unknown as { before: string[] }).before, 'before', 'told']
    return Object.getOwnPropertyNames(window).filter((name) => !known.includes(name))
  })
  expect(added).toEqual(['Florin'])
  expect(await page.evaluate(() => typeof (window as unknown as { Florin: { create?: unknown } }).Florin.create)).toBe('function')
  await merchant.close(session)
  plain.close()
})
