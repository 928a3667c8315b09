/**
 * Every state a shopper can meet, and the way there. Pictures and axe go through all of them, in every language:
 * a way says nothing that only one language has.
 */
import { expect, type Locator, type Page } from '@playwright/test'
import type { CheckoutPage } from '../pages/checkout.ts'
import type { ShopPage } from '../pages/shop.ts'
import type { Wallet } from '../pages/wallet.ts'
import type { Faults } from './faults.ts'
import { MerchantPage } from './merchant-page.ts'
import type { Merchant, Session } from './merchant.ts'
import type { Server } from './server.ts'

export interface Stage {
  page: Page
  server: Server
  checkout: CheckoutPage
  shop: ShopPage
  merchant: Merchant
  wallet: Wallet
  faults: Faults
  session: Session
  language: string
}

export type Way = (stage: Stage) => Promise<unknown>

export const list: Way = async ({ checkout, session }) => {
  await checkout.open(session)
  await expect(checkout.payButton).toBeVisible()
}

/** The page's own clock stands still, and no call of it is given up: what it says after some seconds is another state. */
const stopClock = (page: Page) =>
  page.addInitScript(() => {
    Object.assign(performance, { now: () => 5_000 })
    Object.assign(AbortSignal, { timeout: () => new AbortController().signal })
  })

/** The payment is being opened, and nobody answers. */
const openingHeld: Way = async (stage) => {
  await stopClock(stage.page)
  await stage.page.route('**/transactions', () => {})
  await opening(stage)
  await expect(stage.checkout.payButton.locator('.spin')).toBeVisible()
}

export const opening: Way = async (stage) => {
  await list(stage)
  await stage.checkout.chooseByWord('GCASH')
  await stage.checkout.pay()
}

export const waiting: Way = async (stage) => {
  await opening(stage)
  await expect(stage.checkout.code).toBeVisible()
}

const phone: Way = async (stage) => {
  await waiting(stage)
  await expect(stage.checkout.overlay.locator('a.app')).toBeVisible()
}

const passcode: Way = async ({ page, checkout, ...stage }) => {
  await list({ page, checkout, ...stage })
  await checkout.chooseByWord('BANK_TRANSFER')
  await checkout.pay()
  await expect(checkout.overlay.locator('.pass')).toBeVisible()
}

const copied: Way = async (stage) => {
  await stage.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await passcode(stage)
  const copy = stage.checkout.overlay.locator('.pass button')
  const before = await copy.textContent()
  await copy.click()
  await expect(copy).not.toHaveText(before ?? '')
}

/** A bank's form is filled in with what stands here; the largest amounts are paid so. */
const transfer: Way = async ({ checkout, merchant, language }) => {
  await checkout.open(await merchant.createSession({ currency: 'EUR', amount: '123456700', display_locale: language }))
  await checkout.chooseByWord('BANK_TRANSFER')
  await checkout.pay()
  await expect(checkout.overlay.locator('.slip button')).toHaveCount(6)
}

export const confirming: Way = async (stage) => {
  await stage.faults.add({ fault: 'pending', ms: 120_000 })
  await waiting(stage)
  await stage.wallet.approve(await stage.checkout.scan())
  await expect(stage.checkout.overlay.locator('.done')).toBeAttached()
}

