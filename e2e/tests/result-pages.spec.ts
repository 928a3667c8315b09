/** After a success (L9): the checkout's own page, the merchant's words, or back to the shop; and the way back that stands there all along (P16). */
import type { Page } from '@playwright/test'
import { MerchantPage } from '../support/merchant-page.ts'
import { readCode } from '../support/qr.ts'
import { expect, test as base } from '../support/test.ts'

interface Shop {
  url: string
  /** Every address of it that the page was led to. */
  led: string[]
}

/** The shop, on an origin of its own: a redirect leads there too. */
const test = base.extend<{ tea: Shop; pay: () => Promise<void> }>({
  tea: async ({ page }, use) => {
    const place = await MerchantPage.serve('<!doctype html><title>Tea</title><h1>The shop</h1>')
    const led: string[] = []
    page.on('request', (request) => request.isNavigationRequest() && request.url().startsWith(place.url) && led.push(request.url()))
    await use({ url: place.url, led })
    place.close()
  },
  pay: async ({ page, checkout, wallet }, use) =>
    use(async () => {
      await checkout.chooseByWord('GCASH')
      await checkout.payButton.click()
      const code = page.locator('svg.code')
      await expect(code).toBeVisible()
      await wallet.approve(await readCode(await code.screenshot({ animations: 'disabled' })))
    }),
})

const inShop = (page: Page) => expect(page.getByRole('heading', { name: 'The shop' })).toBeVisible()

/** What the shop is told in its own address: what stood there, which session it was, and no result that anybody could write there. */
function expectReturn(address: string | undefined, given: string, session: { session_id: string }): void {
  const { origin, pathname, searchParams } = new URL(address!)
  expect(origin + pathname).toBe(given.split('?')[0])
  for (const [name, value] of new URL(given).searchParams) expect(searchParams.get(name)).toBe(value)
  expect(searchParams.get('session_id')).toBe(session.session_id)
  expect(address).not.toMatch(/success|paid/i)
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'the hosted page' : 'the page without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('BUILT_IN stays; its button leads to the return_url', async ({ merchant, checkout, pay, tea, page }) => {
      await merchant.dress({ result: { mode: 'BUILT_IN' } })
      const return_url = `${tea.url}thanks?basket=7`
      const session = await merchant.createSession({ return_url })
      await checkout.open(session)
      await pay()
      await expect(page.getByRole('heading', { name: 'Paid ₱800.00' })).toBeVisible()
      // Three seconds are what it would leave after.
      await page.waitForTimeout(3_500)
      expect(tea.led).toEqual([])
      await page.locator('.primary', { hasText: 'Back to Northwind Tea' }).click()
      await inShop(page)
      expectReturn(tea.led[0], return_url, session)
    })

    test('REDIRECT says so, and leaves after its seconds', async ({ merchant, checkout, pay, tea, page }) => {
      await merchant.dress({ result: { mode: 'REDIRECT', delay_seconds: 5 } })
      const return_url = `${tea.url}thanks`
      const session = await merchant.createSession({ return_url })
      await checkout.open(session)
      await pay()
      await expect(page.getByRole('heading', { name: 'Paid ₱800.00' })).toBeVisible()
      await expect(page.getByText(/in [1-5] s/)).toBeVisible()
      expect(tea.led).toEqual([])
      await inShop(page)
      expectReturn(tea.led[0], return_url, session)
    })

    test('the way back stands top left, names the shop, and leads there unpaid', async ({ merchant, checkout, tea, page }) => {
      const link = page.getByRole('link', { name: 'Northwind Tea' })
      const return_url = `${tea.url}thanks`
      for (const [wishes, to] of [[{ return_url }, return_url], [{ return_url, cancel_url: `${tea.url}basket` }, `${tea.url}basket`]] as const) {
        const session = await merchant.createSession(wishes)
        await checkout.open(session)
        await expect(checkout.payButton).toBeVisible()
        // The program exchanges the list once.
        if (javaScriptEnabled) await expect(page.locator('form[action]')).toHaveCount(0)
        const { x, y } = (await link.boundingBox())!
        const card = (await page.locator('section.card').boundingBox())!
        expect([x < 40, y + 20 < card.y], `at ${x}, ${y}`).toEqual([true, true])
        await link.click()
        await inShop(page)
        expectReturn(tea.led.at(-1), to, session)
        expect(await merchant.transactions(session)).toEqual([])
      }
      // Without an address there is none to follow.
      await checkout.open(await merchant.createSession({ return_url: undefined }))
      await expect(checkout.payButton).toBeVisible()
      await expect(link).toHaveCount(0)
    })
  })
}

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test("TEXT says the merchant's words, in the shopper's language, and stays", async ({ merchant, checkout, pay, tea, page }) => {
    await merchant.dress({
      result: { mode: 'TEXT', texts: [{ title: 'See you soon!', text: 'Your tea leaves us today.' }, { locale: 'fr', title: 'À bientôt !', text: 'Votre thé part ce soir.' }] },
    })
    await checkout.open(await merchant.createSession({ display_locale: 'fr-CA', return_url: `${tea.url}thanks` }))
    await pay()
    await expect(page.getByText('À bientôt !')).toBeVisible()
    await expect(page.getByText('Votre thé part ce soir.')).toBeVisible()
    await expect(page.getByText('See you soon!')).toHaveCount(0)
    await expect(page.locator('meta[http-equiv=refresh]')).toHaveCount(0)
  })
})
