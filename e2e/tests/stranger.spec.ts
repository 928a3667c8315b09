/** A page that is nobody's customer: it is refused, and can read why. */
import type { Page } from '@playwright/test'
import type { Session } from '../support/merchant.ts'
import type { Server } from '../support/server.ts'
import { expect, test } from '../support/test.ts'

const stranger = 'https://stranger.example'

test("a stranger's origin is refused in words that tell how to register it", async ({ merchant, server, page, context, console }) => {
  console.expect(/403/)
  await context.grantPermissions(['local-network-access'])
  const session = await merchant.createSession()
  await pretend(page, server, session)

  await expect(page.getByRole('heading', { name: 'The checkout cannot be shown here' })).toBeVisible()
  await expect(page.getByText(`the origin ${stranger} is not registered`)).toBeVisible()
  const hosted = page.getByRole('link', { name: 'Open the secure payment page' })
  expect(new URL((await hosted.getAttribute('href'))!, server.url).href).toBe(session.session_url)
})

/** Shows the merchant's snippet on an address that the merchant never registered. */
async function pretend(page: Page, server: Server, session: Session): Promise<void> {
  const body = `<!doctype html><title>Stranger</title>
    <script type="module" src="${server.url}/florin.js"></script>
    <florin-checkout session-id="${session.session_id}" client-token="${session.client_token}"></florin-checkout>`
  await page.route(`${stranger}/**`, (route) => route.fulfill({ contentType: 'text/html', body }))
  await page.goto(`${stranger}/`)
}
