/** Stops a browser's tabs as a device that goes to sleep does. */
import type { Browser } from '@playwright/test'

interface Process {
  type: string
  id: number
}

/**
 * No script of any tab runs until the function that this gives is called. The processes are stopped: Chromium freezes no tab
 * that is driven by a test, because it counts as seen.
 */
export async function freeze(browser: Browser): Promise<() => void> {
  const devtools = await browser.newBrowserCDPSession()
  const { processInfo } = (await devtools.send('SystemInfo.getProcessInfo')) as { processInfo: Process[] }
  const tabs = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
  if (tabs.length === 0) throw new Error('The browser names no process of a tab.')
  const all = (signal: NodeJS.Signals) => tabs.forEach((id) => process.kill(id, signal))
  all('SIGSTOP')
  return () => all('SIGCONT')
}
