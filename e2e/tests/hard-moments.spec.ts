/** Where checkouts usually go wrong: changing one's mind, losing the page, being in two places at once. */
import { expect, test } from '../support/test.ts'
import { CheckoutPage } from '../pages/checkout.ts'

test('a shopper cancels, chooses again and pays', async ({ merchant, checkout, wallet }) => {
  const session = await merchant.createSession()
  await checkout.open(session)

  const first = await checkout.payWith('GCash')
  await checkout.payAnotherWay()
  const second = await checkout.payWith('Maya')
  expect(second).not.toBe(first)
  await wallet.approve(second)

  await checkout.expectPaid()
  const transactions = await merchant.transactions(session)
  expect(transactions.map((transaction) => transaction.status).sort()).toEqual(['CANCELLED', 'SUCCESS'])
})

test('a shopper who is declined is told so, and can choose another way', async ({ merchant, checkout, wallet }) => {
  await checkout.open(await merchant.createSession())

  await wallet.decline(await checkout.payWith('GCash'))
  await checkout.expectDeclined('GCash')
  await checkout.chooseAnotherWay()
  await wallet.approve(await checkout.payWith('Maya'))

  await checkout.expectPaid()
})

test('a reload goes on with the same code', async ({ merchant, checkout, wallet, page }) => {
  const session = await merchant.createSession()
  await checkout.open(session)
  const code = await checkout.payWith('GCash')

  await page.reload()
  expect(await checkout.scan()).toBe(code)
  await wallet.approve(code)

  await checkout.expectPaid()
  expect(await merchant.transactions(session)).toHaveLength(1)
})

test('a double click makes one transaction', async ({ merchant, checkout }) => {
  const session = await merchant.createSession()
  await checkout.open(session)

  await checkout.choose('GCash')
  await checkout.payButton.dblclick()
  await checkout.scan()

  expect(await merchant.transactions(session)).toHaveLength(1)
})

test('two tabs show one truth', async ({ merchant, checkout, wallet, context }) => {
  const session = await merchant.createSession()
  const other = new CheckoutPage(await context.newPage())
  await checkout.open(session)
  const code = await checkout.payWith('GCash')
  await other.open(session)
  expect(await other.scan()).toBe(code)

  await wallet.approve(code)

  await other.expectPaid()
  await checkout.page.bringToFront()
  await checkout.expectPaid()
  expect(await merchant.transactions(session)).toHaveLength(1)
})

test('a tab that was frozen knows at once when it is thawed', async ({ merchant, checkout, wallet, context, page }) => {
  await checkout.open(await merchant.createSession())
  const code = await checkout.payWith('GCash')

  const devtools = await context.newCDPSession(page)
  await devtools.send('Page.setWebLifecycleState', { state: 'frozen' })
  await wallet.approve(code)
  await new Promise((wake) => setTimeout(wake, 3_000))
  await devtools.send('Page.setWebLifecycleState', { state: 'active' })

  await checkout.expectPaid()
})

test('a shopper who was offline is told the truth afterwards', async ({ merchant, checkout, wallet, context, page, console }) => {
  console.expect(/ERR_INTERNET_DISCONNECTED/)
  await checkout.open(await merchant.createSession())
  const code = await checkout.payWith('GCash')

  await context.setOffline(true)
  await expect(page.getByText('You are offline')).toBeVisible()
  await wallet.approve(code)
  await context.setOffline(false)

  await checkout.expectPaid()
})

test('everything can be done with the keyboard', async ({ merchant, checkout, wallet, page }) => {
  await checkout.open(await merchant.createSession())
  await checkout.method('GCash').focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('Enter')
  await checkout.scan()

  await page.keyboard.press('Escape')
  await checkout.expectList()
  await expect(checkout.payButton).toBeFocused()
  await page.keyboard.press('Enter')
  await wallet.approve(await checkout.scan())

  await checkout.expectPaid()
})

test("the code on the page is the server's, and no other session's", async ({ merchant, checkout, page }) => {
  const codes = new Set<string>()
  for (const session of [await merchant.createSession(), await merchant.createSession()]) {
    await checkout.open(session)
    const answer = page.waitForResponse((response) => response.url().endsWith('/transactions'))
    const code = await checkout.payWith('GCash')
    const { data } = await (await answer).json()
    expect(code).toBe(data.next_action.text)
    codes.add(code)
  }
  expect(codes.size).toBe(2)
})
