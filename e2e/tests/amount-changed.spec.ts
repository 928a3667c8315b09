/** The shop changes the amount while the shopper is at it: nobody pays what they have not seen (D10). */
import { expect, test } from '../support/test.ts'

test('a shopper who chooses after the amount changed is shown the new one first', async ({ merchant, checkout, wallet, console }) => {
  console.expect(/409 \(Conflict\)/)
  const session = await merchant.createSession()
  await checkout.open(session)
  await expect(checkout.payButton).toContainText('800.00')
  await merchant.change(session, { amount: '95000' })

  await checkout.choose('GCash')
  await checkout.pay()
  await expect(checkout.page.locator('.note', { hasText: 'The shop has changed the amount. It is now' })).toBeVisible()
  await expect(checkout.payButton).toContainText('950.00')
  expect(await merchant.outcome(session).catch(() => '')).toBe('')

  await wallet.approve(await checkout.payWith('GCash'))
  await checkout.expectPaid()
  const [paid] = await merchant.transactions(session)
  expect(paid?.amount).toBe('95000')
})

test('a code of the old amount is closed, and the new amount is paid', async ({ merchant, checkout, wallet }) => {
  const session = await merchant.createSession()
  await checkout.open(session)
  const old = await checkout.payWith('GCash')
  await merchant.change(session, { amount: '70000' })

  // To try the old code is to pay it, while it lives: so only once it is closed.
  await expect.poll(() => merchant.outcome(session)).toBe('CANCELLED')
  expect(await wallet.canStillPay(old)).toBe(false)
  await expect(checkout.overlay).toBeHidden()
  await expect(checkout.payButton).toContainText('700.00')
  await wallet.approve(await checkout.payWith('Maya'))

  await checkout.expectPaid()
  expect(await merchant.outcome(session)).toBe('CANCELLED SUCCESS')
})
