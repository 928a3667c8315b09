/** Who hears, who must not see things move, who magnifies: the page without JavaScript, the parts and the window are for them as well. */
import type { Locator, Page } from '@playwright/test'
import { Hurry } from '../support/hurry.ts'
import { MerchantPage } from '../support/merchant-page.ts'
import type { Session } from '../support/merchant.ts'
import { readCode } from '../support/qr.ts'
import { expect, test } from '../support/test.ts'

const named = ({ session_id, client_token }: Session) => `session-id="${session_id}" client-token="${client_token}"`
const shop = (server: string, body: string) => `<!doctype html><html lang="en"><title>Shop</title><meta name="viewport" content="width=device-width">
  <script type="module" src="${server}/florin.js"></script><main><h1>Tea</h1>${body}</main></html>`
const inWindow = (session: Session) => `<button onclick="document.querySelector('florin-checkout').open()">Buy</button>
  <florin-checkout presentation="dialog" ${named(session)}></florin-checkout>`
const inParts = (session: Session) => `${['clock', 'amount', 'method', 'methods', 'code', 'result'].map((show) => `<florin-part show="${show}" method="GCASH"></florin-part>`).join('')}
  <florin-checkout mode="component" ${named(session)}></florin-checkout>`

/** What the element's polite voice says, from now on. */
async function hear(page: Page): Promise<() => Promise<string[]>> {
  await page.locator('florin-checkout').evaluate((element) => {
    const said: string[] = []
    Object.assign(window, { said })
    const root = element.shadowRoot!
    let last = root.querySelector('[aria-live]')!.textContent ?? ''
    new MutationObserver(() => {
      const now = root.querySelector('[aria-live]')?.textContent
      if (now && now !== last) said.push(now)
      last = now ?? ''
    }).observe(root, { childList: true, characterData: true, subtree: true })
  })
  return () => page.evaluate(() => (window as unknown as { said: string[] }).said)
}

test.describe('while somebody waits', () => {
  test.use({ ends: false })

  test('the time is said at five, two and one minute and at thirty seconds, and at no other', async ({ merchant, checkout, page, console }) => {
    console.expect(/ERR_FAILED/)
    const hurry = await Hurry.before(page)
    await checkout.open(await merchant.createSession({ return_url: undefined, expire_time: new Date(Date.now() + 6 * 60_000).toISOString() }))
    await checkout.payWith('GCash')
    await hurry.begin()
    const said = await hear(page)
    // The server's clock goes on as it does: what is heard of it would take the page's minutes back.
    await page.route('**/status', (route) => route.abort())
    for (let second = 0; second < 330; second += 2) await page.clock.runFor(2_000)
    expect((await said()).filter((words) => /\d/.test(words))).toEqual(['5:00', '2:00', '1:00', '0:30'].map((time) => `This code is good for ${time}`))
    // That the line is down is said once, and not with every question.
    expect((await said()).length).toBeLessThanOrEqual(6)
  })
})

const running = (page: Page) =>
  page.evaluate(() => {
    const roots: (Document | ShadowRoot)[] = [document, ...[...document.querySelectorAll('*')].flatMap((element) => element.shadowRoot ?? [])]
    return roots.flatMap((root) => root.getAnimations()).filter(({ playState }) => playState === 'running').map((animation) => (animation as CSSAnimation).animationName ?? (animation as CSSTransition).transitionProperty)
  })

for (const reducedMotion of ['reduce', 'no-preference'] as const) {
  test(`with motion ${reducedMotion === 'reduce' ? 'reduced, nothing moves' : 'as ever, something does'}, from the list to the result`, async ({ merchant, checkout, wallet, page, server }) => {
    await page.emulateMedia({ reducedMotion })
    await merchant.dress({ result: { mode: 'REDIRECT', delay_seconds: 10 } })
    await page.route('**/shop/thanks*', (route) => route.fulfill({ status: 204 }))
    const place = await MerchantPage.serve(shop(server.url, inWindow(await merchant.createSession())))
    await page.goto(place.url)
    const seen = async (when: string) => (await running(page)).map((name) => `${when}: ${name}`)
    const moved: string[] = []
    await page.getByRole('button', { name: 'Buy' }).click()
    moved.push(...(await seen('opened')))
    await expect(checkout.payButton).toBeVisible()
    await checkout.chooseByWord('GCASH')
    moved.push(...(await seen('chosen')))
    await checkout.pay()
    moved.push(...(await seen('pressed')))
    await expect(checkout.code).toBeVisible()
    moved.push(...(await seen('code')))
    await wallet.approve(await checkout.scan())
    await checkout.expectPaid()
    moved.push(...(await seen('paid')))
    if (reducedMotion === 'reduce') expect(moved).toEqual([])
    else expect(moved.map((one) => one.split(':')[0])).toEqual(expect.arrayContaining(['code', 'paid']))
    place.close()
  })
}

