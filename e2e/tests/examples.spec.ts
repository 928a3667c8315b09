/** Every example as its README starts it: from "Buy" to the goods on their way. */
import { resolve } from 'node:path'
import type { Locator, Request } from '@playwright/test'
import { Example } from '../support/examples.ts'
import { gaps } from '../support/polls.ts'
import { readCode } from '../support/qr.ts'
import { check } from '../pages/checkout.ts'
import { expect, test } from '../support/test.ts'

const react18 = { REACT_FROM: resolve(import.meta.dirname, '..') }

const pages: [title: string, folder: string, settings?: Record<string, string>][] = [
  ['a plain page', 'plain'],
  ['React 19 in StrictMode', 'react'],
  ['React 18 in StrictMode', 'react', react18],
  ['Vue', 'vue'],
  ['React 19 rendered on a server', 'react-server'],
  ['React 18 rendered on a server', 'react-server', react18],
  ['a window of its own', 'dialog'],
  ['a list that comes with the page', 'printed'],
  ['a view that is asked for ahead', 'ahead'],
  ['the hosted page', 'hosted'],
]
/** Pages that have their order when they come. */
const ordered = ['react-server', 'printed', 'ahead']

for (const [title, folder, settings] of pages) {
  test(`${title}: bought, paid and shipped, with one question at a time`, async ({ server, checkout, wallet, page }) => {
    const example = await Example.start(folder, server, settings)
    const asked: Request[] = []
    page.on('request', (request) => asked.push(request))
    const paid: string[] = []
    page.on('console', (message) => message.text().startsWith('paid ') && paid.push(message.text()))
    try {
      await page.goto(example.url)
      if (!ordered.includes(folder)) await page.getByRole('button', { name: 'Buy' }).click()
      const code = await checkout.payWith('GCash')
      // Long enough for a second loop to be seen.
      if (folder === 'react') await page.waitForTimeout(2_500)
      await wallet.approve(code)

      await expect(checkout.heading('Thank you')).toBeVisible()
      await example.hears(/^shipped example-/)
    } finally {
      await example.stop()
    }
    // Where the page thanks by itself, its handler was called once.
    expect(paid).toHaveLength(['react', 'vue'].includes(folder) ? 1 : 0)
    // Nothing was started twice: one view, one payment, one loop of questions.
    const times = (what: RegExp) => asked.filter((request) => what.test(`${request.method()} ${new URL(request.url()).pathname}`))
    expect(times(/^POST \/pay\/\w+\/view$/)).toHaveLength(1)
    expect(times(/^POST .*\/transactions$/)).toHaveLength(1)
    for (const gap of gaps(times(/\/status$/))) expect(gap).toBeGreaterThan(1_000)
  })
}

/** The text of a code on the screen. */
const read = async (code: Locator): Promise<string> => {
  await expect(code).toBeVisible()
  return readCode(await code.screenshot({ animations: 'disabled' }))
}

for (const [title, folder, settings] of [
  ['React 19', 'react-parts', undefined],
  ['React 18', 'react-parts', react18],
  ['Vue', 'vue-parts', undefined],
] as const) {
  test(`parts in ${title}: chosen, paid and shipped, with one view and one payment`, async ({ server, wallet, page }) => {
    const example = await Example.start(folder, server, settings)
    const asked: string[] = []
    page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`))
    try {
      await page.goto(example.url)
      await page.getByRole('button', { name: 'Buy' }).click()
      await expect(page.locator('florin-part[show=amount]')).toHaveText('₱940.00')
      await check(page.locator('florin-part[show=methods] input[value=GCASH]'))
      await expect(page.locator('#chosen')).toHaveText('GCASH')
      await page.locator('florin-part[show=methods] button.pay').click()
      await wallet.approve(await read(page.locator('florin-part[show=code] .frame')))
      await expect(page.locator('florin-part[show=result] h2')).toHaveText('Paid ₱940.00')
      await example.hears(/^shipped example-/)
    } finally {
      await example.stop()
    }
    expect(asked.filter((one) => /^POST \/pay\/\w+\/view$/.test(one))).toHaveLength(1)
    expect(asked.filter((one) => /^POST .*\/transactions$/.test(one))).toHaveLength(1)
  })
}

test('a page that forbids WebAssembly: bought in the frame, thanked by the page', async ({ server, wallet, page }) => {
  const example = await Example.start('frame', server)
  try {
    await page.goto(example.url)
    const inside = page.frameLocator('florin-checkout iframe')
    await check(inside.locator('input[value=GCASH]'))
    await inside.locator('button.pay').click()
    await wallet.approve(await read(inside.locator('dialog .frame')))
    await expect(page.getByRole('heading', { name: 'Thank you' })).toBeVisible()
    await example.hears(/^shipped example-/)
  } finally {
    await example.stop()
  }
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('the printed list is bought from all the same', async ({ server, wallet, page }) => {
    const example = await Example.start('printed', server)
    try {
      await page.goto(example.url)
      await check(page.locator('input[value=GCASH]'))
      await page.locator('button.pay').click()
      await expect(page).toHaveURL(/\/pay\/CS\w+\?plain=1/)
      await wallet.approve(await read(page.locator('.frame')))
      await expect(page.getByRole('heading', { name: 'Thank you' })).toBeVisible({ timeout: 20_000 })
      await example.hears(/^shipped example-/)
    } finally {
      await example.stop()
    }
  })
})
