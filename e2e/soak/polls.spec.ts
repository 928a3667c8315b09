/**
 * Ten real minutes of a shopper who looks at a code, counted at the server's door and by the server itself: one question every
 * two seconds, none while one is out, none while the tab's process stands still for a minute, one at once when it wakes, and
 * none after the end. `scripts/soak.sh soak_polls` runs it; FLORIN_POLL_MINUTES=2 is a shorter one.
 */
import { Door } from '../support/door.ts'
import { freeze } from '../support/freeze.ts'
import { freePort } from '../support/server.ts'
import { expect, test } from '../support/test.ts'

const whole = Number(process.env.FLORIN_POLL_MINUTES ?? 10) * 60_000
const sleep = whole / 10
const awake = (whole - sleep) / 2
/** Whoever stays is told of a second payment for ten seconds. */
const settles = 15_000

const admin = `127.0.0.1:${await freePort()}`
const pause = (milliseconds: number) => new Promise((wake) => setTimeout(wake, milliseconds))
const seconds = (milliseconds: number) => `${Math.round(milliseconds / 1000)} s`

test.use({ settings: { FLORIN_ADMIN_LISTEN: admin } })

test('one question every two seconds, for as long as somebody waits', async ({ browser, server, merchant, checkout, wallet, page }) => {
  test.setTimeout(whole * 2 + 180_000)
  const door = await Door.before(server)
  await page.route('**/shop/thanks*', (route) => route.fulfill({ status: 204 }))
  const session = await merchant.createSession()
  await checkout.open({ session_url: door.to(session.session_url) })
  const code = await checkout.payWith('GCash')

  const before = await stretch(door, 'awake')
  const thaw = await freeze(browser)
  // What was on its way when it fell asleep may still arrive.
  await pause(200)
  const asleep = Date.now()
  await pause(sleep)
  const slept = door.during(asleep, Date.now())
  thaw()
  const woke = Date.now()
  const after = await stretch(door, 'awake again')
  const first = door.polls.find(({ came }) => came >= woke)!.came - woke

  await wallet.approve(code)
  await checkout.expectPaid()
  await pause(settles)
  const ended = Date.now()
  await pause(Math.max(sleep, 20_000))
  const late = door.during(ended, Date.now())
  const counted = await countedByServer()
  tell(`asleep for ${seconds(sleep)}: ${slept} questions; the first ${first} ms after waking`)
  tell(`${seconds(settles)} after the end: ${late} questions in ${seconds(Date.now() - ended)}`)
  tell(`in all ${door.polls.length} at the door, ${counted} by the server's own figure, ${door.most} inside at once at most`)
  door.close()

  expect(slept, 'questions of a tab that stands still').toBe(0)
  expect(first, 'a tab that wakes asks at once').toBeLessThan(2_500)
  expect(late, 'questions after the end').toBe(0)
  expect(door.most, 'questions inside at once').toBe(1)
  expect(counted, "the server's own figure").toBe(door.polls.length)
  for (const gaps of [before, after]) expectEveryTwoSeconds(gaps)
})

/** Looks on for this part of the time, and tells the gaps. */
async function stretch(door: Door, name: string): Promise<number[]> {
  const from = Date.now()
  await pause(awake)
  const gaps = door.gaps(from, Date.now())
  const sorted = gaps.toSorted((one, other) => one - other)
  const [least, median, most] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)]
  tell(`${name} for ${seconds(awake)}: ${gaps.length + 1} questions; gaps of ${least} to ${most} ms, median ${median}`)
  return gaps
}

function expectEveryTwoSeconds(gaps: number[]): void {
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
  expect(mean).toBeGreaterThan(1_950)
  expect(mean).toBeLessThan(2_100)
  // The second after waking keeps to the clock of the first. A busy machine may be late, but skips none.
  for (const gap of gaps.slice(1)) {
    expect(gap).toBeGreaterThan(1_700)
    expect(gap).toBeLessThan(3_900)
  }
}

async function countedByServer(): Promise<number> {
  const figures = await (await fetch(`http://${admin}/metrics`)).text()
  return Number(/^florin_polls_total (\d+)/m.exec(figures)?.[1])
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}
