/** The code is on the telephone that should scan it: the app's link, a picture for the album, and another device. */
import { readFile } from 'node:fs/promises'
import { CheckoutPage } from '../pages/checkout.ts'
import { iphone } from '../support/scenes.ts'
import { readCode } from '../support/qr.ts'
import { expect, test } from '../support/test.ts'

test.describe('on a telephone', () => {
  test.use({ ...iphone, viewport: { width: 375, height: 740 } })

  test('the app comes first, and whoever comes back from it is answered at once', async ({ merchant, checkout, wallet, page }) => {
    await checkout.open(await merchant.createSession())
    const code = await checkout.payWith('GCash')
    const app = checkout.overlay.getByRole('link', { name: 'Open GCash' })
    const place = async (of: typeof app) => (await of.boundingBox())!
    expect((await place(app)).y).toBeLessThan((await place(checkout.code)).y)
    expect((await place(checkout.code)).width).toBeGreaterThanOrEqual(200)

    // As an app does that opens: this page stays where it is, and tells nobody but itself.
    await page.route((await app.getAttribute('href'))!, (route) => route.fulfill({ status: 204 }))
    await app.click()
    await expect(checkout.overlay.locator('.wait')).toContainText('Come back here once you have paid')
    await wallet.approve(code)
    const asked = page.waitForRequest('**/check')
    await page.evaluate(() => window.dispatchEvent(new Event('pageshow')))
    await asked
    await checkout.expectPaid()
  })

  test('the code is saved as a picture, and its link copied', async ({ context, merchant, checkout, wallet, page }, info) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const session = await merchant.createSession()
    await checkout.open(session)
    const code = await checkout.payWith('GCash')
    await checkout.button('Copy').click()
    const link = await checkout.overlay.getByRole('link', { name: 'Open GCash' }).getAttribute('href')
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(link)

    const saving = page.waitForEvent('download')
    await checkout.button('Save picture').click()
    const saved = await saving
    expect(saved.suggestedFilename()).toBe(`${session.trans_id}.png`)
    const picture = await readFile(await saved.path())
    await info.attach('picture', { body: picture, contentType: 'image/png' })
    expect(await readCode(picture)).toBe(code)
    await expect(checkout.overlay.locator('.saved')).toContainText('then the saved picture')
    await wallet.approve(code)
    await checkout.expectPaid()
  })
})

test('another device takes the payment over, and it is seen here', async ({ merchant, checkout, wallet, context }) => {
  const session = await merchant.createSession()
  await checkout.open(session)
  const code = await checkout.payWith('GCash')
  const other = checkout.button('Other device')
  await other.click()
  await expect(other).toHaveAttribute('aria-expanded', 'true')
  await expect(checkout.code).toBeHidden()
  // Never two codes at once: a camera takes the first that it sees.
  const address = await readCode(await checkout.overlay.screenshot({ animations: 'disabled' }))
  expect(address).toBe(session.session_url)

  const there = new CheckoutPage(await context.newPage())
  await there.page.goto(address)
  expect(await there.scan()).toBe(code)
  await wallet.approve(code)
  await there.expectPaid()
  await checkout.page.bringToFront()
  await checkout.expectPaid()
})

test('a passcode is handed over to another device too, where it is the same one', async ({ merchant, checkout, context }) => {
  const session = await merchant.createSession()
  await checkout.open(session)
  await checkout.chooseByWord('BANK_TRANSFER')
  await checkout.pay()
  const digits = checkout.overlay.locator('.pass .digits')
  const code = await digits.textContent()
  const other = checkout.button('Other device')
  await other.click()
  await expect(digits).toBeHidden()
  const address = await readCode(await checkout.overlay.screenshot({ animations: 'disabled' }))
  expect(address).toBe(session.session_url)

  const there = new CheckoutPage(await context.newPage())
  await there.page.goto(address)
  await expect(there.overlay.locator('.pass .digits')).toHaveText(code!)
  // Back to the passcode, and it is where it was.
  await checkout.page.bringToFront()
  await other.click()
  await expect(digits).toBeVisible()
  await checkout.payAnotherWay()
})
