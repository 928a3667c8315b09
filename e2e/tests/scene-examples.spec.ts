/** The examples of each scene, as `examples/scenes/README.md` starts them: a whole purchase in each. */
import { join } from 'node:path'
import { Terminal } from '../pages/terminal.ts'
import { agents, phone } from '../support/agents.ts'
import { Example } from '../support/examples.ts'
import { readCode } from '../support/qr.ts'
import type { Server } from '../support/server.ts'
import { expect, test } from '../support/test.ts'

const shop = (name: string, server: Server) => Example.run('node', [join('scenes', name)], server)
const shipped = /^shipped example-/

test('at a computer: a transfer for a large order, and back to the order\'s page', async ({ server, checkout, wallet, page }) => {
  const example = await shop('pc.js', server)
  try {
    await page.goto(example.url)
    await page.getByRole('button', { name: 'Pay by transfer' }).click()
    await checkout.chooseByWord('BANK_TRANSFER')
    const opened = page.waitForResponse((answer) => answer.url().endsWith('/transactions'))
    await checkout.pay()
    const { data } = await (await opened).json()
    await expect(checkout.overlay.locator('.slip')).toContainText('€12,345.67')
    await wallet.approve(data.next_action.text)
    await checkout.button('I have paid').click()
    await page.waitForURL(/\/order\?.*session_id=CS/)
    await expect(page.getByRole('heading', { name: 'Paid', exact: true })).toBeVisible()
    await example.hears(shipped)
  } finally {
    await example.stop()
  }
})

test.describe('in a phone\'s browser', () => {
  test.use({ userAgent: agents.iphone, ...phone })

  test('WeChat opens, and who comes back by hand finds the order paid', async ({ server, checkout, wallet, page }) => {
    const example = await shop('phone.js', server)
    try {
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
    } finally {
      await example.stop()
    }
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
      try {
        await page.exposeFunction('payer', (asked: string) => wallet.approve(asked))
        await page.addInitScript(bridges)
        await page.goto(example.url)
        await page.getByRole('button', { name: 'Pay' }).click()
        await expect(page.getByRole('radio')).toHaveCount(1)
        await checkout.pay()
        await expect(page.getByRole('heading', { name: /^Paid|^已支付/ })).toBeVisible()
        await example.hears(shipped)
      } finally {
        await example.stop()
      }
    })
  })
}

test('on paper: a bill\'s own code is paid, and the counter\'s asks for the amount', async ({ server, checkout, wallet, page }) => {
  const example = await shop('paper.js', server)
  const scan = async () => readCode(await page.locator('svg').screenshot())
  try {
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
  } finally {
    await example.stop()
  }
})

test('an app hands over what its back end was given, and believes its back end', async ({ server }) => {
  const example = await shop('app.js', server)
  await example.hears(/^the app hands over appid, partnerid, prepayid, package, noncestr, timestamp, sign$/)
  await example.hears(/^the app shows SUCCESS$/)
  await example.hears(shipped)
  await example.stop()
})

test('the till charges a code, waits for the password, and gives the money back', async ({ server, merchant, wallet }) => {
  const till = Example.play('node', [join('scenes', 'till.js')], server)
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
  await till.stop()
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
  await example.stop()
})
