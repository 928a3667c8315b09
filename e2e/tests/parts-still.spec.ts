/** Parts that are words of the page: what fills them moves nothing. */
import { MerchantPage } from '../support/merchant-page.ts'
import { expect, test } from '../support/test.ts'
import { without } from '../support/without.ts'

// The peso's sign is in few fonts, so another one lends it, and its lines are higher.
for (const font of ['16px Georgia, serif', '32px/1.2 sans-serif', '14px/1 monospace']) {
  test(`an amount in a line of ${font}`, async ({ server, merchant, page }) => {
    const { session_id, client_token } = await merchant.createSession()
    const place = await MerchantPage.serve(`<!doctype html><html lang="en"><title>Shop</title><main><p style="font: ${font}">Total: <florin-part show="amount"></florin-part></p>
      <p>Below</p><florin-checkout mode="component" session-id="${session_id}" client-token="${client_token}"></florin-checkout></main>
      <script type="module" src="${server.url}/florin.js"></script></html>`)
    const arrive = await without(page)
    await page.goto(place.url)
    const part = page.locator('florin-part')
    await expect(part.locator('.b5')).toBeAttached()
    const height = () => page.locator('p').first().evaluate((line) => line.getBoundingClientRect().height)
    const before = await height()
    arrive()
    await expect(part).toHaveText(/₱/)
    expect(await height()).toBe(before)
    place.close()
  })
}
