/**
 * Our list beside those of others: bytes, time until it can be seen and used, work. Every page in turn, so that what
 * disturbs this machine disturbs all of them; the ratios are what counts. Then memory, after ten minutes of all at once.
 *
 *   npm run bench --prefix e2e/bench                                  nine rounds, ten minutes
 *   npm run bench --prefix e2e/bench -- --rounds 3 --minutes 1       (after a build of the widget and the server; 0 for none)
 */
import { parseArgs } from 'node:util'
import { chromium, type Page } from 'playwright-core'
import { browser } from '../support/browser.ts'
import { Merchant } from '../support/merchant.ts'
import { Server } from '../support/server.ts'
import { type Figures, load } from './measure.ts'
import { type Held, hold } from './memory.ts'
import { Pages } from './peers.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' }, minutes: { type: 'string', default: '10' } } })
const [rounds, minutes] = [Number(values.rounds), Number(values.minutes)]

const [server, pages] = [await Server.start(), await Pages.start()]
const chrome = await chromium.launch(browser.launchOptions)
try {
  const session = await new Merchant(server).createSession({ session_mode: 'DROP_IN' })
  const printed = await new Merchant(server).createSession({ session_mode: 'DROP_IN', markup: {} })
  const peers = [...pages.peers(), pages.florin(server.url, session), pages.ahead(server.url, session), pages.printed(printed), pages.hosted(session)]
  const told = new Map<string, Figures[]>(peers.map(({ name }) => [name, []]))
  for (let round = 0; rounds > 0 && round <= rounds; round += 1) {
    for (const peer of peers) {
      const figures = await load(chrome, peer)
      // The first round warms the servers, not the browser: each load has an empty cache.
      if (round > 0) told.get(peer.name)!.push(figures)
    }
    process.stderr.write(`round ${round} of ${rounds}\r`)
  }
  if (rounds > 0) print(told)
  if (minutes > 0) printMemory(await memory(pages))
} finally {
  await chrome.close()
  pages.stop()
  await server.stop()
  await server.forget()
}

function print(told: Map<string, Figures[]>): void {
  const base = summary([...told.values()][0]!)
  console.log(`${rounds} loads each, in turn; 4x slower processor, 1.6 Mbit/s, 150 ms; medians, and the ratio to the first`)
  console.log(`${'page'.padEnd(34)}${'KB'.padStart(8)}${'visible'.padStart(20)}${'usable'.padStart(20)}${'work'.padStart(20)}`)
  for (const [name, figures] of told) {
    const { bytes, visible, usable, work } = summary(figures)
    const cell = (value: number, of: number) =>
      (Number.isNaN(value) ? 'needs its servers' : `${Math.round(value)} ms ${(value / of).toFixed(2)}`).padStart(20)
    console.log(name.padEnd(34) + (bytes / 1000).toFixed(1).padStart(8) + cell(visible, base.visible) + cell(usable, base.usable) + cell(work, base.work))
  }
}

/** Ours in a merchant's page, with a code on the screen; beside it the peers that show a list without their servers. */
async function memory(pages: Pages): Promise<Map<string, Held>> {
  const session = await new Merchant(server).createSession({ session_mode: 'DROP_IN' })
  const others = pages.peers().filter(({ needsItsServers }) => !needsItsServers)
  const pay = async (page: Page) => {
    await page.locator('florin-checkout button.pay').click()
    await page.locator('florin-checkout dialog svg.code').waitFor()
  }
  const all = [...others.map((peer) => ({ peer })), { peer: pages.florin(server.url, session), way: pay }]
  return hold(() => chromium.launch(browser.launchOptions), all, minutes)
}

function printMemory(told: Map<string, Held>): void {
  console.log(`\nmemory after ${minutes} minutes, all at once: JavaScript's heap after a forced collection, when ready and at the end, and WebAssembly's memory`)
  console.log("ours shows a code and polls every two seconds; Adyen's does not poll without its server, so its list stands still")
  console.log(`${'page'.padEnd(34)}${'heap, first'.padStart(14)}${'heap, last'.padStart(14)}${'wasm'.padStart(12)}${'polls'.padStart(8)}`)
  const size = (bytes: number, width: number) => `${(bytes / 1e6).toFixed(2)} MB`.padStart(width)
  for (const [name, { first, last, wasm, polls }] of told) {
    console.log(name.padEnd(34) + size(first, 14) + size(last, 14) + size(wasm, 12) + String(polls).padStart(8))
  }
}

function summary(figures: Figures[]): Figures {
  const of = (key: keyof Figures) => median(figures.map((one) => one[key]))
  return { bytes: of('bytes'), visible: of('visible'), usable: of('usable'), work: of('work') }
}

function median(values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)]!
}
