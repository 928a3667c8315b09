/**
 * The checkout elsewhere than in its own page: without a program, in a window, in a frame and in parts; and the pages on the way to a
 * wallet or a bank.
 */
import { expect, type Page } from '@playwright/test'
import { check } from '../pages/checkout.ts'
import { agents, phone as held } from './agents.ts'
import { MerchantPage } from './merchant-page.ts'
import type { Session } from './merchant.ts'
import { readCode } from './qr.ts'
import { demo, iphone, type Scene, type Stage, type Way } from './scenes.ts'

/** The page without a program, which looks again by itself: what stands there stays. */
async function plainly({ page, session }: Stage, state = ''): Promise<void> {
  await page.goto(`${session.session_url}?plain=1${state}`)
}

/** A session of the currency that the methods of mainland China want. */
const inYuan = (way: Way): Way => async (stage) => {
  const { merchant, language } = stage
  await way({ ...stage, session: await merchant.createSession({ currency: 'CNY', amount: '8888', display_locale: language }) })
}

const stays = (page: Page) => page.route('**/pay/**', (route) => route.fulfill({ status: 204 }))

const plainCode = async (stage: Stage): Promise<string> => {
  const { page, checkout } = stage
  await plainly(stage)
  await checkout.chooseByWord('GCASH')
  await checkout.pay()
  const code = page.locator('svg.code')
  await expect(code).toBeVisible()
  return readCode(await code.screenshot())
}

const plainWaiting: Way = async (stage) => {
  await plainCode(stage)
  await stays(stage.page)
}

const plainTransfer: Way = async (stage) => {
  const { page, checkout, merchant, language } = stage
  await plainly({ ...stage, session: await merchant.createSession({ currency: 'EUR', amount: '123456700', display_locale: language }) })
  await checkout.chooseByWord('BANK_TRANSFER')
  await checkout.pay()
  await expect(page.locator('.slip')).toBeVisible()
  await stays(page)
}

const plainRunOut: Way = async (stage) => {
  await plainCode(stage)
  await expect(stage.page.locator('button[value=renew]')).toBeVisible({ timeout: 20_000 })
  await expect.poll(async () => (await stage.merchant.transactions(stage.session))[0]!.status, { timeout: 20_000 }).not.toBe('PROCESSING')
  await stage.page.reload()
  await stays(stage.page)
}

const plainOver = (what: 'approve' | 'decline'): Way => async (stage) => {
  const code = await plainCode(stage)
  await stage.page.route('**/shop/thanks*', (route) => route.fulfill({ status: 204 }))
  await stage.wallet[what](code)
  await expect(stage.page.locator('.disc').last()).toBeVisible()
  await stays(stage.page)
}

const plainEnded: Way = async (stage) => {
  await stage.merchant.close(stage.session)
  await plainly(stage)
}

/** A merchant's page in the shopper's language, open as long as the shopper's is. */
async function inShop({ page, server, language }: Stage, body: string, style = ''): Promise<void> {
  const direction = language === 'ar' ? 'rtl' : 'ltr'
  const place = await MerchantPage.serve(`<!doctype html><html lang="${language}" dir="${direction}"><title>Northwind Tea</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><style>
body { max-width: 900px; margin: 0 auto; padding: 24px 16px; font: 15px/1.45 system-ui, sans-serif } ${style}</style>
<script type="module" src="${server.url}/florin.js"></script><main><h1>Northwind Tea</h1>${body}</main>`)
  page.once('close', () => place.close())
  await page.goto(place.url)
}

const element = ({ session_id, client_token }: Session, more: string) =>
  `<florin-checkout ${more} session-id="${session_id}" client-token="${client_token}"></florin-checkout>`

const dialog: Way = async (stage) => {
  await inShop(stage, element(stage.session, 'presentation="dialog"'))
  const around = stage.page.locator('florin-checkout')
  await around.evaluate(async (element) => {
    const checkout = element as unknown as { ready: Promise<void>; open(): void }
    await checkout.ready
    checkout.open()
  })
  await expect(stage.checkout.payButton).toBeVisible()
}

const dialogWaiting: Way = async (stage) => {
  await dialog(stage)
  await stage.checkout.chooseByWord('GCASH')
  await stage.checkout.pay()
  await expect(stage.checkout.code).toBeVisible()
}

const inside = (page: Page) => page.frameLocator('florin-checkout iframe')

const frame: Way = async (stage) => {
  await inShop(stage, element(stage.session, 'presentation="frame"'))
  await expect(inside(stage.page).locator('form button.pay')).toBeVisible()
  await expect(stage.page.locator('florin-checkout .bone')).toHaveCount(0)
}

const frameWaiting: Way = async (stage) => {
  await frame(stage)
  await check(inside(stage.page).locator('input[value=GCASH]'))
  await inside(stage.page).locator('form button.pay').click()
  await expect(inside(stage.page).locator('svg.code')).toBeVisible()
}

const part = (show: string, more = '') => `<florin-part show="${show}" ${more}></florin-part>`

const parts: Way = async (stage) => {
  const ways = `<p>${part('amount')} · ${part('clock')}</p><div class="ways">${part('method', 'method="GCASH"')}${part('method', 'method="ALIPAY_PLUS"')}</div>`
  const rest = `<aside>${part('code')}${part('result')}${element(stage.session, 'mode="component"')}</aside>`
  const style = '.all { display: flex; flex-wrap: wrap; gap: 24px } .all > * { flex: 1 1 300px; min-width: 0 } .ways { display: grid; gap: 12px; margin-block-end: 24px }'
  await inShop(stage, `<div class="all"><section>${ways}${part('methods', 'only="MAYA SHOPEEPAY BANK_TRANSFER"')}</section>${rest}</div>`, style)
  await expect(stage.page.locator('florin-part[show=methods] button.pay')).toBeVisible()
}

