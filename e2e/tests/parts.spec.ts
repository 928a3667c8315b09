/** `mode="component"`: parts that a merchant places where he likes, one session, one program, one question at a time. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page, Request } from '@playwright/test'
import { Example } from '../support/examples.ts'
import { MerchantPage } from '../support/merchant-page.ts'
import type { Session } from '../support/merchant.ts'
import { gaps } from '../support/polls.ts'
import { readCode } from '../support/qr.ts'
import { expect, test } from '../support/test.ts'

const carrier = ({ session_id, client_token }: Session, more = '') =>
  `<florin-checkout mode="component" session-id="${session_id}" client-token="${client_token}" ${more}></florin-checkout>`
const shop = (server: string, body: string, lang = 'en') => `<!doctype html><html lang="${lang}" dir="${lang === 'ar' ? 'rtl' : 'ltr'}"><title>Shop</title>
  <meta name="viewport" content="width=device-width"><main><h1>Tea</h1>${body}</main><script type="module" src="${server}/florin.js"></script></html>`

const show = (page: Page, what: string): Locator => page.locator(`florin-part[show=${what}]`)
const gcash = (page: Page): Locator => page.getByRole('button', { name: 'Pay with GCash' })

/** The text of the code in a part. */
async function scan(page: Page): Promise<string> {
  const code = show(page, 'code').first()
  await expect(code.locator('svg.code')).toBeVisible()
  return readCode(await code.locator('.frame').screenshot({ animations: 'disabled' }))
}

