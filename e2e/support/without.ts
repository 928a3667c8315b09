/** Keeps a file of the page away for a while. */
import type { Page } from '@playwright/test'

/** Keeps a file away, the program if no other is named, until the function that this gives is called. */
export async function without(page: Page, file: string | RegExp = '**/*.wasm'): Promise<() => void> {
  let arrive = () => {}
  const wanted = new Promise<void>((resolve) => (arrive = resolve))
  await page.route(file, async (route) => {
    await wanted
    // The page that asked may be gone.
    await route.continue().catch(() => {})
  })
  return arrive
}
