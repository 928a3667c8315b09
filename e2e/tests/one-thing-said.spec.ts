/** What is said, what turns, and where the focus is: never two things at once that do not go together. */
import { expect, test } from '../support/test.ts'

const focused = (page: import('@playwright/test').Page): Promise<string> =>
  page.evaluate(() => document.querySelector('florin-checkout')!.shadowRoot!.activeElement?.className ?? '')

test.describe('while a bank confirms', () => {
  test.use({ ends: false })

  test.beforeEach(async ({ faults, merchant, checkout, wallet }) => {
    await faults.add({ fault: 'pending', ms: 20_000 })
    await checkout.open(await merchant.createSession())
    await wallet.approve(await checkout.payWith('GCash'))
    await expect(checkout.overlay.locator('.wait', { hasText: 'Your bank is confirming' })).toBeVisible()
  })

  test('nobody is asked whether they have paid, and there is a way back to the shop', async ({ checkout, page }) => {
    await expect(checkout.button('I have paid')).toBeHidden()
    await expect(checkout.button('Pay another way')).toBeHidden()
    await page.route('**/shop/thanks*', (route) => route.fulfill({ body: 'the shop' }))
    await checkout.overlay.getByRole('button', { name: 'Back to Northwind Tea' }).click()
    await expect(page).toHaveURL(/\/shop\/thanks/)
  })

  test('who leaves is told not to pay again, and nothing there pays again until the bank has answered', async ({ checkout, page }) => {
    const opened: string[] = []
    page.on('request', (request) => request.method() === 'POST' && request.url().endsWith('/transactions') && opened.push(request.url()))
    await page.keyboard.press('Escape')
    const note = page.locator('section.card > .note')
    await expect(note).toContainText('Please do not pay again')
    await expect.poll(() => focused(page)).toBe('note')
    await expect(checkout.payButton).toHaveAttribute('aria-disabled', 'true')
    await page.keyboard.press('Enter')
    await checkout.payButton.click({ force: true })
    expect(opened).toEqual([])
    await expect(checkout.button('Back to Northwind Tea')).toBeVisible()
    // It confirms, and the shopper hears of it wherever they are.
    await expect(checkout.heading(/^Paid /)).toBeVisible({ timeout: 40_000 })
  })
})

test.describe('codes that live for six seconds', () => {
  test.use({ settings: { FLORIN_CODE_SECONDS: '6' }, ends: false })

  test('a code that has run out is asked about, and then one thing is said of it', async ({ merchant, checkout, page }) => {
    await checkout.open(await merchant.createSession())
    await checkout.payWith('GCash')
    const said = await page.evaluateHandle(() => {
      const said: string[] = []
      const root = document.querySelector('florin-checkout')!.shadowRoot!
      const look = () => {
        const now = root.querySelector('dialog .two')?.textContent
        if (now && said.at(-1) !== now) said.push(now)
        requestAnimationFrame(look)
      }
      look()
      return said
    })
    await checkout.expectRunOut()
    const heading = checkout.heading('This code has run out')
    const first = (await heading.boundingBox())!.y
    await expect(checkout.overlay.getByText('Nothing was taken.')).toBeVisible({ timeout: 20_000 })
    await expect.poll(async () => (await said.jsonValue()).filter((words) => words !== 'Asking now…')).toEqual(['Nothing was taken. Get a new code, or pay another way.'])
    expect((await heading.boundingBox())!.y, 'nothing moves').toBe(first)
  })
})

test('without a network nothing turns beside the words that say so', async ({ merchant, checkout, page, console }) => {
  console.expect(/ERR_INTERNET_DISCONNECTED/)
  await checkout.open(await merchant.createSession())
  await checkout.choose('GCash')
  await page.context().setOffline(true)
  await checkout.pay()
  await expect(page.locator('section.card > .note')).toHaveText('You are offline. We keep looking')
  await expect(checkout.payButton.locator('.spin')).toBeHidden()
  await expect(checkout.payButton).toHaveText('Pay ₱800.00')
  await expect(checkout.payButton).toHaveAttribute('aria-disabled', 'true')
  await page.context().setOffline(false)
  await expect(page.locator('section.card > .note')).not.toContainText('You are offline', { timeout: 30_000 })
})
