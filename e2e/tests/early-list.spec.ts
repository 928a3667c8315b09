/** The list before the program: drawn by the server, the same to the pixel, and usable; what is done there is kept. */
import type { Page } from '@playwright/test'
import { MerchantPage } from '../support/merchant-page.ts'
import { watchShifts } from '../support/shifts.ts'
import { expect, test } from '../support/test.ts'
import { without } from '../support/without.ts'

/** What stands in the card: elements, attributes and words, as the eye and a screen reader find them. */
function outline(page: Page): Promise<string> {
  return page.locator('florin-checkout').evaluate((element) => {
    const line = (node: Node): string => {
      if (!(node instanceof Element)) return node.textContent ?? ''
      const attributes = [...node.attributes].filter(({ name }) => name !== 'checked').map(({ name, value }) => `${name}=${value}`)
      const marked = node instanceof HTMLInputElement && node.checked ? ' marked' : ''
      return `<${node.namespaceURI?.slice(-3)} ${node.localName} ${attributes.sort()}${marked}>${[...node.childNodes].map(line).join('')}</>`
    }
    return line(element.shadowRoot!.querySelector('section.card')!)
  })
}

/** By how much two pictures differ where they differ most, of 255. */
function difference(page: Page, ...pictures: Buffer[]): Promise<number> {
  return page.evaluate(async (pictures) => {
    const [one, other] = await Promise.all(
      pictures.map(async (picture) => {
        const image = await createImageBitmap(new Blob([Uint8Array.from(atob(picture), (char) => char.charCodeAt(0))]))
        const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d')!
        canvas.drawImage(image, 0, 0)
        return canvas.getImageData(0, 0, image.width, image.height).data
      }),
    )
    if (one!.length !== other!.length) return 255
    return one!.reduce((most, value, at) => Math.max(most, Math.abs(value - other![at]!)), 0)
  }, pictures.map((picture) => picture.toString('base64')))
}

for (const language of ['en', 'zh-Hans']) {
  test(`what the server draws is what the program draws, in ${language}`, async ({ merchant, checkout, page, server }) => {
    await merchant.dress({ color_primary: '#b4005a', border_radius: 8 })
    const session = await merchant.createSession({ display_locale: language, currency: 'HKD', amount: '128000' })
    // The clocks stand still, since they would go on between two pictures.
    await page.addInitScript(() => Object.assign(performance, { now: () => 5_000 }))
    const arrive = await without(page)
    // On a merchant's page, where list and view are one answer: that of the hosted page is older than its view, and so is its clock.
    const shop = await MerchantPage.serve(`<!doctype html><meta name="color-scheme" content="light dark"><script type="module" src="${server.url}/florin.js"></script>
      <florin-checkout session-id="${session.session_id}" client-token="${session.client_token}"></florin-checkout>`)
    await page.goto(shop.url)
    await expect(checkout.payButton).toBeVisible()
    const pictures = async () => {
      const shots = []
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        shots.push(await page.locator('florin-checkout').screenshot({ animations: 'disabled' }))
      }
      return shots
    }
    const early = { outline: await outline(page), pictures: await pictures() }
    arrive()
    await checkout.ready()

    expect(await outline(page)).toBe(early.outline)
    // The browser itself draws a rounded edge up to two of 255 lighter from one time to the next.
    for (const [at, picture] of (await pictures()).entries()) expect(await difference(page, picture, early.pictures[at]!), `picture ${at}`).toBeLessThanOrEqual(2)
    shop.close()
  })
}

test('choice and focus are kept, and nothing moves', async ({ merchant, checkout, page }) => {
  const shifts = await watchShifts(page)
  const arrive = await without(page)
  await checkout.open(await merchant.createSession())
  await expect(checkout.payButton).toBeVisible()
  const told = page.locator('florin-checkout').evaluate(
    (element) => new Promise((done) => element.addEventListener('florin-method-change', (event) => done((event as CustomEvent).detail.method))),
  )
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('ArrowDown')
  const chosen = page.locator('input:checked')
  const value = await chosen.getAttribute('value')
  await expect(chosen).toBeFocused()
  arrive()
  await checkout.ready()

  expect(await told).toBe(value)
  await expect(chosen).toHaveValue(value!)
  await expect(chosen).toBeFocused()
  expect(await shifts()).toEqual([])
})

