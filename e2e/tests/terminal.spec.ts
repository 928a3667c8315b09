/** An order code for a card terminal: the checkout stays where it is, and tells that a terminal has the order. */
import { Terminal } from '../pages/terminal.ts'
import { expect, test } from '../support/test.ts'

test('a terminal takes the order up by the code on the screen, and its card pays', async ({ server, merchant, checkout, page }) => {
  await checkout.open(await merchant.createSession({ currency: 'CNY', amount: '8888' }))
  await checkout.chooseByWord('POS_ORDER')
  await checkout.pay()
  await expect(checkout.code).toBeVisible()

  const code = await checkout.scan()
  expect(code).toMatch(/^\d{12}$/)
  const digits = await checkout.overlay.locator('.typed .digits').textContent()
  expect(digits?.replaceAll(' ', '')).toBe(code)
  await expect(checkout.overlay.locator('.wait')).toContainText('Waiting for your payment')

  const [first, second] = [new Terminal(server, 'T1'), new Terminal(server, 'T2')]
  expect(await first.claim(code)).toBe(true)
  await expect(checkout.overlay.locator('.wait')).toContainText('A terminal has your order')
  await expect(page.getByRole('status').filter({ hasText: 'A terminal has your order' })).toBeAttached()
  expect(await second.claim(code)).toBe(false)
  expect(await second.charge(code)).toBe(false)

  // A reload finds the code and where the order is.
  await page.reload()
  await expect(checkout.overlay.locator('.wait')).toContainText('A terminal has your order')
  expect(await checkout.scan()).toBe(code)

  expect(await first.charge(code)).toBe(true)
  await checkout.expectPaid()
})

test('who goes another way while a terminal has the order is not charged there', async ({ server, merchant, checkout, wallet }) => {
  await checkout.open(await merchant.createSession({ currency: 'CNY', amount: '8888' }))
  await checkout.chooseByWord('POS_ORDER')
  await checkout.pay()
  await expect(checkout.code).toBeVisible()
  const code = await checkout.scan()
  const terminal = new Terminal(server, 'T1')
  await terminal.claim(code)
  await expect(checkout.overlay.locator('.wait')).toContainText('A terminal has your order')

  await checkout.button('Pay another way').click()
  await expect(checkout.payButton).toBeEnabled()
  await checkout.chooseByWord('ECNY')
  await checkout.pay()
  await expect(checkout.code).toBeVisible()
  // What is over can no more be taken up.
  await expect.poll(() => terminal.claim(code)).toBe(false)
  expect(await terminal.charge(code)).toBe(false)
  await wallet.approve(await checkout.scan())
  await checkout.expectPaid()
})
