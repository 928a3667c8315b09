/**
 * What every browser test is given, and what every one is held to: its own server, the pages of it,
 * and at the end a clean ledger and a silent console.
 */
import { test as base, expect } from '@playwright/test'
import { CheckoutPage } from '../pages/checkout.ts'
import { ShopPage } from '../pages/shop.ts'
import { Wallet } from '../pages/wallet.ts'
import { Console } from './console.ts'
import { Faults } from './faults.ts'
import { Merchant } from './merchant.ts'
import { Server } from './server.ts'

interface Given {
  /** Further settings of the server, for `test.use`. */
  settings: Record<string, string>
  server: Server
  merchant: Merchant
  console: Console
  shop: ShopPage
  checkout: CheckoutPage
  wallet: Wallet
  faults: Faults
}

export const test = base.extend<Given>({
  settings: [{}, { option: true }],

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

  // It watches the whole context, so that a second tab is heard as well.
  console: [
    async ({ context }, use) => {
      const console = new Console(context)
      await use(console)
      expect(console.errors, 'the browser console').toEqual([])
    },
    { auto: true },
  ],

  merchant: async ({ server }, use) => use(new Merchant(server)),
  shop: async ({ page, server }, use) => use(new ShopPage(page, server)),
  faults: async ({ server }, use) => use(new Faults(server)),
  checkout: async ({ page }, use) => use(new CheckoutPage(page)),
  wallet: async ({ server }, use) => use(new Wallet(server)),
})

export { expect }