/** A wallet has scanned the code that several wallets scan, and is asked on its own screen. */
const elsewhere: Way = async ({ checkout, merchant, language }) => {
  await checkout.open(await merchant.createSession({ currency: 'CNY', amount: '8888', display_locale: language }))
  await checkout.chooseByWord('ONE_CODE')
  await checkout.pay()
  const headers = { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 MicroMessenger/8.0.53' }
  await fetch(await checkout.scan(), { headers, redirect: 'manual' })
  await expect(checkout.overlay.locator('.say')).toBeVisible()
  await expect(checkout.code).toBeHidden()
}

const offline: Way = async (stage) => {
  await waiting(stage)
  await stage.page.context().setOffline(true)
  await expect(stage.checkout.overlay.locator('.wait.warn')).toBeVisible()
}

const late: Way = async (stage) => {
  await waiting(stage)
  await stage.page.route('**/status', (route) => route.abort())
  await expect(stage.checkout.overlay.locator('.wait.warn')).toBeVisible()
}

export const runOut: Way = async (stage) => {
  await waiting(stage)
  await expect(stage.checkout.overlay.locator('button.over')).toBeVisible({ timeout: 20_000 })
  // The channel is asked, and its answer told a moment later.
  const { merchant, session, page } = stage
  await expect.poll(async () => (await merchant.transactions(session))[0]!.status, { timeout: 20_000 }).not.toBe('PROCESSING')
  await page.waitForTimeout(5_000)
  await expect(stage.checkout.overlay.locator('.row2 button.soft')).toBeHidden()
}

const closing: Way = async (stage) => {
  await stage.faults.add({ fault: 'late', call: 'cancel', ms: 120_000, when: 'before', times: 99 })
  await waiting(stage)
  await stage.page.keyboard.press('Escape')
  await expect(stage.checkout.code).toBeHidden()
}

/** After five seconds the shopper may leave it to us. */
const leaving: Way = async (stage) => {
  await closing(stage)
  await expect(stage.checkout.overlay.locator('button.ghost')).toBeEnabled({ timeout: 10_000 })
}

const declined: Way = async (stage) => {
  await waiting(stage)
  await stage.wallet.decline(await stage.checkout.scan())
  await expect(stage.checkout.overlay.locator('.disc.bad')).toBeVisible()
}

/** The news that money was taken may come after the cancel's answer. */
const returned: Way = async (stage) => {
  await stage.faults.add({ fault: 'cancel_returns_money' })
  await waiting(stage)
  await stage.page.keyboard.press('Escape')
  await expect(stage.page.locator('.note')).toBeVisible()
}

export const paid: Way = async (stage) => {
  // The address of the shop answers with nothing, so that the page stays.
  await stage.page.route('**/shop/thanks*', (route) => route.fulfill({ status: 204 }))
  await waiting(stage)
  await stage.wallet.approve(await stage.checkout.scan())
  await expect(stage.checkout.overlay.locator('.disc.good')).toBeVisible()
}

const paidTwice: Way = async (stage) => {
  await waiting(stage)
  const first = await stage.checkout.scan()
  await stage.page.keyboard.press('Escape')
  await expect(stage.checkout.overlay).toBeHidden()
  await paid(stage)
  await stage.faults.add({ fault: 'paid_after_cancel' })
  await stage.wallet.approve(first)
  await toldAfterwards(stage, stage.page.locator('.note'))
}

const ended: Way = async ({ merchant, checkout, session, page }) => {
  await merchant.close(session)
  await checkout.open(session)
  await expect(page.locator('section.card h2')).toBeVisible()
}

const endedReturned: Way = async (stage) => {
  await waiting(stage)
  const code = await stage.checkout.scan()
  await stage.merchant.close(stage.session)
  await expect.poll(async () => (await stage.merchant.session(stage.session)).status, { timeout: 20_000 }).toBe('CANCELLED')
  await stage.faults.add({ fault: 'paid_after_cancel' })
  await stage.wallet.approve(code)
  await toldAfterwards(stage, stage.page.locator('section.card > .say', { hasText: 'GCash' }))
}

/** The page says it once the channel has been asked; a reload shows what is known by then. */
async function toldAfterwards({ checkout, session }: Stage, words: Locator): Promise<void> {
  await expect(async () => {
    await checkout.open(session)
    await expect(words).toBeVisible({ timeout: 2_000 })
  }).toPass({ timeout: 20_000 })
}

const loading: Way = async ({ page, server, session, language }) => {
  // The hosted page comes with its list: bars stand in a merchant's page, until the list is there.
  const shop = await MerchantPage.serve(`<!doctype html><html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}"><title>Northwind Tea</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<script type="module" src="${server.url}/florin.js"></script>
<main><h1>Northwind Tea</h1><florin-checkout session-id="${session.session_id}" client-token="${session.client_token}"></florin-checkout></main>`)
  page.once('close', () => shop.close())
  await page.route('**/pay/*/view', () => {})
  await page.goto(shop.url)
  await expect(page.locator('.bone').first()).toBeVisible()
}

const notShown: Way = async ({ page, checkout, session }) => {
  await page.route('**/pay/*/view', (route) => route.abort())
  await checkout.open(session)
  await expect(page.locator('section.card h2')).toBeVisible()
}

const notLoaded: Way = async ({ page, checkout, session }) => {
  await page.route('**/*.wasm', (route) => route.abort())
  await checkout.open(session)
  await expect(page.locator('section.card h2')).toBeVisible()
}

const gone: Way = ({ page, server }) => page.goto(`${server.url}/pay/CS${'a'.repeat(32)}`)

const shop: Way = ({ shop, language }) => shop.open({ lang: language, currency: 'PHP' })

const shopPaying: Way = async ({ shop, checkout, language }) => {
  await shop.open({ lang: language, currency: 'PHP' })
  await shop.till.click()
  await expect(checkout.payButton).toBeVisible()
}

const thanks: Way = async ({ page, server, checkout, wallet, ...stage }) => {
  await shopPaying({ page, server, checkout, wallet, ...stage })
  await checkout.pay()
  await expect(checkout.code).toBeVisible()
  await wallet.approve(await checkout.scan())
  await page.waitForURL(/\/shop\/thanks/)
}

const walletPage: Way = async (stage) => {
  await waiting(stage)
  await stage.page.goto(await stage.checkout.scan())
}

export const iphone = {
  userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1',
  isMobile: true,
  hasTouch: true,
}

export interface Scene {
  way: Way
  /** What this scene needs of its server. */
  settings?: Record<string, string>
  /** Another device than a desk's. */
  device?: { userAgent: string; isMobile: boolean; hasTouch: boolean }
  /** What the browser complains about on this way, and on no other. */
  complains?: RegExp
  /** The languages of this page, where it has not all of them: the demo's own pages speak two. */
  speaks?: string[]
  /** Channels are told to do this and that: it has a server of its own. */
  misbehaves?: boolean
  /** Real seconds pass on the way: it is gone in all languages at once. */
  waits?: boolean
  /** What axe may say here, and nowhere else. */
  excused?: RegExp
  /** Its pictures show the whole page, not only what the window holds. */
  isTall?: boolean
}

export const demo = ['en', 'zh-Hans']

export const scenes: Record<string, Scene> = {
  loading: { way: loading },
  list: { way: list },
  opening: { way: openingHeld },
  waiting: { way: waiting },
  phone: { way: phone, device: iphone },
  passcode: { way: passcode },
  copied: { way: copied },
  transfer: { way: transfer },
  confirming: { way: confirming, misbehaves: true, waits: true },
  elsewhere: { way: elsewhere, waits: true },
  offline: { way: offline, complains: /ERR_INTERNET_DISCONNECTED/, waits: true },
  late: { way: late, complains: /ERR_FAILED/, waits: true },
  'run-out': { way: runOut, settings: { FLORIN_CODE_SECONDS: '5' }, waits: true },
  closing: { way: async (stage) => (await stopClock(stage.page), closing(stage)), misbehaves: true },
  leaving: { way: leaving, misbehaves: true, waits: true },
  declined: { way: declined, waits: true },
  returned: { way: returned, misbehaves: true },
  paid: { way: paid, waits: true },
  'paid-twice': { way: paidTwice, misbehaves: true },
  ended: { way: ended },
  'ended-returned': { way: endedReturned, misbehaves: true },
  'not-shown': { way: notShown, complains: /ERR_FAILED/ },
  'not-loaded': { way: notLoaded, complains: /ERR_FAILED|florin:/ },
  gone: { way: gone, complains: /404/ },
  shop: { way: shop, speaks: demo },
  'shop-paying': { way: shopPaying, speaks: demo },
  thanks: { way: thanks, speaks: demo, waits: true },
  wallet: { way: walletPage, speaks: demo },
}
