/** The list that a merchant's server has printed into its page: there with the page, usable at once, taken over in one frame. */
import type { Page } from '@playwright/test'
import { MerchantPage } from '../support/merchant-page.ts'
import type { Session } from '../support/merchant.ts'
import { readCode } from '../support/qr.ts'
import { watchShifts } from '../support/shifts.ts'
import { expect, test } from '../support/test.ts'
import { without } from '../support/without.ts'

type Printed = Session & Required<Pick<Session, 'markup'>>

const shop = ({ markup }: Printed) => `<!doctype html><html lang="en"><head><title>Shop</title>${markup.head}</head><body><h1>Your order</h1>${markup.html}</body></html>`

/** Whatever the page breaks of its policy. */
async function watch(page: Page): Promise<string[]> {
  const found: string[] = []
  await page.exposeFunction('tell', (what: string) => found.push(what))
  await page.addInitScript(() => {
    const { tell } = window as unknown as { tell(what: string): void }
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => tell(`${violatedDirective} ${blockedURI}`))
  })
  return found
}

for (const [name, style] of [['a nonce', "'nonce-R4nd0m'"], ['the hash of the style', "'HASH'"]] as const) {
  test(`under a strict policy with ${name}, and Trusted Types, it is shown, taken over and paid`, async ({ server, merchant, checkout, wallet, page, console }) => {
    const nonce = name === 'a nonce' ? { nonce: 'R4nd0m' } : {}
    const session = (await merchant.createSession({ return_url: undefined, markup: { locales: ['de-AT'], ...nonce } })) as Printed
    const strict = await MerchantPage.serve(shop(session), {
      'content-security-policy': `default-src 'none'; script-src ${server.url} 'nonce-R4nd0m' 'wasm-unsafe-eval'; connect-src ${server.url};
        style-src ${style.replace('HASH', session.markup.style_hash)}; require-trusted-types-for 'script'; trusted-types 'none'`.replace(/\s+/g, ' '),
    })
    const [found, shifts] = [await watch(page), await watchShifts(page)]
    const wasm: string[] = []
    page.on('request', (request) => request.url().endsWith('.wasm') && wasm.push(request.url()))
    const [loader, program] = [await without(page, '**/florin.js'), await without(page)]
    await page.goto(strict.url, { waitUntil: 'commit' })
    await expect(checkout.payButton).toHaveText('800,00 PHP bezahlen')
    await expect(checkout.payButton).toHaveCSS('background-color', 'rgb(31, 94, 255)')
    await checkout.chooseByWord('MAYA')
    await page.locator('input:checked').focus()
    // The page itself has named what the loader will ask for.
    await expect.poll(() => wasm.length).toBe(1)
    loader()
    await page.waitForFunction(() => customElements.get('florin-checkout'))
    await expect(page.locator('input:checked')).toHaveValue('MAYA')
    program()
    await checkout.ready()
    await expect(page.locator('input:checked')).toHaveValue('MAYA')
    await expect(page.locator('input:checked')).toBeFocused()
    await expect(page.locator('form')).toHaveCount(1)
    await expect(page.locator('form[action]')).toHaveCount(0)
    expect(await shifts()).toEqual([])
    await wallet.approve(await checkout.payWith('GCash'))
    await expect(page.getByRole('heading', { name: /800,00/ })).toBeVisible()
    expect(found).toEqual([])
    expect(console.errors).toEqual([])
    expect(wasm).toHaveLength(1)
    strict.close()
  })
}

test('what is pressed between loader and program is sent once', async ({ merchant, checkout, wallet, page }) => {
  const session = (await merchant.createSession({ return_url: undefined, markup: {} })) as Printed
  const shown = await MerchantPage.serve(shop(session))
  const program = await without(page)
  await page.goto(shown.url, { waitUntil: 'commit' })
  await page.waitForFunction(() => customElements.get('florin-checkout'))
  await checkout.chooseByWord('GCASH')
  await checkout.payButton.dblclick()
  await expect(checkout.payButton.locator('.spin')).toBeVisible()
  program()
  await wallet.approve(await checkout.scan())
  await checkout.expectPaid()
  expect(await merchant.outcome(session)).toBe('SUCCESS')
  shown.close()
})

test('what was pressed in a printed list is no answer to what is pressed later', async ({ merchant, checkout, wallet, page }) => {
  const session = (await merchant.createSession({ return_url: undefined, markup: {} })) as Printed
  const shown = await MerchantPage.serve(shop(session))
  const sent: string[] = []
  page.on('request', (request) => request.url().endsWith('/transactions') && request.method() === 'POST' && sent.push(JSON.parse(request.postData() ?? '').method))
  // The view is answered after the press: it knows of the open code already.
  const [program, view] = [await without(page), await without(page, /\/view$/)]
  await page.goto(shown.url, { waitUntil: 'commit' })
  await page.waitForFunction(() => customElements.get('florin-checkout'))
  await checkout.chooseByWord('MAYA')
  await checkout.payButton.click()
  await expect.poll(() => merchant.transactions(session)).toHaveLength(1)
  view()
  program()
  await checkout.scan()
  await checkout.payAnotherWay()
  await wallet.approve(await checkout.payWith('GCash'))
  await checkout.expectPaid()
  expect(sent).toEqual(['MAYA', 'GCASH'])
  shown.close()
})

