/** What a page holds when it has stood there for a while: ours shows a code and polls, a peer's list stands still. */
import type { Browser, CDPSession, Page } from 'playwright-core'
import type { Peer } from './peers.ts'

export interface Held {
  /** Bytes of JavaScript's heap after a forced collection, once the page was ready. */
  first: number
  /** … and after the minutes. */
  last: number
  /** Bytes of WebAssembly memories by then. */
  wasm: number
  /** Questions for a status in between. */
  polls: number
}

/** What has to be done until the page waits for a payment; without it, until its list has taken a choice. */
export type Way = (page: Page) => Promise<void>

/** All of them at the same time, each in a browser of its own, so that none's memory is in another's figure. */
export async function hold(open: () => Promise<Browser>, peers: { peer: Peer; way?: Way }[], minutes: number): Promise<Map<string, Held>> {
  const one = async ({ peer, way }: { peer: Peer; way?: Way }) => [peer.name, await held(await open(), peer, way, minutes)] as const
  return new Map(await Promise.all(peers.map(one)))
}

async function held(browser: Browser, peer: Peer, way: Way | undefined, minutes: number): Promise<Held> {
  try {
    const page = await browser.newPage({ viewport: { width: 375, height: 740 }, locale: 'en-US' })
    const ours = new URL(peer.url).hostname
    await page.route((url) => url.hostname !== ours, (route) => route.abort())
    let polls = 0
    page.on('request', (request) => (polls += Number(request.url().endsWith('/status'))))
    await page.addInitScript(keepMemories)
    await page.goto(peer.url)
    await page.locator(peer.choice).first().click({ force: true })
    await page.locator(peer.taken).first().waitFor()
    await way?.(page)
    const devtools = await page.context().newCDPSession(page)
    await page.waitForTimeout(2_000)
    const first = await heap(devtools)
    polls = 0
    await page.waitForTimeout(minutes * 60_000)
    const wasm = await page.evaluate(() => (window as unknown as { memories: WebAssembly.Memory[] }).memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0))
    return { first, last: await heap(devtools), wasm, polls }
  } finally {
    await browser.close()
  }
}

async function heap(devtools: CDPSession): Promise<number> {
  // Twice: what the first frees may have held something.
  for (const _ of [1, 2]) await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  return usedSize
}

/** Runs in the page before anything of it: remembers the memory of every WebAssembly program. */
function keepMemories(): void {
  const memories: WebAssembly.Memory[] = []
  Object.assign(window, { memories })
  const keep = (instance: WebAssembly.Instance) => {
    for (const one of Object.values(instance.exports)) if (one instanceof WebAssembly.Memory) memories.push(one)
  }
  for (const name of ['instantiate', 'instantiateStreaming'] as const) {
    const made = WebAssembly[name] as (...given: unknown[]) => Promise<WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource>
    Object.assign(WebAssembly, {
      [name]: async (...given: unknown[]) => {
        const answer = await made(...given)
        keep('instance' in answer ? answer.instance : answer)
        return answer
      },
    })
  }
}
