/**
 * Every state as people see it: in four languages, light and dark, on a desk and on a phone, and in English in a merchant's colours. A picture of each goes into
 * the gallery for eyes to judge (`report/gallery/index.html`); axe has nothing to say about any in two of the languages and both themes, and none is wider than its screen.
 */
import { type Browser, expect, type Page, type TestInfo } from '@playwright/test'
import { CheckoutPage } from '../pages/checkout.ts'
import { ShopPage } from '../pages/shop.ts'
import { Wallet } from '../pages/wallet.ts'
import { complaints } from '../support/axe.ts'
import { Console } from '../support/console.ts'
import { failures, raise } from '../support/failures.ts'
import { Faults } from '../support/faults.ts'
import { test } from '../support/gallery-servers.ts'
import { heardIn, languages, looksIn, wear } from '../support/looks.ts'
import { Merchant } from '../support/merchant.ts'
import { rareScenes } from '../support/rare-scenes.ts'
import { scenesAround } from '../support/scenes-around.ts'
import { type Scene, scenes, type Stage } from '../support/scenes.ts'

type Given = Pick<Stage, 'server' | 'merchant' | 'wallet' | 'faults'> & { browser: Browser }

for (const [name, scene] of Object.entries({ ...scenes, ...rareScenes, ...scenesAround })) {
  test.describe(name, () => {
    test.use({ ...scene.device })

    const { speaks } = scene
    const spoken = languages.map((together) => together.filter((language) => speaks?.includes(language) ?? true))
    for (const together of spoken.filter(({ length }) => length > 0)) {
      test(`${name} in ${together.join(', ')} looks right and is accessible`, async ({ browser, servers }, info) => {
        test.setTimeout(together.length * 90_000)
        await servers.with(scene, async (server) => {
          const given = { browser, server, merchant: new Merchant(server), wallet: new Wallet(server), faults: new Faults(server) }
          await visitAll(given, name, scene, together, info)
        })
      })
    }
  })
}

/** In one language after another; all at once where the way is long. */
async function visitAll(given: Given, name: string, scene: Scene, together: string[], info: TestInfo): Promise<void> {
  const visited = (language: string) =>
    test.step(language, async () => {
      info.annotations.push(...(await visit(given, name, scene, language)))
    })
  if (scene.waits) {
    return raise(await failures(together.map(visited)))
  }
  for (const language of together) {
    await visited(language)
    if (scene.misbehaves) await given.faults.clear()
  }
}

/** Goes there as a new shopper, and tells which pictures were taken. */
async function visit({ browser, ...given }: Given, name: string, scene: Scene, language: string): Promise<{ type: string; description: string }[]> {
  const { way, complains } = scene
  const context = await browser.newContext({ locale: language, reducedMotion: 'reduce' })
  try {
    const [page, console] = [await context.newPage(), new Console(context)]
    if (complains) console.expect(complains)
    const goods = [{ name: language === 'zh-Hans' ? '高山乌龙' : 'Alpine Oolong', quantity: 2, unit_amount: '40000' }]
    const session = await given.merchant.createSession({ display_locale: language, goods })
    await way({ ...given, page, checkout: new CheckoutPage(page), shop: new ShopPage(page, given.server), session, language })
    const pictures = await look(page, name, scene, language)
    expect.soft(console.errors, `the browser console, ${language}`).toEqual([])
    return pictures
  } finally {
    await context.close()
  }
}

/** All pictures first: some states do not last. */
async function look(page: Page, state: string, { speaks, excused, isTall = false }: Scene, language: string): Promise<{ type: string; description: string }[]> {
  const before = await standing(page)
  const pictures = []
  for (const look of looksIn(language)) {
    await wear(page, look)
    const file = `${state}-${language}-${look.theme}-${look.width}.png`
    await page.screenshot({ path: `shots/${file}`, fullPage: isTall, animations: 'disabled' })
    pictures.push({ type: 'picture', description: JSON.stringify({ state, language, ...look, file }) })
  }
  for (const look of heardIn(language, speaks)) {
    await wear(page, look)
    const heard = (await complaints(page)).filter((complaint) => !excused?.test(complaint))
    expect.soft(heard, `axe, ${language}, ${look.theme}, ${look.width}`).toEqual([])
  }
  expect(await standing(page), 'the state that was looked at').toEqual(before)
  await page.setViewportSize({ width: 320, height: 640 })
  expect.soft(await overflow(page), `sideways scrolling, ${language}`).toBeLessThanOrEqual(0)
  return pictures
}

/** What stands there, without the times: the words of headings and notes, and whether something lies over the page. */
function standing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const elements = [...document.querySelectorAll('florin-checkout, florin-part')]
    const roots = [document, ...elements.map(({ shadowRoot }) => shadowRoot)].filter((root) => root != null)
    const said = roots.flatMap((root) => [...root.querySelectorAll('h1, h2, .note, dialog[open]')])
    return said.map((part) => (part instanceof HTMLDialogElement ? 'dialog' : part.textContent!.replace(/\p{Nd}/gu, '')))
  })
}

/** By how many pixels the page is wider than the screen. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
}
