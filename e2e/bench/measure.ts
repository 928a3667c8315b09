/** One page, loaded once on a slow phone, and what that took. */
import type { Browser, CDPSession, Page } from 'playwright-core'
import type { Peer } from './peers.ts'

/** A phone of the middle class on 3G: four times slower than this machine, 1.6 Mbit/s, 150 ms. */
const network = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 }
const slower = 4

export interface Figures {
  /** Bytes over the network. */
  bytes: number
  /** Milliseconds from the navigation to a list that can be seen. */
  visible: number
  /** … to a list that has taken a choice. */
  usable: number
  /** Milliseconds of work on the page's thread until then. */
  work: number
}

interface Seen {
  visible: number
  usable: number
}

/** Loads it with nothing in any cache. */
export async function load(browser: Browser, peer: Peer): Promise<Figures> {
  const context = await browser.newContext({ viewport: { width: 375, height: 740 }, locale: 'en-US' })
  try {
    const page = await context.newPage()
    await away(page, peer)
    const devtools = await context.newCDPSession(page)
    const bytes = await slow(devtools)
    if (!peer.needsItsServers) await page.addInitScript(watch, { row: peer.row, choice: peer.choice, taken: peer.taken })
    await page.goto(peer.url, { waitUntil: peer.needsItsServers ? 'load' : 'commit' })
    if (peer.needsItsServers) return { bytes: bytes(), visible: NaN, usable: NaN, work: NaN }
    await page.waitForFunction(() => 'usable' in ((window as unknown as { seen?: object }).seen ?? {}), undefined, { timeout: 30_000 })
    const seen = await page.evaluate(() => (window as unknown as { seen: Seen }).seen)
    const work = await busy(devtools)
    return { bytes: bytes(), ...seen, work }
  } finally {
    await context.close()
  }
}

/** Nobody's servers are reached: what a peer asks of its own fails at once. */
async function away(page: Page, peer: Peer): Promise<void> {
  const ours = new URL(peer.url).hostname
  await page.route((url) => url.hostname !== ours, (route) => route.abort())
}

async function slow(devtools: CDPSession): Promise<() => number> {
  let bytes = 0
  devtools.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength))
  await devtools.send('Network.enable')
  await devtools.send('Network.emulateNetworkConditions', network)
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: slower })
  await devtools.send('Performance.enable')
  return () => bytes
}

async function busy(devtools: CDPSession): Promise<number> {
  const { metrics } = await devtools.send('Performance.getMetrics')
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000
}

/** Runs in the page: looks at every frame whether the list is there, chooses the first row, and looks whether that was taken. */
function watch({ row, choice, taken }: { row: string; choice: string; taken: string }): void {
  const seen: Partial<Seen> = {}
  Object.assign(window, { seen })
  const find = (selector: string) => {
    const root = document.querySelector('florin-checkout')?.shadowRoot ?? document
    return [...root.querySelectorAll<HTMLElement>(selector)].find((element) => element.getClientRects().length > 0)
  }
  const look = () => {
    const now = performance.now()
    if (find(row)) seen.visible ??= now
    if (seen.visible && !find(taken)) find(choice)?.click()
    if (seen.visible && find(taken)) seen.usable ??= now
    if (!seen.usable) requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}
