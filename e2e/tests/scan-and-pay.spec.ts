/** The payment that goes well: from the shop's shelf to its thanks, with the code read off the screen. */
import { Webhook } from 'standardwebhooks'
import { Inbox } from '../support/inbox.ts'
import { expect, test } from '../support/test.ts'

const secret = 'whsec_Zmxvcmluc2FuZGJveGRlbW9zZWNyZXQwMDAx'

test('a shopper scans the code, pays in the wallet and is thanked by the shop', async ({ shop, checkout, wallet }) => {
  await shop.open()
  await shop.buySomething('PHP')

  const code = await checkout.payWith('GCash')
  await wallet.approve(code)

  await checkout.expectPaid()
  await shop.expectThanks()
})

test('the hosted page is paid and goes on to the return address', async ({ merchant, shop, checkout, wallet, page }) => {
  const session = await merchant.createSession()
  await checkout.open(session)

  await wallet.approve(await checkout.payWith('Alipay+'))
  await checkout.expectPaid()
  await checkout.button('Go now').click()

  // The address carries the session's id and no result: that is asked of the server.
  await page.waitForURL((url) => url.pathname === '/shop/thanks' && url.search === `?session_id=${session.session_id}`)
  await shop.expectThanks()
  expect((await merchant.session(session)).status).toBe('SUCCESS')
})

test('the merchant is told once, in a message that the public library verifies', async ({ merchant, checkout, wallet }) => {
  const inbox = await Inbox.open()
  const session = await merchant.createSession({ notify_url: inbox.url })
  await checkout.open(session)
  await wallet.approve(await checkout.payWith('GCash'))
  await checkout.expectPaid()

  await expect.poll(() => inbox.letters.length).toBe(1)
  const [letter] = inbox.letters
  const headers = letter!.headers as Record<string, string>
  const message = new Webhook(secret).verify(letter!.body, headers)
  const { order_id, session_id } = (await merchant.transactions(session))[0]!
  const data = { order_id, session_id, status: 'SUCCESS', session_status: 'SUCCESS', amount: '80000', currency: 'PHP', livemode: false }
  expect(message).toMatchObject({ type: 'PAYMENT.SUCCESS', data })
  expect(() => new Webhook(secret).verify(`${letter!.body} `, headers)).toThrow()
  inbox.close()
})

test("the code on the page is the server's, and no other session's", async ({ merchant, checkout, wallet, page }) => {
  const codes = new Set<string>()
  for (const session of [await merchant.createSession(), await merchant.createSession()]) {
    await checkout.open(session)
    const answer = page.waitForResponse((response) => response.url().endsWith('/transactions'))
    const code = await checkout.payWith('GCash')
    const { data } = await (await answer).json()
    expect(code).toBe(data.next_action.text)
    codes.add(code)
    await wallet.approve(code)
    await checkout.expectPaid()
  }
  expect(codes.size).toBe(2)
})
