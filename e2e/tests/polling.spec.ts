/** How the page asks: every two seconds, one question at a time, and at once when the shopper comes back. */
import { Door } from '../support/door.ts'
import { Hurry } from '../support/hurry.ts'
import { Polls } from '../support/polls.ts'
import { expect, test } from '../support/test.ts'

const pause = (milliseconds: number) => new Promise((wake) => setTimeout(wake, milliseconds))

test('the status is asked for every two seconds', async ({ merchant, checkout, wallet, page }) => {
  const polls = new Polls(page)
  await checkout.open(await merchant.createSession())
  const code = await checkout.payWith('GCash')
  await expect.poll(() => polls.sent.length, { timeout: 20_000 }).toBe(5)

  for (const gap of polls.gaps) {
    expect(gap).toBeGreaterThan(1_800)
    expect(gap).toBeLessThan(3_500)
  }
  expect(polls.most).toBe(1)
  await wallet.approve(code)
  await checkout.expectPaid()
})

/** `scripts/soak.sh soak_polls` does the same in real minutes, with the tab's process stopped. */
test('ten minutes by the page, counted at the server, with a sleep in the middle', async ({ server, merchant, checkout, wallet, page }) => {
  const door = await Door.before(server)
  await page.route('**/shop/thanks*', (route) => route.fulfill({ status: 204 }))
  const session = await merchant.createSession()
  const hurry = await Hurry.before(page)
  await checkout.open({ session_url: door.to(session.session_url) })
  const code = await checkout.payWith('GCash')
  await hurry.begin()

  await hurry.through(270)
  await hurry.sleep(60)
  await hurry.through(270)
  expect(door.polls.length, 'what the page asked is what came').toBe(hurry.sent.length)
  expect(door.most, 'none while one is out').toBe(1)
  const [slept, ...others] = hurry.gaps.toSorted((one, other) => other - one)
  expect(slept, 'the sleep, and one question at its end').toBeGreaterThanOrEqual(60_000)
  expect(slept).toBeLessThan(62_100)
  expect(Math.max(...others), 'one every two seconds').toBeLessThan(2_100)
  expect(Math.min(...others), 'and no more').toBeGreaterThan(1_900)

  await wallet.approve(code)
  await hurry.through(20)
  await checkout.expectPaid()
  const asked = door.polls.length
  await hurry.through(60)
  expect(door.polls.length - asked, 'none after the end').toBe(0)
  door.close()
})

test('a slow server is asked one question at a time', async ({ merchant, checkout, wallet, page }) => {
  const polls = new Polls(page)
  await checkout.open(await merchant.createSession())
  const code = await checkout.payWith('GCash')
  await page.route('**/status', async (route) => {
    await pause(3_000)
    await route.continue().catch(() => {})
  })
  polls.sent.length = 0
  await pause(11_000)

  expect(polls.sent.length).toBeGreaterThanOrEqual(3)
  expect(polls.sent.length).toBeLessThanOrEqual(4)
  expect(polls.most).toBe(1)
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await wallet.approve(code)
  await checkout.expectPaid()
})

test('nothing is asked while the shopper only chooses, and nothing once it is over', async ({ merchant, checkout, wallet, page }) => {
  const polls = new Polls(page)
  await page.route('**/shop/thanks*', (route) => route.fulfill({ status: 204 }))
  await checkout.open(await merchant.createSession())
  await expect(checkout.payButton).toBeVisible()
  await pause(5_000)
  expect(polls.sent).toEqual([])

  await wallet.approve(await checkout.payWith('GCash'))
  await checkout.expectPaid()
  // Whoever stays is told of a second payment for ten seconds.
  await pause(15_000)
  polls.sent.length = 0
  await pause(5_000)
  expect(polls.sent).toEqual([])
})

for (const [name, target] of [['focus', 'window'], ['pageshow', 'window'], ['online', 'window'], ['visibilitychange', 'document']] as const) {
  test(`the page asks at once at ${name}`, async ({ merchant, checkout, wallet, page }) => {
    await checkout.open(await merchant.createSession())
    const code = await checkout.payWith('GCash')
    for (let time = 0; time < 3; time += 1) {
      // In the page and by its clock: what goes between us and it takes longer when the machine is busy.
      const after = await page.evaluate(async ([name, target]) => {
        const asked = (since: number) =>
          new Promise<number>((done) => {
            const isIt = (entry: PerformanceEntry) => entry.name.endsWith('/status') && entry.startTime >= since
            const observer = new PerformanceObserver((list) => {
              const found = list.getEntries().find(isIt)
              if (found) (observer.disconnect(), done(found.startTime))
            })
            observer.observe({ type: 'resource' })
          })
        // Just after an answer: the next question would leave two seconds after the last one did.
        await asked(0)
        await new Promise((later) => setTimeout(later, 200))
        const at = performance.now()
        const next = asked(at)
        const where = target === 'window' ? window : document
        where.dispatchEvent(new Event(name, { bubbles: true }))
        return (await next) - at
      }, [name, target] as const)
      expect(after).toBeLessThan(900)
    }
    await wallet.approve(code)
    await checkout.expectPaid()
  })
}

test('"I have paid" asks the channel at once', async ({ merchant, checkout, wallet, page, faults }) => {
  await faults.add({ fault: 'silent' })
  await checkout.open(await merchant.createSession())
  const code = await checkout.payWith('GCash')
  await page.route('**/status', (route) => route.fulfill({ status: 503, body: '' }))
  await wallet.approve(code)

  const checked = page.waitForResponse((response) => response.url().endsWith('/check'))
  await checkout.button('I have paid').click()
  expect((await checked).status()).toBe(200)
  await checkout.expectPaid()
})

test('without auto_query only the shopper asks', async ({ merchant, checkout, wallet, page, server }) => {
  const quiet = await fetch(`${server.url}/v1/merchant`, {
    method: 'PATCH',
    headers: { authorization: 'Bearer sk_test_florin_demo', 'content-type': 'application/json' },
    body: JSON.stringify({ auto_query: false }),
  })
  expect(quiet.status).toBe(200)
  const polls = new Polls(page)
  await checkout.open(await merchant.createSession())
  await wallet.approve(await checkout.payWith('GCash'))
  await pause(5_000)
  expect(polls.sent).toEqual([])
  await expect(checkout.code).toBeVisible()

  await checkout.button('I have paid').click()
  await checkout.expectPaid()
})

test('from the wallet to the page: how long a success takes', async ({ merchant, checkout, wallet }, info) => {
  await checkout.open(await merchant.createSession())
  const code = await checkout.payWith('GCash')
  const approved = Date.now()
  await wallet.approve(code)
  await checkout.expectPaid()

  const told = `${Date.now() - approved} ms from the wallet's approval to the page's success`
  info.annotations.push({ type: 'measured', description: told })
  process.stdout.write(`${told}\n`)
})