const partsCode = async (stage: Stage): Promise<string> => {
  await parts(stage)
  await stage.page.locator('florin-part[method=GCASH]').getByRole('button').click()
  const code = stage.page.locator('florin-part[show=code]')
  await expect(code.locator('svg.code')).toBeVisible()
  return readCode(await code.locator('.frame').screenshot({ animations: 'disabled' }))
}

const partsPaid: Way = async (stage) => {
  const { merchant, language, wallet, page } = stage
  const session = await merchant.createSession({ return_url: undefined, display_locale: language })
  await wallet.approve(await partsCode({ ...stage, session }))
  await expect(page.locator('florin-part[show=result] .disc.good')).toBeVisible()
}

/** To the page on the way to a channel's own, which waits there: nobody takes the form. */
async function onward({ page, checkout, session }: Stage, method: string): Promise<void> {
  await page.route('**/frontTransReq.do', (route) => route.fulfill({ status: 204 }))
  await checkout.open(session)
  await checkout.chooseByWord(method)
  await checkout.pay()
  await page.waitForURL('**/to/**', { waitUntil: 'commit' })
}

const unionpay: Way = async (stage) => {
  await onward(stage, 'UNIONPAY')
  await expect(stage.page.locator('form.going button')).toBeVisible()
}

const banks: Way = async (stage) => {
  await onward(stage, 'ONLINE_BANKING')
  await expect(stage.page.locator('.banks button')).not.toHaveCount(0)
}

const bank: Way = async (stage) => {
  await banks(stage)
  await stage.page.locator('.banks button').first().click()
  await expect(stage.page.locator('.other')).toBeVisible()
}

/** The way on to a payment that is over. */
const onwardOver: Way = async (stage) => {
  const { page, merchant, session } = stage
  await banks(stage)
  const [open] = await merchant.transactions(session)
  await merchant.post(`/v1/transactions/${open!.order_id}/cancel`, {})
  await page.reload()
  await expect(page.locator('[role=alert]')).toBeVisible()
}

/** The wallet's own bridge, which never answers: it covers the page as long as its payer thinks. */
const login = (method: string, bridge: string, call: string): Way => async ({ page, checkout, session }) => {
  await page.addInitScript(({ bridge, call }) => Object.assign(window, { [bridge]: { [call]() {} } }), { bridge, call })
  await checkout.open(session)
  await checkout.chooseByWord(method)
  await checkout.pay()
  await page.waitForURL('**/login/**')
  await expect(page.locator('main[data-request]')).toBeAttached()
}

const noReceipt: Way = ({ page, server }) => page.goto(`${server.url}/c/RC${'a'.repeat(32)}`)

/** The payer's own code; a till has scanned it, or has not yet. */
const paymentCode: Way = async ({ page, server }) => {
  await page.goto(`${server.sandbox}/wallet/code`)
  await expect(page.locator('img, svg').first()).toBeVisible()
  await page.route('**/wallet/code*', (route) => route.fulfill({ status: 204 }))
}

const paymentCodeScanned: Way = async (stage) => {
  const { page, server, merchant, session } = stage
  await page.goto(`${server.sandbox}/wallet/code`)
  const code = new URL(page.url()).searchParams.get('code')!
  const charge = { merchant_id: '18356675194960', trans_id: `c${session.trans_id}`, currency: 'PHP', amount: '25000' }
  await merchant.post('/v1/transactions', { ...charge, payment: { payment_code: code } })
  await page.waitForURL('**/wallet?code=*')
}

/** Without a script only the page itself can look again; it does while something is under way. */
const excused = /^meta-refresh/

export const scenesAround: Record<string, Scene> = {
  'plain-list': { way: plainly, isTall: true },
  'plain-not-opened': { way: (stage) => plainly(stage, '&tried=GCASH&why=CHANNEL_UNAVAILABLE'), isTall: true },
  'plain-waiting': { way: plainWaiting, isTall: true, excused },
  'plain-transfer': { way: plainTransfer, isTall: true, excused },
  'plain-run-out': { way: plainRunOut, settings: { FLORIN_CODE_SECONDS: '5' }, waits: true },
  'plain-declined': { way: plainOver('decline'), waits: true },
  'plain-paid': { way: plainOver('approve'), waits: true, excused },
  'plain-ended': { way: plainEnded },
  dialog: { way: dialog },
  'dialog-waiting': { way: dialogWaiting },
  frame: { way: frame, isTall: true },
  'frame-waiting': { way: frameWaiting, isTall: true },
  parts: { way: parts, isTall: true },
  'parts-waiting': { way: partsCode, isTall: true },
  'parts-paid': { way: partsPaid, isTall: true, waits: true },
  unionpay: { way: inYuan(unionpay), device: iphone },
  banks: { way: inYuan(banks), isTall: true },
  bank: { way: inYuan(bank) },
  'onward-over': { way: inYuan(onwardOver), complains: /410/ },
  'login-wechat': { way: inYuan(login('WECHATPAY', 'WeixinJSBridge', 'invoke')), device: { userAgent: agents.wechatOnIphone, ...held } },
  'login-alipay': { way: inYuan(login('ALIPAY', 'AlipayJSBridge', 'call')), device: { userAgent: agents.alipay, ...held } },
  'receipt-gone': { way: noReceipt, complains: /404/ },
  'payment-code': { way: paymentCode, speaks: demo },
  'payment-code-scanned': { way: paymentCodeScanned, speaks: demo },
}
