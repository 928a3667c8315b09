/** Whatever clock, magnification or colours a shopper's browser has: the same purchase, with the same truth. */
import type { Locator, Page } from '@playwright/test'
import { readCode } from '../support/qr.ts'
import { expect, test } from '../support/test.ts'

const day = 86_400_000

/** A browser whose clock is wrong by so much, and by more once somebody sets it. */
async function wrong(page: Page, by: number): Promise<void> {
  await page.addInitScript((by) => {
    const Right = Date
    const clock = { by }
    Object.assign(window, { clock })
    const now = () => Right.now() + clock.by
    window.Date = new Proxy(Right, {
      construct: (target, given: [number]) => new target(...(given.length > 0 ? given : ([now()] as [number]))),
      get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
    })
  }, by)
}

/** The seconds that a clock shows. */
async function shown(clock: Locator): Promise<number> {
  const [minutes, seconds] = (await clock.locator('span[aria-hidden]').textContent())!.split(':').map(Number)
  return minutes! * 60 + seconds!
}

for (const [name, by] of [['a day behind', -day], ['a day ahead', day]] as const) {
  test(`with a clock ${name}, and set in the middle, the countdowns are right and the purchase is made`, async ({ merchant, checkout, wallet, page }) => {
    await wrong(page, by)
    const ends = Date.now() + 10 * 60_000
    await checkout.open(await merchant.createSession({ return_url: undefined, expire_time: new Date(ends).toISOString() }))
    const isRight = async (clock: Locator, until: number) => {
      const left = (until - Date.now()) / 1000
      expect(Math.abs((await shown(clock)) - left), `of ${left} s`).toBeLessThan(4)
    }
    expect(Math.abs((await page.evaluate(() => Date.now())) - Date.now() - by)).toBeLessThan(5_000)
    await expect(page.locator('form[action]')).toHaveCount(0)
    await isRight(page.getByRole('timer'), ends)

    const opened = Date.now()
    const code = await checkout.payWith('GCash')
    const clock = checkout.overlay.getByRole('timer')
    const codeEnds = opened + (await shown(clock)) * 1000
    await page.evaluate((by) => ((window as unknown as { clock: { by: number } }).clock.by = -by), by)
    await page.waitForTimeout(5_000)
    await isRight(clock, codeEnds)
    await wallet.approve(code)
    await checkout.expectPaid()
  })
}

/** Whether all of it is on the screen, beside nothing that would have to be moved sideways. */
async function canBeSeen(page: Page, part: Locator): Promise<void> {
  await part.scrollIntoViewIfNeeded()
  await expect(part).toBeInViewport({ ratio: 0.99 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
}

test.describe('at 400 %', () => {
  // WCAG 2.2, 1.4.10: a screen of 1280 by 1024, magnified four times.
  test.use({ viewport: { width: 320, height: 256 } })

  for (const language of ['en', 'de', 'ar']) {
    test(`everything of a purchase can be reached and read, in ${language}`, async ({ merchant, checkout, wallet, page }) => {
      await checkout.open(await merchant.createSession({ return_url: undefined, display_locale: language, goods: [{ name: 'Alpine Oolong', quantity: 2, unit_amount: '40000' }] }))
      await expect(page.locator('form[action]')).toHaveCount(0)
      for (const row of await page.locator('.row').all()) await canBeSeen(page, row)
      await checkout.chooseByWord('GCASH')
      await canBeSeen(page, checkout.payButton)
      await checkout.pay()
      await expect(checkout.code).toBeVisible()
      // A phone is held to the whole code, not to a part of it.
      await canBeSeen(page, checkout.code)
      const code = await readCode(await page.screenshot({ animations: 'disabled' }))
      for (const button of await checkout.overlay.getByRole('button').all()) {
        if (await button.isVisible()) await canBeSeen(page, button)
      }
      const sideways = await checkout.overlay.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth)
      expect(sideways, 'the sheet scrolls sideways').toBeLessThanOrEqual(0)
      await wallet.approve(code)
      await canBeSeen(page, checkout.overlay.locator('h2'))
    })
  }
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`in forced colours, ${colorScheme}, the choice, the focus and the code can be told from the rest`, async ({ merchant, checkout, wallet, page }) => {
    await page.emulateMedia({ forcedColors: 'active', colorScheme, reducedMotion: 'reduce' })
    await checkout.open(await merchant.createSession({ return_url: undefined }))
    await expect(page.locator('form[action]')).toHaveCount(0)
    await checkout.chooseByWord('GCASH')
    const looks = (part: Locator) =>
      part.evaluate((element) => {
        const { borderTopColor, borderTopWidth, outlineStyle, outlineColor, backgroundColor } = getComputedStyle(element)
        return { border: `${borderTopWidth} ${borderTopColor}`, outline: `${outlineStyle} ${outlineColor}`, ground: backgroundColor }
      })
    const row = (word: string) => page.locator('.row', { has: page.locator(`input[value=${word}]`) })
    expect((await looks(row('GCASH'))).border).not.toBe((await looks(row('MAYA'))).border)
    const dot = (word: string) => row(word).locator('.dot')
    expect((await looks(dot('GCASH'))).border).not.toBe((await looks(dot('MAYA'))).border)
    // A button is its border there: its own colour is taken away.
    expect(parseFloat((await looks(checkout.payButton)).border)).toBeGreaterThan(0)
    await page.keyboard.press('Tab')
    await page.locator('input[value=GCASH]').focus()
    await page.keyboard.press('ArrowDown')
    const focused = await looks(page.locator('.row', { has: page.locator('input:focus') }))
    expect(focused.outline).toMatch(/^solid/)
    expect(focused.outline.replace('solid ', '')).not.toBe((await looks(page.locator('.card'))).ground)

    await checkout.chooseByWord('GCASH')
    await checkout.pay()
    // Dark on light in every colour, or no telephone reads it.
    const code = await checkout.scan()
    await wallet.approve(code)
    await checkout.expectPaid()
  })
}

test('without a network at the press, the focus is where the shopper goes on', async ({ merchant, checkout, context, page, console }) => {
  console.expect(/ERR_INTERNET_DISCONNECTED/)
  await checkout.open(await merchant.createSession())
  await expect(page.locator('form[action]')).toHaveCount(0)
  await context.setOffline(true)
  await checkout.chooseByWord('GCASH')
  await checkout.pay()
  const way = checkout.button('Pay another way')
  await expect(way).toBeVisible()
  await way.focus()
  await page.keyboard.press('Enter')
  await expect(way).toBeHidden()
  await expect(page.locator('florin-checkout :focus')).toHaveCount(1)
  await context.setOffline(false)
})
