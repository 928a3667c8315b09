/** The merchant's looks, changed on the server and seen in an open page; the page's own before them; and every part by its name. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from '../support/test.ts'

const brand = {
  payee_name: 'Oolong & Daughters',
  color_primary: '#c2410c',
  border_radius: 6,
  spacing_unit: 5,
  font_size_base: 16,
  font_family: 'Georgia, serif',
  light: { color_surface: '#fffaf3', color_background: '#f6ecdf', color_text: '#2b1a10', color_text_secondary: '#6b5140', color_border: '#e6d5c3' },
  dark: { color_primary: '#fb923c', color_surface: '#1f1712', color_background: '#2b201a', color_border: '#433329' },
  result: { mode: 'TEXT', texts: [{ title: 'See you soon!', text: 'Your tea leaves us today.' }, { locale: 'fr', title: 'À bientôt !' }] },
}

/** A colour of the button that goes on, and of the card. */
function colours(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.querySelector('florin-checkout')!.shadowRoot!
    const ground = (selector: string) => getComputedStyle(root.querySelector(selector)!).backgroundColor
    return [ground('[part~=primary-button]'), ground('[part~=card]')]
  })
}

function partsShown(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.querySelector('florin-checkout')!.shadowRoot!
    return [...root.querySelectorAll('[part]')].flatMap((element) => [...element.part])
  })
}

/** A red square with a white dot. */
function logo(page: Page): Promise<string> {
  return page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 112, height: 112 })
    const paint = canvas.getContext('2d')!
    paint.fillStyle = '#c2410c'
    paint.fillRect(0, 0, 112, 112)
    paint.fillStyle = '#fff'
    paint.arc(56, 56, 30, 0, 7)
    paint.fill()
    return canvas.toDataURL('image/png')
  })
}

test('an open page changes with the merchant, and what was begun stays', async ({ merchant, checkout, wallet, page }, info) => {
  await checkout.open(await merchant.createSession())
  await checkout.choose('GCash')
  await expect(checkout.payButton).toBeEnabled()
  expect(await colours(page)).toEqual(['rgb(31, 94, 255)', 'rgb(255, 255, 255)'])

  // On the list: when the shopper comes back.
  const fetched = page.waitForResponse(/\/logos\//).then((answer) => answer.status())
  const picture = await logo(page)
  await merchant.dress({ ...brand, logo: picture, marks: { MAYA: picture } })
  await page.evaluate(() => window.dispatchEvent(new Event('focus')))
  await expect.poll(() => colours(page)).toEqual(['rgb(194, 65, 12)', 'rgb(255, 250, 243)'])
  await expect(page.getByText('Oolong & Daughters').first()).toBeVisible()
  await expect(checkout.method('GCash')).toBeChecked()
  expect(await fetched, 'the logo').toBe(200)
  const mark = page.locator('.tile.MAYA').first()
  expect(await mark.evaluate((tile) => getComputedStyle(tile, '::after').backgroundImage), "the merchant's own mark").toContain('/logos/')
  const parts = await partsShown(page)
  for (const [name, colorScheme, width] of [['desk', 'light', 1280], ['dark', 'dark', 1280], ['phone', 'light', 375]] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height: 800 })
    await page.screenshot({ path: `shots/branded-list-${name}.png` })
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze()
    expect.soft(violations.map(({ id, nodes }) => `${id} ${nodes.map((node) => node.target)}`), name).toEqual([])
  }

  // While a code is shown: with the next question.
  const code = await checkout.payWith('GCash')
  parts.push(...(await partsShown(page)))
  for (const [name, colorScheme, width] of [['dark', 'dark', 1280], ['phone', 'light', 375]] as const) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 800 })
    await page.screenshot({ path: `shots/branded-code-${name}.png` })
  }
  await merchant.dress({ color_primary: '#0b6e4f' })
  await expect.poll(() => colours(page).then(([button]) => button)).toBe('rgb(11, 110, 79)')
  expect(await checkout.scan()).toBe(code)

  // The page's own come before the merchant's.
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(`florin-checkout { --florin-color-primary: #7c3aed; --florin-border-radius: 0px }
      florin-checkout::part(countdown) { letter-spacing: 2px }`)
    document.adoptedStyleSheets = [sheet]
  })
  expect((await colours(page))[0]).toBe('rgb(124, 58, 237)')
  const spaced = await page.evaluate(() => {
    const clock = document.querySelector('florin-checkout')!.shadowRoot!.querySelector('dialog [part~=countdown]')!
    return getComputedStyle(clock).letterSpacing
  })
  expect(spaced).toBe('2px')
  await page.locator('florin-checkout').evaluate((element) => element.setAttribute('theme', 'dark'))
  await expect.poll(() => colours(page).then(([, card]) => card)).toBe('rgb(31, 23, 18)')

  await wallet.approve(code)
  await checkout.expectPaid()
  await expect(page.getByText('See you soon!')).toBeVisible()
  await page.screenshot({ path: 'shots/branded-paid.png' })
  const documented = readFileSync(join(resolve(import.meta.dirname, '../..'), 'docs/appearance.md'), 'utf8').split('## Parts')[1]!
  const rows = documented.split('\n').filter((line) => line.startsWith('| `'))
  const names = rows.flatMap((line) => [...line.split('|')[1]!.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name!))
  expect([...new Set(parts)].sort()).toEqual(names.sort())
  await info.attach('branded', { path: 'shots/branded-list-desk.png', contentType: 'image/png' })
})
