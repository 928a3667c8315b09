/** The program takes the painted list over, and nothing of the page moves: neither the list nor what stands below it. */
import type { Page } from '@playwright/test'
import { MerchantPage } from '../support/merchant-page.ts'
import type { Session } from '../support/merchant.ts'
import { watchShifts } from '../support/shifts.ts'
import { expect, test } from '../support/test.ts'
import { without } from '../support/without.ts'

const named = ({ session_id, client_token }: Session) => `session-id="${session_id}" client-token="${client_token}"`
const shop = (server: string, body: string) => `<!doctype html><html lang="en"><title>Shop</title><meta name="viewport" content="width=device-width">
  <script type="module" src="${server}/florin.js"></script><main><h1>Tea</h1>${body}<p>What stands below</p></main></html>`

/** Every one of these changes how high a row is, or what stands in it. */
const brand = { payee_name: 'Oolong & Daughters', font_size_base: 19, spacing_unit: 7, border_radius: 0, font_family: 'Georgia, serif', methods: ['MAYA', 'GCASH', 'BANK_TRANSFER'] }

const pages: [name: string, body: (session: Session) => string, then?: (page: Page) => Promise<void>][] = [
  ["a merchant's page", (session) => `<florin-checkout ${named(session)}></florin-checkout>`],
  ['a printed list', ({ markup }) => markup!.html],
  [
    'a window that is opened before the program is there',
    (session) => `<button onclick="document.querySelector('florin-checkout').open()">Buy</button><florin-checkout presentation="dialog" ${named(session)}></florin-checkout>`,
    // By script: what moves within half a second of a press counts for nothing.
    (page) => page.locator('button:text("Buy")').evaluate((button: HTMLElement) => button.click()),
  ],
]

for (const [name, body, then] of pages) {
  for (const looks of [{}, brand]) {
    test(`${name}${looks === brand ? ", with a merchant's looks" : ''}`, async ({ merchant, checkout, page, server }) => {
      await merchant.dress(looks)
      const session = await merchant.createSession({ markup: {} })
      const shifts = await watchShifts(page)
      const arrive = await without(page)
      const place = await MerchantPage.serve(shop(server.url, body(session)))
      await page.goto(place.url, { waitUntil: 'commit' })
      await page.waitForFunction(() => customElements.get('florin-checkout'))
      await then?.(page)
      await expect(checkout.payButton).toBeVisible()
      await expect(page.locator('florin-checkout input[type=radio]')).toHaveCount(await merchant.methodsShown(session))
      await shifts()
      arrive()
      await checkout.ready()
      await expect(page.locator('form[action]')).toHaveCount(0)
      await expect(page.locator('.row').first()).toBeVisible()
      expect(await shifts()).toEqual([])
      // The measure measures.
      await page.evaluate(() => document.querySelector('florin-checkout')!.shadowRoot!.querySelector('section')!.prepend('Moved', document.createElement('hr')))
      expect((await shifts()).length).toBeGreaterThan(0)
      place.close()
    })
  }
}

test("a printed list, with a page's own texts", async ({ merchant, page, server }) => {
  const session = await merchant.createSession({ markup: {} })
  const shifts = await watchShifts(page)
  const arrive = await without(page)
  const place = await MerchantPage.serve(shop(server.url, `${session.markup!.html}<script>document.querySelector('florin-checkout').translations = { how: 'Which way, please?' }</script>`))
  await page.goto(place.url, { waitUntil: 'commit' })
  await expect(page.locator('.row').first()).toBeVisible()
  await shifts()
  arrive()
  await expect(page.getByText('Which way, please?').first()).toBeVisible()
  expect(await shifts()).toEqual([])
  place.close()
})

// Where no list is painted before the program (`docs/printed.md`), the page keeps the room.
const kept: [name: string, body: (session: Session) => string][] = [
  ["a page's own texts", (session) => `<florin-checkout ${named(session)} style="display: block; min-height: 720px"></florin-checkout><script>document.querySelector('florin-checkout').translations = { how: 'Which way, please?' }</script>`],
  [
    'parts',
    (session) => `<florin-part show="methods" style="display: block; min-height: 640px"></florin-part>
      <florin-part show="method" method="GCASH" style="display: block; min-height: 48px"></florin-part><p>Below the list</p><florin-checkout mode="component" ${named(session)}></florin-checkout>`,
  ],
]

for (const [name, body] of kept) {
  test(`with ${name}, where the page has kept the room`, async ({ merchant, checkout, page, server }) => {
    const shifts = await watchShifts(page)
    const place = await MerchantPage.serve(shop(server.url, body(await merchant.createSession())))
    await page.goto(place.url)
    await checkout.ready()
    await expect(checkout.payButton).toBeVisible()
    expect(await shifts()).toEqual([])
    place.close()
  })
}
