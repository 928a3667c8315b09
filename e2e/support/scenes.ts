/** Every state a shopper can meet, and the way there. Pictures and axe go through all of them. */
import { expect, type Page } from '@playwright/test'
import { CheckoutPage } from '../pages/checkout.ts'
import type { Wallet } from '../pages/wallet.ts'
import type { Faults } from './faults.ts'
import type { Merchant, Session } from './merchant.ts'

export interface Stage {
  page: Page
  checkout: CheckoutPage
  merchant: Merchant
  wallet: Wallet
  faults: Faults
  session: Session
}

type Scene = (stage: Stage) => Promise<void>

const list: Scene = async ({ checkout, session }) => {
  await checkout.open(session)
  await checkout.ready()
}

const waiting: Scene = async (stage) => {
  await list(stage)
  await stage.checkout.payFirst()
  await expect(stage.checkout.code).toBeVisible()
}

export const scenes: Record<string, Scene> = {
  list,

  chosen: async (stage) => {
    await list(stage)
    await stage.checkout.chooseFirst()
  },

  opening: async (stage) => {
    await stage.faults.add({ fault: 'late', call: 'pay', ms: 8_000 })
    await list(stage)
    await stage.checkout.payFirst()
    await expect(stage.page.locator('[aria-busy=true]').first()).toBeVisible()
  },

  waiting,

  offline: async (stage) => {
    await waiting(stage)
    await stage.page.context().setOffline(true)
    await stage.page.waitForTimeout(3_000)
  },

  closing: async (stage) => {
    await stage.faults.add({ fault: 'late', call: 'cancel', ms: 20_000, when: 'before' })
    await waiting(stage)
    await stage.page.keyboard.press('Escape')
    // After five seconds the shopper may leave; the picture shows the way out.
    await stage.page.waitForTimeout(5_500)
  },

  declined: async (stage) => {
    await waiting(stage)
    await stage.wallet.decline(await stage.checkout.scan())
    await expect(stage.checkout.code).toBeHidden()
  },

  paid: async (stage) => {
    await waiting(stage)
    await stage.wallet.approve(await stage.checkout.scan())
    await expect(stage.checkout.code).toBeHidden()
  },

  ended: async (stage) => {
    await stage.merchant.post(`/v1/sessions/${stage.session.session_id}/close`, {})
    await stage.checkout.open(stage.session)
    await expect(stage.checkout.anyMethod).toHaveCount(0)
  },
}
