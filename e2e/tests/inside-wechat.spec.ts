/** Inside WeChat: through its login, the bridge asks for the money, and the checkout tells what became of it. */
import type { Page } from '@playwright/test'
import { agents, phone } from '../support/agents.ts'
import { expect, test } from '../support/test.ts'
import { without } from '../support/without.ts'

test.use({ userAgent: agents.wechatOnIphone, ...phone })

/** What `getBrandWCPayRequest` is asked with. */
type Request = Record<'appId' | 'timeStamp' | 'nonceStr' | 'package' | 'signType' | 'paySign', string>
type Payer = (request: Request) => Promise<'ok' | 'cancel' | 'fail'>

/** WeChat's own bridge, which is there after so many milliseconds; the payer behind it does this. */
async function bridge(page: Page, payer: Payer, after = 0): Promise<void> {
  await page.exposeFunction('payer', payer)
  await page.addInitScript((after) => {
    const invoke = async (call: string, request: Request, done: (said: object) => void) => {
      if (call !== 'getBrandWCPayRequest') throw new Error(call)
      const said = await (window as unknown as { payer: Payer }).payer(request)
      done({ err_msg: `get_brand_wcpay_request:${said}` })
    }
    const comes = () => {
      Object.assign(window, { WeixinJSBridge: { invoke } })
      document.dispatchEvent(new Event('WeixinJSBridgeReady'))
    }
    if (after) setTimeout(comes, after)
    else comes()
  }, after)
}

const yuan = { currency: 'CNY', amount: '8888' }

test('WeChat asks within the page, and the checkout tells that it is paid', async ({ merchant, checkout, wallet, page }) => {
  const asked: Request[] = []
  await bridge(page, async (request) => {
    asked.push(request)
    await wallet.approve(request.package)
    return 'ok'
  })
  const session = await merchant.createSession(yuan)
  await checkout.open(session)
  await checkout.chooseByWord('WECHATPAY')
  await checkout.pay()
  await checkout.expectPaid()
  expect(page.url()).toContain(`/pay/${session.session_id}`)
  expect(asked).toHaveLength(1)
  expect(asked[0]).toMatchObject({ appId: 'wxd678efh567hg6787', signType: 'RSA', package: expect.stringMatching(/^prepay_id=wx/) })
  expect(await merchant.outcome(session)).toBe('SUCCESS')
})

test('whoever says no is back in the checkout, and pays at the second time', async ({ merchant, checkout, wallet, page }) => {
  const answers: Payer[] = [
    async () => 'cancel',
    // It says that nothing was paid, and something was: only the server knows.
    async (request) => {
      await wallet.approve(request.package)
      return 'fail'
    },
  ]
  await bridge(page, (request) => answers.shift()!(request), 400)
  const session = await merchant.createSession(yuan)
  await checkout.open(session)
  await checkout.chooseByWord('WECHATPAY')
  await checkout.pay()
  const on = checkout.overlay.getByRole('link', { name: 'Continue to WeChat Pay' })
  await expect(on).toBeVisible()
  await on.click()
  await checkout.expectPaid()
  expect(await merchant.outcome(session)).toBe('SUCCESS')
})

test('a browser that only calls itself WeChat is led back, and pays in another way', async ({ merchant, checkout, wallet, page }) => {
  const session = await merchant.createSession(yuan)
  await checkout.open(session)
  // It goes back by itself after five seconds: not before it was looked at.
  const back = await without(page, `**/pay/${session.session_id}`)
  await checkout.chooseByWord('WECHATPAY')
  await checkout.pay()
  await page.waitForURL('**/login/wechatpay?**')
  await expect(page.getByRole('heading', { name: 'Opening WeChat Pay…' })).toBeVisible()
  // The way on without any bridge, for whoever does not wait for it.
  await expect(page.getByRole('link', { name: 'Northwind Tea' })).toHaveAttribute('href', session.session_url)
  back()
  await page.waitForURL(`**/pay/${session.session_id}`)
  await expect(checkout.overlay.getByRole('link', { name: 'Continue to WeChat Pay' })).toBeVisible()
  await checkout.payAnotherWay()
  await wallet.approve(await checkout.payWith('Alipay+'))
  await checkout.expectPaid()
})