/** Whether all of it is on the screen, beside nothing that would have to be moved sideways. */
async function canBeSeen(page: Page, part: Locator): Promise<void> {
  await part.scrollIntoViewIfNeeded()
  await expect(part).toBeInViewport({ ratio: 0.99 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
}

/** No words are cut off at the side. */
async function isWhole(page: Page): Promise<void> {
  const cut = await page.evaluate(() => {
    const roots: (Document | ShadowRoot)[] = [document, ...[...document.querySelectorAll('*')].flatMap((element) => element.shadowRoot ?? [])]
    const all = roots.flatMap((root) => [...root.querySelectorAll('*')])
    const isHidden = (element: Element) => getComputedStyle(element).overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1
    return all.filter((element) => element.checkVisibility() && !element.closest('.heard') && isHidden(element)).map((element) => `${element.localName}.${element.className}`)
  })
  expect(cut).toEqual([])
}

test.describe('at 400 %', () => {
  test.use({ viewport: { width: 320, height: 256 } })

  for (const [name, body] of [['a window', inWindow], ['parts', inParts]] as const) {
    for (const language of ['de', 'ar']) {
      test(`all of ${name} can be reached and read, in ${language}`, async ({ merchant, checkout, wallet, page, server }) => {
        const session = await merchant.createSession({ return_url: undefined, display_locale: language })
        const place = await MerchantPage.serve(shop(server.url, body(session)))
        // What is drawn in the system's colours is drawn in its widths as well, and its code is read by a telephone.
        if (language === 'ar') await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' })
        await page.goto(place.url)
        if (name === 'a window') await page.getByRole('button', { name: 'Buy' }).click()
        await checkout.ready()
        await canBeSeen(page, checkout.payButton)
        for (const row of await page.locator('.row').all()) await canBeSeen(page, row)
        await isWhole(page)
        await checkout.chooseByWord('GCASH')
        await checkout.pay()
        const code = page.locator('svg.code')
        await expect(code).toBeVisible()
        await canBeSeen(page, code)
        await isWhole(page)
        const text = await readCode(await code.screenshot({ animations: 'disabled' }))
        for (const button of await page.locator('florin-part[show=code] button:visible, dialog[open] dialog[open] button:visible').all()) await canBeSeen(page, button)
        await wallet.approve(text)
        const paid = page.locator('h2:visible', { hasText: /800/ })
        await canBeSeen(page, paid)
        await isWhole(page)
        place.close()
      })
    }
  }
})

for (const forcedColors of ['none', 'active'] as const) {
  test.describe(`the page without JavaScript, at 400 %${forcedColors === 'active' ? ' in forced colours' : ''}`, () => {
    test.use({ viewport: { width: 320, height: 256 }, javaScriptEnabled: false, forcedColors })

    test('can be reached and read', async ({ merchant, checkout, wallet, page }) => {
      const seen = async (part: Locator) => {
        await part.scrollIntoViewIfNeeded()
        await expect(part).toBeInViewport({ ratio: 0.99 })
        // Nothing sideways: the page cannot be asked by script, but its root is as wide as its window.
        const { width } = (await page.locator('main').boundingBox())!
        expect(width).toBeLessThanOrEqual(320)
      }
      await checkout.open(await merchant.createSession({ display_locale: 'de', return_url: undefined, goods: [{ name: 'Alpine Oolong', quantity: 2, unit_amount: '40000' }] }))
      for (const row of await page.locator('.row').all()) await seen(row)
      await checkout.chooseByWord('GCASH')
      await seen(checkout.payButton)
      await checkout.payButton.click()
      const code = page.locator('svg.code')
      await expect(code).toBeVisible()
      await seen(code)
      const text = await readCode(await code.screenshot())
      for (const button of await page.getByRole('button').all()) await seen(button)
      await wallet.approve(text)
      await expect(page.getByRole('heading', { name: /800,00/ })).toBeVisible()
      await seen(page.getByRole('heading', { name: /800,00/ }))
    })
  })
}

test('the focus is somewhere in the checkout after every change', async ({ merchant, checkout, wallet, page, server }) => {
  const place = await MerchantPage.serve(shop(server.url, `<florin-checkout ${named(await merchant.createSession({ return_url: undefined }))}></florin-checkout>`))
  await page.goto(place.url)
  await checkout.ready()
  const isHeld = (when: string) =>
    expect.poll(() => page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.localName ?? 'lost'), { message: when }).not.toBe('lost')
  await checkout.chooseByWord('GCASH')
  await checkout.payButton.focus()
  await page.keyboard.press('Enter')
  await isHeld('opening')
  await expect(checkout.code).toBeVisible()
  await isHeld('the code')
  await page.keyboard.press('Escape')
  await checkout.expectList()
  await isHeld('back on the list')
  await checkout.payButton.focus()
  await page.keyboard.press('Enter')
  await wallet.decline(await checkout.scan())
  await checkout.expectDeclined('GCash')
  await isHeld('declined')
  await checkout.button('Choose another way').focus()
  await page.keyboard.press('Enter')
  await checkout.expectList()
  await isHeld('the list again')
  const ground = () => page.locator('florin-checkout section').first().evaluate((section) => getComputedStyle(section).color)
  const light = await ground()
  await page.locator('florin-checkout').evaluate((element) => element.setAttribute('theme', 'dark'))
  await expect.poll(ground).not.toBe(light)
  await isHeld('another theme')
  await checkout.payButton.focus()
  await page.keyboard.press('Enter')
  const code = await checkout.scan()
  await merchant.dress({ color_primary: '#0b6e4f' })
  await expect(checkout.payButton).toHaveCSS('background-color', 'rgb(11, 110, 79)')
  await isHeld("the merchant's new looks")
  await wallet.approve(code)
  await checkout.expectPaid()
  await isHeld('paid')
  place.close()
})
