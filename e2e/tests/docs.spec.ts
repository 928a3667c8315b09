/** What docs/start.md and docs/methods.md say is tried here as they say it; and the guides are read as pages of the server. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { complaints } from '../support/axe.ts'
import { Example } from '../support/examples.ts'
import { expect, test } from '../support/test.ts'

const page = (name: string) => readFileSync(resolve(import.meta.dirname, '../../docs', name), 'utf8')
const blocks = (name: string, language: string) => [...page(name).matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map(([, text]) => text!)

test('the shop in Python sells', async ({ server, checkout, wallet, page: browser }) => {
  const folder = await mkdtemp(join(tmpdir(), 'florin-docs-'))
  await writeFile(join(folder, 'webhook.py'), blocks('webhooks.md', 'python')[0]!)
  await writeFile(join(folder, 'shop.py'), blocks('start.md', 'python')[0]!)
  const shop = await Example.run('python3', [join(folder, 'shop.py')], server)
  try {
    await browser.goto(shop.url)
    await wallet.approve(await checkout.payWith('GCash'))
    await expect(checkout.heading('Thank you')).toBeVisible()
    await shop.hears(/^shipped /)
  } finally {
    await shop.stop()
    await rm(folder, { recursive: true })
  }
})

test('the first page of a developer works as it is written', async ({ server, merchant, checkout, page: browser }) => {
  const here = (text: string) => text.replaceAll('http://127.0.0.1:8080', server.url).replaceAll('http://127.0.0.1:8081', server.sandbox)
  const say = async (command: string) => (await promisify(execFile)('bash', ['-c', here(command)])).stdout
  const [create, pay] = blocks('start.md', 'sh')
  const { data: session } = JSON.parse(await say(create!))
  const html = here(blocks('start.md', 'html')[0]!).replace('CS…', session.session_id).replace('ct_…', session.client_token)
  await browser.route(`${server.url}/my-shop`, (route) => route.fulfill({ contentType: 'text/html', body: html }))
  await browser.goto(`${server.url}/my-shop`)
  await say(pay!.replace('<the text in the QR>', await checkout.payWith('GCash')))
  await browser.waitForURL(/\/shop\/thanks/)
  expect((await merchant.session(session)).status).toBe('SUCCESS')
})

test('each method is offered in the currencies of its row, and in no other', async ({ server }) => {
  const rows = [...page('methods.md').matchAll(/^\| [^|]+ \| `(\w+)` \| ([A-Z, ]+) \|/gm)]
  const told = Object.fromEntries(rows.map(([, method, currencies]) => [method, currencies!.split(', ')]))
  const offered: Record<string, string[]> = Object.fromEntries(Object.keys(told).map((method) => [method, []]))
  for (const currency of ['CNY', 'EUR', 'HKD', 'IDR', 'JPY', 'KRW', 'MYR', 'PHP', 'SGD', 'THB', 'USD', 'VND']) {
    const question = `${server.url}/v1/methods/explain?merchant_id=18356675194960&currency=${currency}&amount=1000000`
    const answer = await fetch(question, { headers: { authorization: 'Bearer sk_test_florin_demo' } })
    const { data } = (await answer.json()) as { data: { methods: { method: string; state: string }[] } }
    for (const { method, state } of data.methods) if (state === 'OFFERED') (offered[method] ??= []).push(currency)
  }
  expect(told).toEqual(offered)
})

test('the guides are pages for everybody, and the first one sells a tin of tea', async ({ server, checkout, wallet, page: browser, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  for (const name of ['going-live', 'start']) {
    await browser.goto(`${server.url}/docs/${name}`)
    for (const [colorScheme, width] of [['light', 1280], ['dark', 375]] as const) {
      await browser.emulateMedia({ colorScheme })
      await browser.setViewportSize({ width, height: 800 })
      await browser.screenshot({ path: `shots/guide-${name}-${width}.png` })
      expect(await complaints(browser), `axe, ${name}, ${colorScheme}`).toEqual([])
      expect(await browser.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), name).toBeLessThanOrEqual(0)
    }
  }
  await browser.locator('figure.code').first().getByRole('button').click()
  await expect.poll(() => browser.evaluate(() => navigator.clipboard.readText())).toBe(blocks('start.md', 'sh')[0])

  await browser.getByRole('button', { name: 'Show the checkout' }).click()
  await wallet.approve(await checkout.payWith('GCash'))
  await expect(browser.locator('#demo > ol')).toContainText('florin-success')

  await browser.goto(`${server.url}/docs/going-live`)
  const box = browser.getByRole('checkbox').first()
  await box.check()
  await browser.reload()
  await expect(box).toBeChecked()
})
