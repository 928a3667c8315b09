/** What changes in a page that is open: the methods, by the server; the language, the server's address and the words, by the page. */
import type { Page } from '@playwright/test'
import { MerchantPage } from '../support/merchant-page.ts'
import type { Session } from '../support/merchant.ts'
import { expect, test } from '../support/test.ts'

const shop = (server: string, { session_id, client_token }: Session, more = '') => `<!doctype html><html lang="en"><title>Shop</title>
  <script type="module" src="${server}/florin.js"></script><florin-checkout session-id="${session_id}" client-token="${client_token}" ${more}></florin-checkout></html>`
const words = (page: Page) => page.locator('florin-checkout input[type=radio]').evaluateAll((radios) => radios.map((radio) => (radio as HTMLInputElement).value))
/** As when the shopper comes back to the window. */
const comesBack = (page: Page) => page.evaluate(() => window.dispatchEvent(new Event('focus')))

test('which methods there are, and in which order, changes in an open page; the choice stays, or goes with its method', async ({ merchant, checkout, wallet, page }) => {
  const session = await merchant.createSession({ return_url: undefined })
  await checkout.open(session)
  await expect(page.locator('form[action]')).toHaveCount(0)
  const all = await words(page)
  expect(all.length).toBeGreaterThan(3)
  await checkout.chooseByWord('MAYA')

  await merchant.dress({ methods: ['BANK_TRANSFER', 'MAYA', 'GCASH'] })
  await comesBack(page)
  await expect.poll(() => words(page)).toEqual(['BANK_TRANSFER', 'MAYA', 'GCASH'])
  await expect(page.locator('input:checked')).toHaveValue('MAYA')

  await merchant.dress({ methods: ['GCASH', 'BANK_TRANSFER'] })
  await comesBack(page)
  await expect.poll(() => words(page)).toEqual(['GCASH', 'BANK_TRANSFER'])
  // As in a list that has just come, the first of them.
  await expect(page.locator('input:checked')).toHaveValue('GCASH')

  // Behind an open code: that one can still be paid.
  await checkout.chooseByWord('GCASH')
  await checkout.pay()
  const code = await checkout.scan()
  await merchant.dress({ methods: ['BANK_TRANSFER', 'MAYA'] })
  await expect.poll(() => words(page)).toEqual(['BANK_TRANSFER', 'MAYA'])
  expect(await checkout.scan()).toBe(code)
  await wallet.approve(code)
  await checkout.expectPaid()
})

test('another language, or none, is taken in an open page, and the code that is shown stays', async ({ merchant, checkout, wallet, page, server }) => {
  const session = await merchant.createSession({ return_url: undefined })
  const place = await MerchantPage.serve(shop(server.url, session))
  await page.goto(place.url)
  const code = await checkout.payWith('GCash')
  const box = page.locator('florin-checkout .florin').first()
  for (const [locale, lang, dir, back] of [['ar-EG', 'ar-EG', 'rtl', 'طريقة أخرى'], ['th', 'th', 'ltr', 'จ่ายด้วยวิธีอื่น'], [null, 'en', 'ltr', 'Pay another way']] as const) {
    await page.locator('florin-checkout').evaluate((element, locale) => (locale ? element.setAttribute('locale', locale) : element.removeAttribute('locale')), locale)
    await expect(box).toHaveAttribute('lang', lang)
    await expect(box).toHaveAttribute('dir', dir)
    await expect(checkout.overlay.getByRole('button', { name: back })).toBeVisible()
    expect(await checkout.scan()).toBe(code)
  }
  expect(await merchant.transactions(session)).toHaveLength(1)
  await wallet.approve(code)
  await checkout.expectPaid()
  place.close()
})

test('api-base says where the server is, for a file that came from elsewhere', async ({ merchant, checkout, wallet, page, server }) => {
  const session = await merchant.createSession({ return_url: undefined })
  // The same server by another name is another origin.
  const elsewhere = server.url.replace('127.0.0.1', 'localhost')
  const place = await MerchantPage.serve(shop(elsewhere, session, `api-base="${server.url}/"`))
  const doubled: string[] = []
  const asked: Record<string, Set<string>> = { files: new Set(), calls: new Set() }
  page.on('request', (request) => {
    const { origin, pathname } = new URL(request.url())
    if (/\.(js|wasm|json)$/.test(pathname)) asked.files!.add(origin)
    if (/^\/(pay|v1)\//.test(pathname)) asked.calls!.add(origin)
    if (pathname.includes('//')) doubled.push(pathname)
  })
  await page.goto(place.url)
  await wallet.approve(await checkout.payWith('GCash'))
  await checkout.expectPaid()
  expect(asked).toEqual({ files: new Set([elsewhere]), calls: new Set([server.url]) })

  // Another one starts over, there.
  asked.calls!.clear()
  await page.locator('florin-checkout').evaluate((element, base) => element.setAttribute('api-base', base), elsewhere)
  await expect.poll(() => [...asked.calls!]).toEqual([elsewhere])
  await checkout.expectPaid()
  expect(doubled, 'addresses with an empty part').toEqual([])
  place.close()
})

test("a page's own words are said in the frame as well, and in the page's language", async ({ merchant, page, server }) => {
  const session = await merchant.createSession()
  const place = await MerchantPage.serve(shop(server.url, session, 'presentation="frame" locale="de"').replace('</html>', `<script>
    document.querySelector('florin-checkout').translations = { how: 'Wie denn nun?' }</script></html>`))
  await page.goto(place.url)
  const inside = page.frameLocator('florin-checkout iframe')
  await expect(inside.getByText('Wie denn nun?')).toBeVisible()
  await expect(inside.locator('form button.pay')).toHaveText(/bezahlen$/)
  place.close()
})
