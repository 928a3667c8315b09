/** Whatever moves in a page by itself, as the browser measures it. */
import type { Page } from '@playwright/test'

/** Before the page is opened. What is given are the shifts since the page began, or since the last time they were asked for. */
export async function watchShifts(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    interface Shift extends PerformanceEntry {
      value: number
      sources: { node: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[]
    }
    const moved: string[] = []
    const keep = (entries: PerformanceEntryList) => {
      for (const { value, sources } of entries as Shift[]) {
        const named = sources.map(({ node, previousRect: was, currentRect: is }) => `${node?.nodeName} from ${was.y} to ${is.y}`)
        moved.push(`${value.toFixed(4)}: ${named}`)
      }
    }
    const observer = new PerformanceObserver((list) => keep(list.getEntries()))
    observer.observe({ type: 'layout-shift', buffered: true })
    Object.assign(window, {
      async shifts() {
        // A shift is known once its frame has been drawn.
        for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame)
        await new Promise((later) => setTimeout(later, 50))
        keep(observer.takeRecords())
        return moved.splice(0)
      },
    })
  })
  return () => page.evaluate(() => (window as unknown as { shifts(): Promise<string[]> }).shifts())
}
