/** The thinnest real payment: from the shop's shelf to its thanks, with the code read off the screen. */
import { test } from '../support/test.ts'

test('a shopper scans the code, pays in the wallet and is thanked by the shop', async ({ shop, checkout, wallet }) => {
  await shop.open()
  await shop.buySomething('PHP')

  const code = await checkout.payWith('GCash')
  await wallet.approve(code)

  await checkout.expectPaid()
  await shop.expectThanks()
})
