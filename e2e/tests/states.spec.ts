/**
 * Every state as people see it: in two languages, some from right to left as well, light and dark, on a desk and on a phone. A picture of each goes
 * into the report for eyes to judge; axe has nothing to say about any, and none is wider than its screen.
 */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { rareScenes } from '../support/rare-scenes.ts'
import { scenes } from '../support/scenes.ts'
import { expect, test } from '../support/test.ts'

const looks = {
  light: { colorScheme: 'light', width: 1280, height: 900 },
  dark: { colorScheme: 'dark', width: 1280, height: 900 },
  phone: { colorScheme: 'light', width: 375, height: 740 },
  'phone-dark': { colorScheme: 'dark', width: 375, height: 740 },
} as const

type Look = keyof typeof looks

/** What Arabic could turn the wrong way round: a state of each kind. */
const mirrored = ['list', 'waiting', 'passcode', 'paid', 'declined', 'not-loaded', 'receipt']

for (const [name, { way, settings, device, complains }] of Object.entries({ ...scenes, ...rareScenes })) {
  for (const language of ['en', 'zh-Hans', ...(mirrored.includes(name) ? ['ar'] : [])]) {
    test.describe(name, () => {
      test.use({ ...device, settings: settings ?? {}, ends: false, locale: language })

      test(`${name} in ${language} looks right and is accessible`, async ({ page, console, merchant, server, checkout, shop, wallet, faults }, info) => {
        if (complains) console.expect(complains)
        await page.emulateMedia({ reducedMotion: 'reduce' })
        const goods = [{ name: language === 'zh-Hans' ? '高山乌龙' : 'Alpine Oolong', quantity: 2, unit_amount: '40000' }]
        const session = await merchant.createSession({ display_locale: language, goods })
        await way({ page, merchant, server, checkout, shop, wallet, faults, session, language })

        // All pictures first: some states do not last.
        const before = await standing(page)
        for (const look of Object.keys(looks) as Look[]) {
          await wear(page, look)
          const path = `shots/${name}-${language}-${look}.png`
          await page.screenshot({ path, animations: 'disabled' })
          await info.attach(`${name}, ${language}, ${look}`, { path, contentType: 'image/png' })
        }
        for (const look of Object.keys(looks) as Look[]) {
          await wear(page, look)
          expect.soft(await complaints(page), `axe, ${look}`).toEqual([])
        }
        expect(await standing(page), 'the state that axe has seen').toEqual(before)
        await page.setViewportSize({ width: 320, height: 640 })
        expect(await overflow(page), 'sideways scrolling').toBeLessThanOrEqual(0)
      })
    })
  }
}

async function wear(page: Page, look: Look): Promise<void> {
  const { colorScheme, ...size } = looks[look]
  await page.emulateMedia({ colorScheme })
  await page.setViewportSize(size)
}

/** What stands there, without the times: the words of headings and notes, and whether something lies over the page. */
function standing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const roots = [document, document.querySelector('florin-checkout')?.shadowRoot].filter((root) => root != null)
    const said = roots.flatMap((root) => [...root.querySelectorAll('h1, h2, .note, dialog')])
    return said.map((part) => (part instanceof HTMLDialogElement ? `dialog ${part.open}` : part.textContent!.replace(/\d/g, '')))
  })
}

/** By how many pixels the page is wider than the screen. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
}

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

async function complaints(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze()
  const where = (nodes: { target: unknown[]; failureSummary?: string }[]) =>
    nodes.map((node) => `${node.target.join(' ')} (${node.failureSummary?.split('\n')[1]?.trim()})`).join('; ')
  return violations.map(({ id, nodes }) => `${id}: ${where(nodes)}`)
}
