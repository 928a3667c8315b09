/**
 * Where a shopper may open the page, and what is offered there: the same order in each browser, against a table written from the requirements
 * (L10-L22, M1-M8). A picture of each goes into the gallery.
 */
import { agents, phone } from '../support/agents.ts'
import { Console } from '../support/console.ts'
import type { Server } from '../support/server.ts'
import { expect, test } from '../support/test.ts'

/** Every way to pay in renminbi, by what it needs. */
const codes = ['ALIPAY_PLUS', 'POS_ORDER', 'MOBILE_POS'] // shown anywhere but in a mini-program (M8)
const page = ['LAKALA'] // a page of its own
const rest = ['ALIPAY', 'WECHATPAY', 'UNIONPAY', 'ECNY', 'ONE_CODE', 'ONLINE_BANKING'] // L20: banks' pages want a computer
const yuan = [...codes, ...page, ...rest]

interface Place {
  name: string
  agent: string
  scene: string
  /** What can be chosen. */
  offered: string[]
  /** What is not even greyed: the code for several wallets stands for them at a computer, and nowhere else (L21). */
  hidden: string[]
  device?: Partial<typeof phone>
}

const hidden = ['ONE_CODE']
const desk = [...codes, ...page, ...rest]
/** Outside of wallets' browsers their pages open the wallets (L6, L18, M7), and the e-CNY app opens by its link. */
const hand = [...codes, ...page, 'ALIPAY', 'WECHATPAY', 'UNIONPAY', 'ECNY']

const places: Place[] = [
  { name: 'pc', agent: agents.pc, scene: 'PC', offered: desk, hidden: [], device: {} },
  // L11: WeChat on a computer has a second screen in the hand.
  { name: 'wechat-pc', agent: agents.wechatOnPc, scene: 'PC', offered: desk, hidden: [], device: {} },
  { name: 'iphone', agent: agents.iphone, scene: 'MOBILE', offered: hand, hidden },
  { name: 'android', agent: agents.android, scene: 'MOBILE', offered: hand, hidden },
  { name: 'tablet', agent: agents.tablet, scene: 'MOBILE', offered: hand, hidden, device: { hasTouch: true, viewport: { width: 820, height: 1180 } } },
  // L13, M1: WeChat asks in the page, and opens no other wallet.
  { name: 'wechat-iphone', agent: agents.wechatOnIphone, scene: 'WECHAT', offered: [...codes, ...page, 'WECHATPAY'], hidden },
  { name: 'wechat-android', agent: agents.wechatOnAndroid, scene: 'WECHAT', offered: [...codes, ...page, 'WECHATPAY'], hidden },
  { name: 'alipay', agent: agents.alipay, scene: 'ALIPAY', offered: [...codes, ...page, 'ALIPAY'], hidden },
  { name: 'unionpay', agent: agents.unionpay, scene: 'UNIONPAY', offered: [...codes, ...page, 'UNIONPAY'], hidden },
  // L10, M8: only the mini-program itself may pay there, and no code may be shown.
  { name: 'mini-program', agent: agents.miniProgram, scene: 'MINI_PROGRAM', offered: [], hidden },
  { name: 'mini-program-pc', agent: agents.miniProgramOnPc, scene: 'MINI_PROGRAM', offered: [], hidden },
]

interface Told {
  scene: string
  methods: { method: string; state: string; reason: string; message: string }[]
}

/** What the server says of a browser to whoever asks why. */
async function explained(server: Server, agent: string): Promise<Told> {
  const query = new URLSearchParams({ merchant_id: '18356675194960', currency: 'CNY', amount: '8888', user_agent: agent })
  const answer = await fetch(`${server.url}/v1/methods/explain?${query}`, { headers: { authorization: 'Bearer sk_test_florin_demo' } })
  return ((await answer.json()) as { data: Told }).data
}

test('what is offered in each browser, and why the rest is not', async ({ browser, server, merchant }, info) => {
  for (const { name, agent, scene, offered, hidden, device = phone } of places) {
    await test.step(name, async () => {
      const session = await merchant.createSession({ currency: 'CNY', amount: '8888', display_locale: 'zh-CN' })
      const context = await browser.newContext({ userAgent: agent, locale: 'zh-CN', reducedMotion: 'reduce', ...device })
      const [page, console] = [await context.newPage(), new Console(context)]
      await page.goto(session.session_url)
      await expect(page.locator('form:not([action])')).toBeVisible()
      const rows = page.locator('input[name=method]')
      const values = async (css: string) => (await page.locator(css).evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value))).sort()
      expect(await values('input[name=method]:enabled'), `${name}: offered`).toEqual([...offered].sort())
      const greyed = yuan.filter((method) => !offered.includes(method) && !hidden.includes(method))
      expect(await values('input[name=method]:disabled'), `${name}: greyed`).toEqual(greyed.sort())
      await expect(rows).toHaveCount(offered.length + greyed.length)
      // Whoever sees a row that cannot be chosen reads why.
      await expect(page.locator('label.off .hint')).toHaveCount(greyed.length)

      const told = await explained(server, agent)
      expect(told.scene).toBe(scene)
      const of = (method: string) => told.methods.find((one) => one.method === method)
      for (const method of offered) expect(of(method), method).toMatchObject({ state: 'OFFERED', reason: 'SUITS' })
      for (const method of greyed) expect(of(method), method).toMatchObject({ state: 'DISABLED', reason: 'SCENE', message: expect.stringContaining('only in: ') })
      for (const method of hidden) expect(of(method), method).toMatchObject({ state: 'HIDDEN', reason: 'SCENE', message: expect.stringContaining('only in: PC') })
      for (const method of [...greyed, ...hidden]) expect(of(method)!.message).not.toMatch(new RegExp(`\\b${scene}\\b`))

      const width = (page.viewportSize()?.width ?? 0) > 700 ? 'desktop' : '375'
      const file = `at-${name}.png`
      await page.screenshot({ path: `shots/${file}`, fullPage: true, animations: 'disabled' })
      info.annotations.push({ type: 'picture', description: JSON.stringify({ state: `at ${name}`, language: 'zh-Hans', theme: 'light', width, file }) })
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), `${name}: sideways`).toBeLessThanOrEqual(0)
      expect(console.errors, `${name}: the browser console`).toEqual([])
      await context.close()
    })
  }
})
