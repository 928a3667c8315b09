/** The examples of each scene, as `examples/scenes/README.md` starts them: a whole purchase in each. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Terminal } from '../pages/terminal.ts'
import { agents, phone } from '../support/agents.ts'
import { Example } from '../support/examples.ts'
import { readCode } from '../support/qr.ts'
import type { Server } from '../support/server.ts'
import { expect, test } from '../support/test.ts'

/** What a test has started, and what is stopped after it, whatever became of it. */
const started: { stop(): unknown }[] = []
test.afterEach(async () => {
  for (const one of started.splice(0)) await one.stop()
})

async function shop(name: string, server: Server): Promise<Example> {
  const example = await Example.run('node', [join('scenes', name)], server)
  started.push(example)
  return example
}

const shipped = /^shipped example-/

test('at a computer: a transfer for a large order, and back to the order\'s page', async ({ server, checkout, wallet, page }) => {
  const example = await shop('pc.js', server)
  await page.goto(example.url)
  await page.getByRole('button', { name: 'Pay by transfer' }).click()
  await checkout.chooseByWord('BANK_TRANSFER')
  const opened = page.waitForResponse((answer) => answer.url().endsWith('/transactions'))
  await checkout.pay()
  const { data } = await (await opened).json()
  await expect(checkout.overlay.locator('.slip')).toContainText('€12,345.67')
  await wallet.approve(data.next_action.text)
  // Faster than to wait; the page may have heard of it before.
  await checkout.button('I have paid').click({ timeout: 2_000 }).catch(() => {})
  await page.waitForURL(/\/order\?.*session_id=CS/)
  await expect(page.getByRole('heading', { name: 'Paid', exact: true })).toBeVisible()
  await example.hears(shipped)
})

test.describe('in a phone\'s browser', () => {
  test.use({ userAgent: agents.iphone, ...phone })

  test('WeChat opens, and who comes back by hand finds the order paid', async ({ server, checkout, wallet, page }) => {
    const example = await shop('phone.js', server)
    await page.goto(example.url)
    await page.getByRole('button', { name: 'Pay' }).click()
    await page.waitForURL('**/pay/CS*')
    const id = page.url().split('/').at(-1)
    await checkout.chooseByWord('WECHATPAY')
    await checkout.pay()
    await page.waitForURL(`${server.sandbox}/wallet?**`)
    await wallet.approve(page.url())
    // No link leads back: the shopper opens the shop again.
    await page.goto(`${example.url}order?session_id=${id}`)
    await expect(page.getByRole('heading', { name: 'Paid', exact: true })).toBeVisible()
    await example.hears(shipped)
  })
})

/** The wallets' own bridges; a payer behind them pays whatever they are asked for. */
function bridges(): void {
  const { payer } = window as unknown as { payer(asked: string): Promise<void> }
  const invoke = (_: string, request: { package: string }, done: (said: object) => void) =>
    payer(request.package).then(() => done({ err_msg: 'get_brand_wcpay_request:ok' }))
  const call = (_: string, request: { tradeNO: string }, done: (said: object) => void) => payer(request.tradeNO).then(() => done({ resultCode: '9000' }))
  Object.assign(window, { WeixinJSBridge: { invoke }, AlipayJSBridge: { call } })
}

for (const [title, file, userAgent] of [
  ['an official account\'s page in WeChat', 'wechat.js', agents.wechatOnAndroid],
  ['a page within Alipay', 'alipay.js', agents.alipay],
] as const) {
  test.describe(title, () => {
    test.use({ userAgent, ...phone })

    test('pays in the page', async ({ server, checkout, wallet, page }) => {
      const example = await shop(file, server)
      await page.exposeFunction('payer', (asked: string) => wallet.approve(asked))
      await page.addInitScript(bridges)
      await page.goto(example.url)
      await page.getByRole('button', { name: 'Pay' }).click()
      await expect(page.getByRole('radio')).toHaveCount(1)
      await checkout.pay()
      await expect(page.getByRole('heading', { name: /^Paid|^已支付/ })).toBeVisible()
      await example.hears(shipped)
    })
  })
}

test('on paper: a bill\'s own code is paid, and the counter\'s asks for the amount', async ({ server, checkout, wallet, page }) => {
  const example = await shop('paper.js', server)
  const scan = async () => readCode(await page.locator('svg').screenshot())
  await page.goto(`${example.url}counter`)
  const counter = await scan()
  await page.goto(example.url)
  await page.getByRole('button', { name: 'Pay' }).click()
  await page.waitForURL('**/bill?session_id=CS*')
  const bill = await scan()
  await page.goto(counter)
  await expect(page.getByLabel('Enter the amount')).toBeVisible()
  await page.goto(bill)
  await checkout.chooseByWord('UNIONPAY')
  await checkout.pay()
  await wallet.approve(await checkout.scan())
  await example.hears(shipped)
})

test('an app hands over what its back end was given, and believes its back end', async ({ server }) => {
  const example = await shop('app.js', server)
  await example.hears(/^the app hands over appid, partnerid, prepayid, package, noncestr, timestamp, sign$/)
  await example.hears(/^the app shows SUCCESS$/)
  await example.hears(shipped)
})

/** A line to Florin on which the first answer to whoever says this word is lost, after Florin has done what was asked. */
async function losing(word: string, server: Server): Promise<string> {
  let isLost = false
  const line = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const body = Buffer.concat(parts)
    const headers = Object.entries(request.headers).filter(([name]) => ['authorization', 'content-type', 'idempotency-key'].includes(name)) as [string, string][]
    const answer = await fetch(server.url + request.url, { method: request.method!, headers, body: body.length ? body : null })
    if (isLost || !body.includes(word)) return response.writeHead(answer.status).end(await answer.text())
    isLost = true
    request.socket.destroy()
  })
  await once(line.listen(0, '127.0.0.1'), 'listening')
  started.push({ stop: () => line.close() })
  return `http://127.0.0.1:${(line.address() as AddressInfo).port}`
}

test('the till charges a code once though the answer was lost, waits for the password, and gives the money back', async ({ server, merchant, wallet }) => {
  const till = Example.play('node', [join('scenes', 'till.js')], server, { FLORIN_URL: await losing('282000000000000001', server) })
  started.push(till)
  // Too little money first: a fresh code of the same order is paid.
  till.type('284000000000000001')
  await till.hears(/^not paid: BALANCE/)
  till.type('282000000000000001')
  await till.hears(/^the payer is asked$/)
  await wallet.approve('282000000000000001')
  const order = await till.hears(/^paid (GW\w+)$/)
  till.type('refund')
  await till.hears(/^refund of GW/)
  await expect.poll(async () => (await merchant.transaction(order)).refunded_amount).toBe('1800')
})

test('a terminal takes the order up by its digits, and its card pays', async ({ server }) => {
  const example = await shop('terminal.js', server)
  const code = await example.hears(/^type at the terminal: (\d{12})$/)
  const terminal = new Terminal(server, 'T1')
  expect(await terminal.claim(code)).toBe(true)
  await example.hears(/^a terminal has it$/)
  expect(await terminal.charge(code)).toBe(true)
  await example.hears(/^SUCCESS$/)
  await example.hears(shipped)
})
