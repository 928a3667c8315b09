/** The states that a shopper meets seldom: what is said above the list, what ends early, and the pages beside the checkout. */
import { expect } from '@playwright/test'
import { Terminal } from '../pages/terminal.ts'
import { confirming, demo, list, opening, paid, runOut, type Scene, waiting, type Way } from './scenes.ts'

const noted: Way = ({ page }) => expect(page.locator('section.card > .note')).not.toBeEmpty()

/** The server refuses to open a payment, with this status and code. */
const refused = (status: number, code: string): Scene => ({
  complains: new RegExp(String(status)),
  way: async (stage) => {
    const json = { ret_code: code, ret_msg: 'No.' }
    await stage.page.route('**/transactions', (route) => route.fulfill({ status, json }))
    await opening(stage)
    await noted(stage)
  },
})

const amountChanged: Way = async (stage) => {
  await list(stage)
  await stage.merchant.change(stage.session, { amount: '95000' })
  await stage.checkout.chooseByWord('GCASH')
  await stage.checkout.pay()
  await noted(stage)
}

const cancelledElsewhere: Way = async (stage) => {
  await waiting(stage)
  const [open] = await stage.merchant.transactions(stage.session)
  await stage.merchant.post(`/v1/transactions/${open!.order_id}/cancel`, {})
  await noted(stage)
}

const leftToTheBank: Way = async (stage) => {
  await confirming(stage)
  await stage.page.keyboard.press('Escape')
  await noted(stage)
}

const noMethod: Way = async (stage) => {
  const { checkout, merchant, language } = stage
  await checkout.open(await merchant.createSession({ currency: 'USD', amount: '1000', display_locale: language }))
  await noted(stage)
  await expect(checkout.payButton).toHaveAttribute('aria-disabled', 'true')
}

const asking: Way = async (stage) => {
  await waiting(stage)
  await stage.page.route('**/check', () => {})
  await stage.checkout.overlay.locator('.row2 button.soft').click()
  await expect(stage.checkout.overlay.locator('.wait .spin')).toBeVisible()
}

/** A new code that nobody answers: there is a way out, and it is said why. */
const newCodeOffline: Way = async (stage) => {
  await runOut(stage)
  await stage.page.context().setOffline(true)
  await stage.checkout.overlay.locator('button.over').click()
  await expect(stage.checkout.overlay.locator('button.over')).toBeHidden()
  // Nothing turns where nothing goes on.
  await expect(stage.checkout.overlay.locator('.spin')).toBeHidden()
  await expect(stage.checkout.overlay.locator('button.ghost')).toBeEnabled()
}

const notWorked: Way = async (stage) => {
  await waiting(stage)
  await stage.page.route('**/status', async (route) => {
    const answer = await (await route.fetch()).json()
    const state = { ...answer.data, payment_status: 'FAIL', phase: 'OVER', reason: 'CHANNEL_UNAVAILABLE', seq: answer.data.seq + 1 }
    await route.fulfill({ json: { ...answer, data: state } })
  })
  await expect(stage.checkout.overlay.locator('.disc.bad')).toBeVisible()
}

const paidInCard: Way = async (stage) => {
  await paid(stage)
  await stage.page.keyboard.press('Escape')
  await expect(stage.page.locator('section.card .disc.good')).toBeVisible()
}

const paidWithoutWayBack: Way = async (stage) => {
  const { merchant, language } = stage
  await paid({ ...stage, session: await merchant.createSession({ return_url: undefined, display_locale: language }) })
}

const expired: Way = async ({ merchant, checkout, page, language }) => {
  const expire_time = new Date(Date.now() + 5_000).toISOString()
  await checkout.open(await merchant.createSession({ expire_time, display_locale: language }))
  await expect(page.locator('section.card h2')).toBeVisible({ timeout: 20_000 })
}

/** The view does not come, for want of a network. (The browser only says so: what was intercepted here is never cached, and the words are needed.) */
const failedOffline: Way = async ({ page, checkout, session }) => {
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false }))
  await page.route('**/pay/*/view', (route) => route.abort('internetdisconnected'))
  await checkout.open(session)
  await expect(page.locator('section.card h2')).toBeVisible()
}

