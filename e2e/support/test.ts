/**
 * What every browser test is given, and what every one is held to: its own server, the pages of it,
 * and at the end a clean ledger, one payment at most, and a silent console.
 */
import { test as base, expect } from '@playwright/test'
import { CheckoutPage } from '../pages/checkout.ts'
import { ShopPage } from '../pages/shop.ts'
import { Wallet } from '../pages/wallet.ts'
import { Book } from './book.ts'
import { Console } from './console.ts'
import { Faults } from './faults.ts'
import { Merchant } from './merchant.ts'
import { Server } from './server.ts'

interface Given {
  /** Further settings of the server, for `test.use`. */
  settings: Record<string, string>
  /** Whether the test leaves nothing open; pictures of open payments do. */
  ends: boolean
  server: Server
  ledger: void
  book: Book
  merchant: Merchant
  console: Console
  shop: ShopPage
  checkout: CheckoutPage
  wallet: Wallet
  faults: Faults
}

export const test = base.extend<Given>({
  settings: [{}, { option: true }],
  ends: [true, { option: true }],

  server: [
    async ({ settings }, use, info) => {
      const server = await Server.start(settings)
      await use(server)
      await server.stop()
      if (info.status !== info.expectedStatus) await info.attach('server', { body: server.output })
      await server.check()
      await server.forget()
    },
    { auto: true },
  ],

  // Looks while the server is still there: what it has begun it must bring to an end.
  ledger: [
    async ({ server, merchant, book, ends }, use, info) => {
      await use()
      if (info.status !== info.expectedStatus || !ends) return
      await server.rest()
      await expectOneEach(merchant, await book.held())
    },
    { auto: true },
  ],

  // It watches the whole context, so that a second tab is heard as well.
  console: [
    async ({ context }, use) => {
      const console = new Console(context)
      await use(console)
      expect(console.errors, 'the browser console').toEqual([])
    },
    { auto: true },
  ],

  book: async ({ server }, use) => use(new Book(server)),
  merchant: async ({ server }, use) => use(new Merchant(server)),
  shop: async ({ page, server }, use) => use(new ShopPage(page, server)),
  faults: async ({ server }, use) => use(new Faults(server)),
  checkout: async ({ page }, use) => use(new CheckoutPage(page)),
  wallet: async ({ server }, use) => use(new Wallet(server)),
})

/** The money that the channels hold is money that the merchant knows of, once for each session. */
async function expectOneEach(merchant: Merchant, held: string[]): Promise<void> {
  const kept = await Promise.all(held.map((id) => merchant.transaction(id)))
  for (const transaction of kept) expect(transaction).toMatchObject({ status: 'SUCCESS', accepted: true })
  const sessions = kept.map(({ session_id }) => session_id)
  expect(new Set(sessions).size, 'charged twice').toBe(sessions.length)
}

export { expect }
