/** Every example as its README starts it: from "Buy" to the goods on their way. */
import { resolve } from 'node:path'
import { Example } from '../support/examples.ts'
import { expect, test } from '../support/test.ts'

const react18 = { REACT_FROM: resolve(import.meta.dirname, '..') }

const pages: [title: string, folder: string, settings?: Record<string, string>][] = [
  ['a plain page', 'plain'],
  ['React 19 in StrictMode', 'react'],
  ['React 18 in StrictMode', 'react', react18],
  ['Vue', 'vue'],
  ['React 19 rendered on a server', 'react-server'],
  ['React 18 rendered on a server', 'react-server', react18],
  ['the hosted page', 'hosted'],
]

for (const [title, folder, settings] of pages) {
  test(`${title}: bought, paid and shipped, with one question at a time`, async ({ server, checkout, wallet, page }) => {
    const example = await Example.start(folder, server, settings)
    const asked: { what: string; at: number }[] = []
    page.on('request', (request) => asked.push({ what: `${request.method()} ${new URL(request.url()).pathname}`, at: Date.now() }))
    const paid: string[] = []
    page.on('console', (message) => message.text().startsWith('paid ') && paid.push(message.text()))
    try {
      await page.goto(example.url)
      if (folder !== 'react-server') await page.getByRole('button', { name: 'Buy' }).click()
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
    const times = (what: RegExp) => asked.filter((one) => what.test(one.what)).map(({ at }) => at)
    expect(times(/^GET \/v1\/checkout\/\w+$/)).toHaveLength(1)
    expect(times(/^POST .*\/transactions$/)).toHaveLength(1)
    const polls = times(/\/status$/)
    for (const [index, at] of polls.slice(1).entries()) expect(at - polls[index]!).toBeGreaterThan(1_000)
  })
}