/** Where the focus is, through every shadow root. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let at = document.activeElement
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
    return at?.textContent ?? ''
  })

test('a product page sells by parts: one view, one program, one payment, one question every two seconds', async ({ server, wallet, page }) => {
  const example = await Example.start('parts', server)
  const asked: Request[] = []
  page.on('request', (request) => asked.push(request))
  const times = (what: RegExp) => asked.filter((request) => what.test(`${request.method()} ${new URL(request.url()).pathname}`))
  try {
    await page.goto(example.url)
    await expect(show(page, 'amount')).toHaveText(/940/)
    await expect(show(page, 'clock').getByRole('timer')).toBeVisible()
    await gcash(page).focus()
    await page.keyboard.press('Enter')
    // Pressed with another one right after it: the first counts.
    await page.evaluate(() => document.querySelector<HTMLElement>('[method=ALIPAY_PLUS]')!.shadowRoot!.querySelector('button')!.click())
    const code = await scan(page)
    await expect(page.getByRole('dialog')).toBeHidden()
    await expect.poll(() => focused(page)).toBe('GCash')
    await page.waitForTimeout(6_500)
    const polls = times(/\/status$/)
    expect(polls.length).toBeGreaterThanOrEqual(2)
    for (const gap of gaps(polls)) expect(gap).toBeGreaterThan(1_800)
    await wallet.approve(code)
    await expect(show(page, 'result').getByRole('heading', { name: /^Paid / })).toBeVisible()
    await expect.poll(() => focused(page)).toMatch(/^Paid /)
    await page.waitForURL(/\/thanks/)
    await example.hears(/^shipped example-/)
  } finally {
    await example.stop()
  }
  expect(times(/^POST \/pay\/\w+\/view$/)).toHaveLength(1)
  expect(times(/^POST .*\/transactions$/)).toHaveLength(1)
  expect(times(/\.wasm$/)).toHaveLength(1)
})

test('parts come, go, move and change, before the script and after it', async ({ server, merchant, wallet, page }) => {
  const session = await merchant.createSession({ return_url: undefined })
  const warned: string[] = []
  page.on('console', (message) => message.type() === 'warning' && warned.push(message.text()))
  const inside = carrier(session).replace('></', '><div id="in"><florin-part show="method" method="GCASH"></florin-part></div></')
  const place = await MerchantPage.serve(shop(server.url, `<florin-part show="methods" only="MAYA GCASH"></florin-part>${inside}<aside></aside><florin-part show="cod"></florin-part>`))
  await page.goto(place.url)
  await expect(gcash(page)).toBeVisible()
  await expect(show(page, 'methods').getByRole('radio')).toHaveCount(2)
  // Another list's choice is not confirmed here.
  await expect(show(page, 'methods').locator('.pay')).toHaveAttribute('aria-disabled', 'true')
  await show(page, 'methods').locator('.pay').dispatchEvent('click')
  expect(warned.filter((words) => words.includes('"cod"'))).toHaveLength(1)

  const views: string[] = []
  page.on('request', (request) => /\/view$|\/v1\/checkout\/\w+$|wasm$/.test(request.url()) && views.push(request.url()))
  const put = (html: string) => page.evaluate((html) => document.querySelector('aside')!.insertAdjacentHTML('beforeend', html), html)
  const late = (what: string) => put(`<florin-part show="${what}"></florin-part>`)
  await late('code')
  await late('code')
  await gcash(page).click()
  const code = await scan(page)
  await expect(show(page, 'code').locator('svg.code')).toHaveCount(2)
  await expect(gcash(page)).toHaveAttribute('aria-disabled', 'true')

  // Without a place for the code it stands in the overlay, and back in one that comes late.
  await page.evaluate(() => document.querySelectorAll('florin-part[show=code]').forEach((part) => part.remove()))
  await expect(page.getByRole('dialog').locator('svg.code')).toBeVisible()
  await late('code')
  await expect(page.getByRole('dialog')).toBeHidden()
  await page.evaluate(() => document.querySelector('#in')!.append(document.querySelector('florin-part[show=code]')!))
  expect(await scan(page)).toBe(code)
  await page.evaluate(() => (document.querySelector('florin-part[show=cod]') as HTMLElement & { show: string }).show = 'amount')
  await expect(show(page, 'amount')).toHaveText('₱800.00')
  await page.evaluate(() => document.querySelector('florin-checkout')!.setAttribute('theme', 'dark'))
  await expect(show(page, 'code').locator('.florin')).toHaveCSS('color-scheme', 'dark')
  await late('result')
  await wallet.approve(code)
  await expect(show(page, 'result').getByRole('heading', { name: /^Paid / })).toBeVisible()
  for (const gone of ['code', 'methods', 'method']) await expect(show(page, gone)).toHaveText('')
  expect(views, 'nothing was fetched twice').toEqual([])

  await page.evaluate(() => document.querySelector('#in')!.replaceChildren())
  await page.evaluate(() => document.querySelector('florin-checkout')!.remove())
  await expect(show(page, 'result')).toHaveText('')
  await expect(show(page, 'amount')).toHaveText('')
  place.close()
})

test('out of the code and back: the focus goes along, the other method pays, and whoever writes is left there', async ({ server, merchant, wallet, page }) => {
  const session = await merchant.createSession({ return_url: undefined })
  const buttons = ['GCASH', 'MAYA'].map((method) => `<florin-part show="method" method="${method}"></florin-part>`).join('')
  const place = await MerchantPage.serve(shop(server.url, `${buttons}<florin-part show="code"></florin-part><input aria-label="Note">${carrier(session)}`))
  await page.setViewportSize({ width: 375, height: 667 })
  await page.goto(place.url)
  await gcash(page).click()
  await scan(page)
  await show(page, 'code').getByRole('button', { name: 'Pay another way' }).click()
  await expect(show(page, 'code')).toHaveText('')
  await expect(gcash(page)).toHaveAttribute('aria-disabled', 'false')
  await expect(gcash(page)).toBeFocused()

  await page.getByRole('button', { name: 'Pay with Maya' }).click()
  const code = await scan(page)
  await expect(show(page, 'code').locator('svg.code')).toBeInViewport({ ratio: 1 })
  await page.getByLabel('Note').fill('Ring twice')
  await wallet.approve(code)
  // Nobody placed a result: it stands where the code stood.
  await expect(show(page, 'code').getByRole('heading', { name: /^Paid / })).toBeVisible()
  await expect(page.getByLabel('Note')).toBeFocused()
  expect(await merchant.outcome(session)).toBe('CANCELLED SUCCESS')
  place.close()
})

test('two checkouts on a strict page, each with parts of its own', async ({ server, merchant, wallet, page }) => {
  const sessions = [await merchant.createSession({ return_url: undefined }), await merchant.createSession({ return_url: undefined, amount: '120000' })]
  const parts = (id: string) => ['amount', 'method', 'code', 'result'].map((show) => `<florin-part show="${show}" method="GCASH" for="${id}"></florin-part>`).join('')
  const place = await MerchantPage.serve(shop(server.url, `${parts('a')}${parts('b')}${sessions.map((session, at) => carrier(session, `id="${'ab'[at]}"`)).join('')}`), {
    'content-security-policy': `default-src 'none'; script-src ${server.url} 'wasm-unsafe-eval'; connect-src ${server.url}; require-trusted-types-for 'script'; trusted-types 'none'`,
  })
  await page.goto(place.url)
  for (const [id, amount] of [['a', '₱800.00'], ['b', '₱1,200.00']] as const) {
    const of = (what: string) => page.locator(`florin-part[show=${what}][for=${id}]`)
    await expect(of('amount')).toHaveText(amount)
    await of('method').getByRole('button').click()
    await expect(of('code').locator('svg.code')).toBeVisible()
    await wallet.approve(await readCode(await of('code').locator('.frame').screenshot({ animations: 'disabled' })))
    await expect(of('result').getByRole('heading', { name: `Paid ${amount}` })).toBeVisible()
  }
  place.close()
})

test.describe('looks', () => {
  test.use({ ends: false })
  for (const lang of ['en', 'ar']) {
    test(`axe has nothing to say about parts in ${lang}`, async ({ server, merchant, page }, info) => {
      const parts = ['clock', 'amount', 'method', 'methods', 'code', 'result'].map((show) => `<florin-part show="${show}" method="GCASH"></florin-part>`).join('')
      const place = await MerchantPage.serve(shop(server.url, parts + carrier(await merchant.createSession({ display_locale: lang })), lang))
      await page.emulateMedia({ reducedMotion: 'reduce' })
      await page.goto(place.url)
      await show(page, 'method').getByRole('button').click()
      await expect(show(page, 'code').locator('svg.code')).toBeVisible()
      await expect(show(page, 'code').locator('.florin')).toHaveAttribute('dir', lang === 'ar' ? 'rtl' : 'ltr')
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        const { violations } = await new AxeBuilder({ page }).analyze()
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join('; ')}`)).toEqual([])
      }
      const path = `shots/parts-${lang}.png`
      await page.screenshot({ path, fullPage: true, animations: 'disabled' })
      await info.attach(`parts, ${lang}`, { path, contentType: 'image/png' })
      place.close()
    })
  }
})
