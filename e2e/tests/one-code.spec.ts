/** One code that several wallets scan: the computer's page beside a phone on which WeChat or Alipay opens it. */
import type { Browser, Page } from '@playwright/test'
import { CheckoutPage } from '../pages/checkout.ts'
import { expect, test } from '../support/test.ts'

const agents = {
  wechat:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.53(0x18003531) NetType/WIFI Language/zh_CN',
  alipay:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 AliApp(AP/10.6.60.6000) AlipayClient/10.6.60.6000 Language/zh-Hans',
  phone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
}

/** What a payer does whom a bridge asks for money, by what the wallet knows it by. */
type Payer = (asked: string) => Promise<void>

/** A phone on which this browser runs; its bridge, if it has one, asks the payer. */
async function phone(browser: Browser, userAgent: string, payer: Payer = async () => {}): Promise<Page> {
  const context = await browser.newContext({ userAgent, isMobile: true, hasTouch: true, viewport: { width: 375, height: 740 } })
  const page = await context.newPage()
  await page.exposeFunction('payer', payer)
  await page.addInitScript(() => {
    const { payer } = window as unknown as { payer: Payer }
    const invoke = async (_call: string, { package: asked }: { package: string }, done: (said: object) => void) => {
      await payer(asked)
      done({ err_msg: 'get_brand_wcpay_request:ok' })
    }
    const call = async (_call: string, { tradeNO }: { tradeNO: string }, done: (said: object) => void) => {
      await payer(tradeNO)
      done({ resultCode: '9000' })
    }
    Object.assign(window, { WeixinJSBridge: { invoke }, AlipayJSBridge: { call } })
  })
  return page
}

const yuan = { currency: 'CNY', amount: '8888' }

test.beforeEach(async ({ merchant, checkout }) => {
  await checkout.open(await merchant.createSession(yuan))
  await checkout.chooseByWord('ONE_CODE')
  await checkout.pay()
})

for (const [agent, name] of [[agents.wechat, 'WeChat'], [agents.alipay, 'Alipay']] as const) {
  test(`${name} scans it: the computer says so, and that it is paid`, async ({ browser, checkout, wallet }) => {
    let mayPay = () => {}
    const seen = new Promise<void>((pay) => (mayPay = pay))
    const page = await phone(browser, agent, async (asked) => {
      await seen
      await wallet.approve(asked)
    })
    await page.goto(await checkout.scan())
    await expect(checkout.overlay.getByText(`Opened in ${name}. Pay there, and we will show it here.`)).toBeVisible()
    await expect(checkout.code).toBeHidden()
    mayPay()
    await checkout.expectPaid()
    await new CheckoutPage(page).expectPaid()
    await page.context().close()
  })
}

test('a second wallet stops nobody, and the shopper at the computer may choose again', async ({ browser, checkout, wallet }) => {
  const code = await checkout.scan()
  const [wechat, alipay] = [await phone(browser, agents.wechat, () => new Promise(() => {})), await phone(browser, agents.alipay)]
  await wechat.goto(code)
  await expect(checkout.overlay.getByText('Opened in WeChat.', { exact: false })).toBeVisible()
  await alipay.goto(code)
  await alipay.waitForURL('**/pay/**')
  await expect(new CheckoutPage(alipay).overlay.getByText('Opened in WeChat.', { exact: false })).toBeVisible()
  await checkout.payAnotherWay()
  await checkout.chooseByWord('ONE_CODE')
  await checkout.pay()
  const again = await phone(browser, agents.alipay, (asked) => wallet.approve(asked))
  await again.goto(await checkout.scan())
  await checkout.expectPaid()
  for (const page of [wechat, alipay, again]) await page.context().close()
})

test('a phone’s own browser finds the checkout, and the computer says when it is paid there', async ({ browser, checkout, wallet }) => {
  const page = await phone(browser, agents.phone)
  await page.goto(await checkout.scan())
  await page.waitForURL('**/pay/**')
  const there = new CheckoutPage(page)
  await expect(there.overlay).toBeHidden()
  await expect(page.locator('input[value=ONE_CODE]')).toHaveCount(0)
  await wallet.approve(await there.payWith('Alipay+'))
  await there.expectPaid()
  await checkout.expectPaid()
  await page.context().close()
})