test('what is pressed before the program is there is sent once, and goes on', async ({ merchant, checkout, wallet, page }) => {
  const session = await merchant.createSession()
  const sent: string[] = []
  page.on('request', (request) => request.url().endsWith('/transactions') && request.method() === 'POST' && sent.push(request.postData() ?? ''))
  const arrive = await without(page)
  await checkout.open(session)
  await checkout.chooseByWord('GCASH')
  await checkout.payButton.dblclick()
  await expect(checkout.payButton).toHaveAttribute('aria-disabled', 'true')
  await expect(checkout.payButton.locator('.spin')).toBeVisible()
  await page.keyboard.press('Enter')
  await page.waitForTimeout(3_000)
  expect(await merchant.transactions(session)).toHaveLength(1)
  arrive()

  await wallet.approve(await checkout.scan())
  await page.waitForURL(/\/shop\/thanks/)
  expect(sent.map((body) => JSON.parse(body))).toEqual([{ method: 'GCASH', version: 1 }])
  expect(await merchant.outcome(session)).toBe('SUCCESS')
})

test('an amount that changed under the press is told, and the next press is for the new one', async ({ merchant, checkout, wallet, page, console }) => {
  console.expect(/409/)
  const session = await merchant.createSession()
  const arrive = await without(page)
  await checkout.open(session)
  await expect(checkout.payButton).toBeVisible()
  await merchant.change(session, { amount: '90000' })
  await checkout.payButton.click()
  arrive()

  await expect(page.locator('.note', { hasText: 'The shop has changed the amount. It is now ₱900.00.' })).toBeVisible()
  await expect(checkout.payButton).toBeFocused()
  await wallet.approve(await checkout.payWith('GCash'))
  await page.waitForURL(/\/shop\/thanks/)
})

test('a press that was lost on its way is told, and can be made again', async ({ merchant, checkout, wallet, page, console }) => {
  console.expect(/ERR_FAILED/)
  const arrive = await without(page)
  await page.route('**/transactions', (route) => route.abort(), { times: 1 })
  await checkout.open(await merchant.createSession())
  await checkout.chooseByWord('GCASH')
  await checkout.payButton.click()
  arrive()

  await expect(page.locator('.note', { hasText: 'GCash could not be opened' })).toBeVisible()
  await wallet.approve(await checkout.payWith('GCash'))
  await page.waitForURL(/\/shop\/thanks/)
})

for (const { knows, sanitizes, early } of [
  { knows: 'other', sanitizes: true, early: true },
  { knows: 'other florin', sanitizes: false, early: true },
  { knows: 'other', sanitizes: false, early: false },
]) {
  test(`a page with Trusted Types that knows ${knows}, ${sanitizes ? 'with' : 'without'} setHTML`, async ({ merchant, checkout, page, server, console }) => {
    if (!early) console.expect(/Trusted|policy/i)
    if (!sanitizes) await page.addInitScript(() => Reflect.deleteProperty(Element.prototype, 'setHTML'))
    const { session_id, client_token } = await merchant.createSession()
    const policy = `require-trusted-types-for 'script'; trusted-types ${knows}; script-src 'self' 'wasm-unsafe-eval'; style-src 'none'`
    const body = `<!doctype html><florin-checkout session-id="${session_id}" client-token="${client_token}"></florin-checkout>
      <script type="module" src="/florin.js"></script>`
    await page.route('**/shop/strict', (route) => route.fulfill({ body, headers: { 'content-type': 'text/html', 'content-security-policy': policy } }))
    const arrive = await without(page)
    await page.goto(`${server.url}/shop/strict`)
    await (early ? expect(checkout.payButton) : expect(page.locator('.bone').first())).toBeVisible()
    await expect(checkout.payButton).toHaveCount(early ? 1 : 0)
    arrive()
    await checkout.ready()
    await expect(checkout.payButton).toBeVisible()
  })
}
