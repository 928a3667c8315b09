/** The checkout on pages that allow next to nothing: the policies that docs/csp.md promises are enough, and pinned scripts. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Page } from '@playwright/test'
import type { CheckoutPage } from '../pages/checkout.ts'
import type { Wallet } from '../pages/wallet.ts'
import { MerchantPage } from '../support/merchant-page.ts'
import type { Session } from '../support/merchant.ts'
import { expect, test } from '../support/test.ts'

/** The page's policies, in their order, for this server. */
function documented(server: string): string[] {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/csp.md'), 'utf8')
  const policies = [...page.matchAll(/```csp\n([^`]*)```/g)].map(([, policy]) => policy!.replaceAll('https://pay.example', server))
  return policies.map((policy) => policy.replace(/\s+/g, ' ').trim())
}

const shop = (session: Session, script: string) => `<!doctype html><html lang="en"><title>Shop</title>${script}
  <florin-checkout session-id="${session.session_id}" client-token="${session.client_token}"></florin-checkout></html>`

/** What a page breaks of its policy, gathered by the browser on this side, since a strict page runs no script of ours. */
async function violations(page: Page): Promise<string[]> {
  const found: string[] = []
  await page.exposeFunction('tell', (violation: string) => found.push(violation))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      void (window as unknown as { tell(text: string): void }).tell(`${violatedDirective} ${blockedURI}`)
    })
  })
  return found
}

/** A declined attempt, another one, and the success: everything that the checkout shows on a purchase. */
async function buy(checkout: CheckoutPage, wallet: Wallet): Promise<void> {
  await wallet.decline(await checkout.payWith('Maya'))
  await checkout.expectDeclined('Maya')
  await checkout.chooseAnotherWay()
  const code = await checkout.payWith('GCash')
  // What is fetched when a button is pressed is held to the policy too.
  const saved = checkout.page.waitForEvent('download')
  await checkout.button('Save picture').click()
  await saved
  await checkout.button('Other device').click()
  await expect(checkout.overlay.locator('.other')).toBeVisible()
  await wallet.approve(code)
  await checkout.expectPaid()
}

for (const [name, number] of [['strict policy', 0], ['page with Trusted Types', 1]] as const) {
  test(`a whole purchase on a ${name} violates nothing`, async ({ server, merchant, checkout, wallet, page, console }) => {
    const policy = documented(server.url)[number]!
    const session = await merchant.createSession({ return_url: undefined })
    const script = `<script type="module" src="${server.url}/florin.js"></script>`
    const strict = await MerchantPage.serve(shop(session, script), { 'content-security-policy': policy })
    const found = await violations(page)
    await page.goto(strict.url)
    await buy(checkout, wallet)
    expect(found).toEqual([])
    expect(console.errors).toEqual([])

    // The policy is in force: what it forbids is refused, and heard.
    console.expect(/violates the following|requires 'TrustedHTML'/)
    await page.evaluate((forbidden) => {
      try {
        if (forbidden === 'markup') document.body.innerHTML = '<i></i>'
        else new Image().src = 'https://elsewhere.example/'
      } catch {
        // Told as a violation too.
      }
    }, number ? 'markup' : 'image')
    await expect.poll(() => found).toHaveLength(1)
    strict.close()
  })
}

test('a nonce on the script is enough for all that it loads', async ({ server, merchant, checkout, page }) => {
  const script = `<script type="module" nonce="R4nd0m" src="${server.url}/florin.js"></script>`
  const strict = await MerchantPage.serve(shop(await merchant.createSession(), script), { 'content-security-policy': documented(server.url)[2]! })
  const found = await violations(page)
  await page.goto(strict.url)
  await expect(checkout.payButton).toBeVisible()
  expect(found).toEqual([])
  strict.close()
})

test('a pinned script runs when it is the one that was pinned, and not otherwise', async ({ server, merchant, checkout, page, console }) => {
  console.expect(/Failed to find a valid digest/)
  const sums = (await (await fetch(`${server.url}/integrity.json`)).json()) as Record<string, string>
  const files = Object.keys(sums)
  expect(files).toContain('florin.js')
  expect(files.filter((name) => name.endsWith('.wasm'))).toHaveLength(1)
  const session = await merchant.createSession()
  const pinned = (sum: string) => `<script type="module" src="${server.url}/florin.js" integrity="${sum}" crossorigin="anonymous"></script>`

  const good = await MerchantPage.serve(shop(session, pinned(sums['florin.js']!)))
  await page.goto(good.url)
  await expect(checkout.payButton).toBeVisible()
  good.close()

  const bad = await MerchantPage.serve(shop(session, pinned(sums[files.find((name) => name.endsWith('.wasm'))!]!)))
  await page.goto(bad.url)
  expect(await page.evaluate(() => customElements.get('florin-checkout') === undefined)).toBe(true)
  bad.close()
})

test('loadFlorin loads once, under Trusted Types too, and tries again after a failure', async ({ server, page, console }) => {
  console.expect(/ERR_FAILED/)
  const policy = `${documented(server.url)[1]!.replace("'none'", 'florin')}; script-src 'self' ${server.url}`
  const strict = await MerchantPage.serve('<!doctype html><title>Shop</title>', { 'content-security-policy': policy })
  const body = readFileSync(resolve(import.meta.dirname, '../../widget/npm/dist/index.js'), 'utf8')
  await page.route('**/package.js', (route) => route.fulfill({ contentType: 'text/javascript', body }))
  await page.route('**/florin.js', (route) => route.abort(), { times: 1 })
  await page.goto(strict.url)

  const told = await page.evaluate(async (src) => {
    const { loadFlorin } = (await import('/package.js' as string)) as { loadFlorin(options: object): Promise<{ create?: unknown }> }
    const failed = await loadFlorin({ src }).catch((error: Error) => error.message)
    const [first, second] = await Promise.all([loadFlorin({ src }), loadFlorin({ src })])
    return { failed, same: first === second, works: typeof first.create, scripts: document.scripts.length }
  }, `${server.url}/florin.js`)
  expect(told).toEqual({ failed: `florin: ${server.url}/florin.js could not be loaded`, same: true, works: 'function', scripts: 1 })
  strict.close()
})

test('every sum is that of what is served', async ({ server }) => {
  const sums = (await (await fetch(`${server.url}/integrity.json`)).json()) as Record<string, string>
  for (const [name, sum] of Object.entries(sums)) {
    const bytes = await (await fetch(`${server.url}/${name}`)).arrayBuffer()
    const digest = Buffer.from(await crypto.subtle.digest('SHA-384', bytes)).toString('base64')
    expect(`sha384-${digest}`, name).toBe(sum)
  }
})