const stranger: Way = async ({ page, server, session, language }) => {
  await page.context().grantPermissions(['local-network-access'])
  const body = `<!doctype html><html lang="${language}"><title>Stranger</title><meta name="viewport" content="width=device-width">
    <script type="module" src="${server.url}/florin.js"></script><main><h1>Shop</h1>
    <florin-checkout session-id="${session.session_id}" client-token="${session.client_token}"></florin-checkout></main></html>`
  await page.route('https://stranger.example/**', (route) => route.fulfill({ contentType: 'text/html', body }))
  await page.goto('https://stranger.example/')
  await expect(page.locator('section.card h2')).toBeVisible()
}

const receipt: Way = async ({ page, merchant }) => {
  const stall = { currency: 'PHP', label: 'Tea', min_amount: '1000', max_amount: '500000' }
  await page.goto((await merchant.post<{ url: string }>('/v1/codes', stall)).url)
  await expect(page.locator('form')).toBeVisible()
}

const receiptRefused: Way = async (stage) => {
  await receipt(stage)
  await stage.page.locator('#amount').fill('1')
  await stage.page.locator('form button').click()
  await expect(stage.page.getByRole('alert')).toBeVisible()
}

const walletPaid: Way = async (stage) => {
  await waiting(stage)
  const code = await stage.checkout.scan()
  await stage.wallet.approve(code)
  await stage.page.goto(code)
  await expect(stage.page.getByRole('status')).toBeVisible()
}

const atTerminal: Way = async ({ server, checkout, merchant }) => {
  await checkout.open(await merchant.createSession({ currency: 'CNY', amount: '8888' }))
  await checkout.chooseByWord('POS_ORDER')
  await checkout.pay()
  await expect(checkout.code).toBeVisible()
  const line = checkout.overlay.locator('.wait > span').nth(1)
  const before = await line.textContent()
  await new Terminal(server, 'T1').claim(await checkout.scan())
  await expect(line).not.toHaveText(before ?? '')
}

const shopDown: Way = async ({ page, server, language }) => {
  await page.route('**/shop/catalogue*', (route) => route.abort())
  await page.goto(`${server.url}/?lang=${language}`)
  await expect(page.locator('html.is-down')).toBeAttached()
}

export const rareScenes: Record<string, Scene> = {
  'amount-changed': { way: amountChanged, complains: /409/ },
  'not-opened': refused(503, 'CHANNEL_UNAVAILABLE'),
  ending: refused(409, 'SESSION_CLOSED'),
  'too-often': refused(429, 'TOO_MANY_REQUESTS'),
  'cancelled-elsewhere': { way: cancelledElsewhere, waits: true },
  'left-to-the-bank': { way: leftToTheBank, misbehaves: true, waits: true },
  'no-method': { way: noMethod },
  asking: { way: asking },
  'new-code-offline': { way: newCodeOffline, settings: { FLORIN_CODE_SECONDS: '5' }, complains: /ERR_INTERNET_DISCONNECTED/, waits: true },
  'not-worked': { way: notWorked, waits: true },
  'paid-in-card': { way: paidInCard, waits: true },
  'paid-without-way-back': { way: paidWithoutWayBack, waits: true },
  expired: { way: expired, waits: true },
  'failed-offline': { way: failedOffline, complains: /ERR_INTERNET_DISCONNECTED/ },
  stranger: { way: stranger, complains: /403/ },
  receipt: { way: receipt },
  'receipt-refused': { way: receiptRefused, complains: /422/ },
  'wallet-enter': { way: ({ page, server }) => page.goto(`${server.sandbox}/wallet`), speaks: demo },
  'wallet-paid': { way: walletPaid, speaks: demo },
  'at-terminal': { way: atTerminal, waits: true },
  'fault-panel': { way: ({ page, server }) => page.goto(`${server.sandbox}/faults`), speaks: ['en'] },
  'shop-down': { way: shopDown, complains: /ERR_FAILED/, speaks: demo },
}