test('what the loader will fetch is fetched early, and once', async ({ merchant, checkout, page, console }) => {
  const session = (await merchant.createSession({ markup: {} })) as Printed
  const shown = await MerchantPage.serve(shop(session))
  for (const url of [session.session_url, shown.url]) {
    const fetched: string[] = []
    page.on('request', (request) => /-[0-9A-Za-z]{12}\.(wasm|js|json)$/.test(request.url()) && fetched.push(new URL(request.url()).pathname))
    await page.goto(url)
    await checkout.chooseByWord('GCASH')
    await expect(page.locator('form[action]')).toHaveCount(0)
    const linked = await page.locator('link[rel=preload], link[rel=modulepreload]').evaluateAll((links) => links.map((link) => new URL((link as HTMLLinkElement).href).pathname))
    for (const kind of [/^\/florin-\w+\.wasm$/, /^\/florin-\w+\.js$/, /^\/en-\w+\.json$/]) {
      expect(linked.filter((path) => kind.test(path))).toHaveLength(1)
      expect(fetched.filter((path) => kind.test(path))).toHaveLength(1)
    }
    page.removeAllListeners('request')
  }
  expect(console.errors).toEqual([])
  shown.close()
})

test('what is pressed before the loader is there goes on at the hosted page', async ({ merchant, checkout, wallet, page }) => {
  const session = (await merchant.createSession({ markup: {} })) as Printed
  const shown = await MerchantPage.serve(shop(session))
  const loader = await without(page, '**/florin.js')
  await page.goto(shown.url, { waitUntil: 'commit' })
  await checkout.chooseByWord('GCASH')
  await checkout.payButton.click({ noWaitAfter: true })
  await page.waitForURL(/\/pay\/CS/, { waitUntil: 'commit' })
  loader()
  await wallet.approve(await checkout.scan())
  await page.waitForURL(/\/shop\/thanks/)
  shown.close()
})

test('a press that nobody answers is given up, also where a browser knows no time limits', async ({ merchant, checkout, page }) => {
  await page.clock.install()
  await page.addInitScript(() => Object.assign(AbortSignal, { timeout: undefined }))
  const session = (await merchant.createSession({ markup: {} })) as Printed
  const shown = await MerchantPage.serve(shop(session))
  const program = await without(page)
  await page.route('**/transactions', () => {})
  await page.goto(shown.url, { waitUntil: 'commit' })
  await page.waitForFunction(() => customElements.get('florin-checkout'))
  await checkout.chooseByWord('GCASH')
  await checkout.payButton.click()
  program()
  await expect(page.locator('form[action]')).toHaveCount(0)
  await page.clock.runFor(26_000)
  await expect(page.locator('.note', { hasText: 'GCash could not be opened.' })).toBeVisible()
  await expect(checkout.payButton).toHaveAttribute('aria-disabled', 'false')
  shown.close()
})

test('what was pressed before the loader and refused is told on the hosted page, once', async ({ merchant, checkout, page }) => {
  const session = (await merchant.createSession({ markup: {} })) as Printed
  const shown = await MerchantPage.serve(shop(session))
  const loader = await without(page, '**/florin.js')
  await page.goto(shown.url, { waitUntil: 'commit' })
  await expect(checkout.payButton).toHaveText('Pay ₱800.00')
  await merchant.change(session, { amount: '90000' })
  await checkout.chooseByWord('MAYA')
  await checkout.payButton.click({ noWaitAfter: true })
  await page.waitForURL(/\/pay\/CS\w+\?tried=MAYA&why=AMOUNT_CHANGED/, { waitUntil: 'commit' })
  const note = page.locator('.note', { hasText: 'The shop has changed the amount. It is now ₱900.00.' })
  // There with the page, and still there when the program has taken the list over.
  await expect(note).toBeVisible()
  loader()
  await expect(page.locator('form[action]')).toHaveCount(0)
  await expect(note).toBeVisible()
  await expect(page.locator('input:checked')).toHaveValue('MAYA')
  await expect(checkout.payButton).toHaveText('Pay ₱900.00')
  expect(await merchant.transactions(session)).toEqual([])
  await page.reload()
  await expect(page.locator('form[action]')).toHaveCount(0)
  await expect(note).toBeHidden()
  shown.close()
})

test('a printed amount that is no longer true is told at the press, and healed', async ({ merchant, checkout, page, console }) => {
  console.expect(/409/)
  const session = (await merchant.createSession({ markup: {} })) as Printed
  const shown = await MerchantPage.serve(shop(session))
  await merchant.change(session, { amount: '90000' })
  const program = await without(page)
  await page.goto(shown.url, { waitUntil: 'commit' })
  await page.waitForFunction(() => customElements.get('florin-checkout'))
  await expect(checkout.payButton).toHaveText('Pay ₱800.00')
  await checkout.payButton.click()
  program()
  await expect(page.locator('.note', { hasText: 'The shop has changed the amount. It is now ₱900.00.' })).toBeVisible()
  await expect(checkout.payButton).toHaveText('Pay ₱900.00')
  shown.close()
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('a purchase goes from the merchant\'s page over the plain one to the shop', async ({ merchant, checkout, wallet, page }) => {
    await page.route('**/shop/thanks*', (route) => route.fulfill({ body: 'Thank you' }))
    const session = (await merchant.createSession({ markup: { locales: ['zh-CN'] } })) as Printed
    const shown = await MerchantPage.serve(shop(session))
    await page.goto(shown.url)
    await expect(checkout.payButton).toHaveText('支付 PHP 800.00')
    await expect(page.locator('.timer')).toBeHidden()
    await page.screenshot({ path: 'shots/printed.png', fullPage: true })
    await checkout.chooseByWord('GCASH')
    await checkout.payButton.click()
    await page.waitForURL(/plain=1/)
    await wallet.approve(await readCode(await page.locator('svg.code').screenshot()))
    await page.waitForURL(/\/shop\/thanks\?.*session_id=/)
    shown.close()
  })
})
