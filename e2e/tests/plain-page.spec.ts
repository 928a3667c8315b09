/** The hosted page without a program: without JavaScript, and where WebAssembly is off. The same flows, and the same care. */
import { AxeBuilder } from '@axe-core/playwright'
import { readCode } from '../support/qr.ts'
import { expect, test } from '../support/test.ts'

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('a purchase goes from the list to the shop, looking again by itself', async ({ merchant, checkout, wallet, page }) => {
    await page.route('**/shop/thanks*', (route) => route.fulfill({ body: 'Thank you' }))
    const session = await merchant.createSession()
    await checkout.open(session)
    await expect(page).toHaveURL(/plain=1/)
    await expect(page.getByText('Pay ₱800.00')).toBeVisible()
    await page.screenshot({ path: 'shots/plain-list.png', fullPage: true })
    await checkout.chooseByWord('GCASH')
    await checkout.payButton.click()
    const code = page.locator('svg.code')
    await expect(code).toBeVisible()
    await page.screenshot({ path: 'shots/plain-code.png', fullPage: true })
    const text = await readCode(await code.screenshot())
    await wallet.approve(text)
    await page.waitForURL(/\/shop\/thanks\?.*session_id=/)
    expect(await merchant.outcome(session)).toBe('SUCCESS')
  })

  test('another way, a refusal, and an amount that changed are told in the shopper\'s language', async ({ merchant, checkout, wallet, page }) => {
    const session = await merchant.createSession({ display_locale: 'zh-CN' })
    await checkout.open(session)
    await checkout.chooseByWord('GCASH')
    await checkout.payButton.click()
    await expect(page.locator('svg.code')).toBeVisible()
    await page.getByRole('button', { name: '换一种方式' }).click()
    await expect(checkout.payButton).toBeVisible()
    expect(await merchant.outcome(session)).toBe('CANCELLED')

    await merchant.change(session, { amount: '90000' })
    await checkout.payButton.click()
    await expect(page.getByText('商店更改了金额，现为 PHP 900.00。')).toBeVisible()
    await checkout.chooseByWord('MAYA')
    await checkout.payButton.click()
    const code = page.locator('svg.code')
    await expect(code).toBeVisible()
    await wallet.decline(await readCode(await code.screenshot()))
    await expect(page.locator('.disc.bad')).toBeVisible()
    await page.screenshot({ path: 'shots/plain-declined.png', fullPage: true })
    await page.locator('button.primary').click()
    await expect(checkout.payButton).toBeVisible()
  })

  test('a form from elsewhere opens nothing', async ({ merchant }) => {
    const session = await merchant.createSession()
    const send = (fields: Record<string, string>, headers: Record<string, string>) =>
      fetch(session.session_url, { method: 'POST', body: new URLSearchParams({ method: 'GCASH', version: '1', ...fields }), headers, redirect: 'manual' })
    for (const [fields, headers] of [[{ token: 'ct_wrong' }, {}], [{ token: session.client_token }, { 'sec-fetch-site': 'cross-site' }]] as const) {
      const answer = await send(fields, headers)
      expect([answer.status, answer.headers.get('location')]).toEqual([303, `/pay/${session.session_id}?plain=1`])
    }
    expect(await merchant.transactions(session)).toEqual([])
  })
})

test('where WebAssembly is off, the hosted page offers the plain one, which has nothing axe complains about', async ({ merchant, checkout, page, console }) => {
  console.expect(/florin:|WebAssembly/)
  await page.addInitScript(() => Object.assign(WebAssembly, { instantiateStreaming: undefined, instantiate: () => Promise.reject(new Error('WebAssembly is off')) }))
  await merchant.dress({ color_primary: '#b4005a' })
  await checkout.open(await merchant.createSession())
  await page.getByRole('link', { name: 'Open the secure payment page' }).click()
  await expect(checkout.payButton).toBeVisible()
  expect(await checkout.payButton.evaluate((button) => getComputedStyle(button).backgroundColor)).toBe('rgb(180, 0, 90)')
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target)}`)).toEqual([])
})
