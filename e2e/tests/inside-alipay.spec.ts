/** Within Alipay: through its login, the bridge asks for the money, and the checkout tells what became of it. */
import type { Page } from '@playwright/test'
import { agents, phone } from '../support/agents.ts'
import { expect, test } from '../support/test.ts'

test.use({ userAgent: agents.alipay, ...phone })

/** What `tradePay` is asked with, and what Alipay's bridge says: 9000 paid, 6001 cancelled. */
type Payer = (request: { tradeNO: string }) => Promise<'9000' | '6001'>

/** Alipay's own bridge, which is there after so many milliseconds; the payer behind it does this. */
async function bridge(page: Page, payer: Payer, after = 0): Promise<void> {
  await page.exposeFunction('payer', payer)
  await page.addInitScript((after) => {
    const call = async (what: string, request: { tradeNO: string }, done: (said: object) => void) => {
      if (what !== 'tradePay') throw new Error(what)
      done({ resultCode: await (window as unknown as { payer: Payer }).payer(request) })
    }
    const comes = () => {
      Object.assign(window, { AlipayJSBridge: { call } })
      document.dispatchEvent(new Event('AlipayJSBridgeReady'))
    }
    if (after) setTimeout(comes, after)
    else comes()
  }, after)
}

const yuan = { currency: 'CNY', amount: '8888' }

test('Alipay asks within the page, and the checkout tells that it is paid', async ({ merchant, checkout, wallet, page }) => {
  const asked: string[] = []
  await bridge(page, async ({ tradeNO }) => {
    asked.push(tradeNO)
    await wallet.approve(tradeNO)
    return '9000'
  })
  const session = await merchant.createSession(yuan)
  await checkout.open(session)
  await checkout.chooseByWord('ALIPAY')
  await checkout.pay()
  await checkout.expectPaid()
  expect(asked).toEqual([expect.stringMatching(/^\d{28}$/)])
  expect(await merchant.outcome(session)).toBe('SUCCESS')
})

test('whoever says no is back in the checkout, and pays at the second time', async ({ merchant, checkout, wallet, page }) => {
  const answers: Payer[] = [
    async () => '6001',
    // It says that nothing was paid, and something was: only the server knows.
    async ({ tradeNO }) => {
      await wallet.approve(tradeNO)
      return '6001'
    },
  ]
  await bridge(page, (request) => answers.shift()!(request), 400)
  const session = await merchant.createSession(yuan)
  await checkout.open(session)
  await checkout.chooseByWord('ALIPAY')
  await checkout.pay()
  const on = checkout.overlay.getByRole('link', { name: 'Continue to Alipay' })
  await expect(on).toBeVisible()
  await on.click()
  await checkout.expectPaid()
  expect(await merchant.outcome(session)).toBe('SUCCESS')
})
