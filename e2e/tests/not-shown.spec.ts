/** When the checkout cannot be shown: there is a way out, it leads somewhere else, and it is said in the shopper's language. */
import { expect, test } from '../support/test.ts'

test.beforeEach(({ console }) => console.expect(/ERR_FAILED|Failed to fetch|florin:/))

test('on the hosted page a program that did not come leaves the page that needs none', async ({ merchant, checkout, page }) => {
  await page.route('**/*.wasm', (route) => route.abort())
  await checkout.open(await merchant.createSession())
  await expect(checkout.heading('The checkout cannot be shown here')).toBeVisible()
  await page.getByRole('link', { name: 'Open the secure payment page' }).click()
  await expect(page).toHaveURL(/\?plain=1$/)
  await expect(checkout.payButton).toBeVisible()
})

test('on the hosted page a server that did not answer is asked again', async ({ merchant, checkout, page }) => {
  await page.route('**/pay/*/view', (route) => route.abort())
  await checkout.open(await merchant.createSession())
  await expect(checkout.heading('The checkout cannot be shown here')).toBeVisible()
  await expect(page.locator('florin-checkout').getByRole('link')).toHaveCount(0)

  await page.unroute('**/pay/*/view')
  await checkout.button('Try again').click()
  await expect(checkout.payButton).toBeVisible()
})

test("in a merchant's page the way out is the hosted page, in the shopper's language", async ({ shop, page, server }) => {
  await page.route('**/*.wasm', (route) => route.abort())
  await shop.open({ lang: 'zh-Hans', currency: 'PHP' })
  await shop.till.click()

  await expect(page.getByRole('heading', { name: '无法在此显示收银台' })).toBeVisible()
  await expect(page.getByText('您可以在专门的付款页面上完成支付。')).toBeVisible()
  const way = page.getByRole('link', { name: '打开安全付款页面' })
  expect(await way.getAttribute('href')).toContain(`${server.url}/pay/CS`)
})

test('words that cannot be fetched are said in English', async ({ shop, page }) => {
  await page.route(/\.wasm$|zh-Hans.*\.json$/, (route) => route.abort())
  await shop.open({ lang: 'zh-Hans', currency: 'PHP' })
  await shop.till.click()

  await expect(page.getByRole('link', { name: 'Open the secure payment page' })).toBeVisible()
})

test('a presentation that this build does not know is shown inline, and the page is told', async ({ merchant, checkout, page }) => {
  const heard: string[] = []
  page.on('console', (message) => heard.push(`${message.type()}: ${message.text()}`))
  await checkout.open(await merchant.createSession())
  await expect(checkout.payButton).toBeVisible()
  expect(heard).toEqual([])

  await page.evaluate(() => document.querySelector('florin-checkout')?.setAttribute('presentation', 'carousel'))
  await expect.poll(() => heard.join()).toBe('warning: florin: this build knows no presentation "carousel"; the checkout is shown inline')
  await expect(checkout.payButton).toBeVisible()
})
