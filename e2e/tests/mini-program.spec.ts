/**
 * The example's mini-program: its logic against the running server and the sandbox. WeChat's own runtime is not here; the `wx` it is given asks over the
 * network as WeChat would, has its codes from the sandbox, and lets the sandbox's wallet look at what is to be paid.
 */
import { createRequire } from 'node:module'
import { Example } from '../support/examples.ts'
import type { Server } from '../support/server.ts'
import { expect, test } from '../support/test.ts'
import type { Wallet } from '../pages/wallet.ts'

type Session = { sessionId: string; clientToken: string }
type Answer = { statusCode: number; data: unknown }
type Wish = { url: string; method: string; data?: object; header: Record<string, string>; success(answer: Answer): void; fail(why: unknown): void }
type Params = { success(): void; fail(why: object): void } & Record<string, unknown>
type Checkout = { stage: string; load(): Promise<void>; pay(): Promise<void>; startOver(): Promise<void>; show(shown: boolean): void; end(): void }
const { Checkout, shown } = createRequire(import.meta.url)('../../examples/mini-program/program/checkout.js') as {
  Checkout: new (wx: object, session: object, tell: (stage: string) => void, timer?: object) => Checkout
  shown(money: object): string
}

/** What the payer does when WeChat asks, and what WeChat says of it. */
type Payer = (handed: string) => Promise<'ok' | 'cancel'>

/** WeChat around the mini-program. */
class Wechat {
  readonly asked: { what: string; at: number }[] = []
  readonly handed: string[] = []
  readonly stages: string[] = []
  logins = 0
  most = 0
  /** So many answers are lost, of requests whose address ends so. */
  lose: { end: string; times: number } = { end: '', times: 0 }
  /** Given instead of what the sandbox gives. */
  codes: string[] = []
  #inFlight = 0
  readonly #server: Server
  readonly #payer: Payer

  constructor(server: Server, payer: Payer) {
    this.#server = server
    this.#payer = payer
  }

  open(session: Session, timer?: object): Checkout {
    const wx = {
      request: (wish: Wish) => void this.#request(wish),
      login: ({ success }: { success(told: { code: string }): void }) => void this.#login().then((code) => success({ code })),
      requestPayment: ({ success, fail, ...handed }: Params) => {
        this.handed.push(JSON.stringify(handed))
        void this.#payer(JSON.stringify(handed)).then((said) => (said === 'ok' ? success() : fail({ errMsg: `requestPayment:fail ${said}` })))
      },
    }
    return new Checkout(wx, { florin: this.#server.url, ...session }, (stage) => this.stages.push(stage), timer)
  }

  times(what: RegExp): number[] {
    return this.asked.filter((one) => what.test(one.what)).map(({ at }) => at)
  }

  async #request({ url, method, data, header, success, fail }: Wish): Promise<void> {
    const isPoll = url.endsWith('/status')
    this.asked.push({ what: `${method} ${new URL(url).pathname}`, at: Date.now() })
    this.#inFlight += Number(isPoll)
    this.most = Math.max(this.most, this.#inFlight)
    try {
      const answer = await fetch(url, { method, headers: header, ...(data && { body: JSON.stringify(data) }) })
      const told = await answer.json()
      if (this.lose.times > 0 && url.endsWith(this.lose.end)) {
        this.lose.times -= 1
        throw new Error('request:fail')
      }
      success({ statusCode: answer.status, data: told })
    } catch (why) {
      fail(why)
    } finally {
      this.#inFlight -= Number(isPoll)
    }
  }

  async #login(): Promise<string> {
    this.logins += 1
    const given = this.codes.shift()
    if (given) return given
    const told = (await (await fetch(`${this.#server.sandbox}/mini-program/login`)).json()) as { code: string }
    return told.code
  }
}

const paying = (wallet: Wallet): Payer => async (handed) => {
  await wallet.approve(handed)
  return 'ok'
}

/** An order of the example's own server. */
const ordered = async (example: Example): Promise<Session> => {
  const answer = await fetch(`${example.url}orders?goods=oolong`, { method: 'POST' })
  return (await answer.json()) as Session
}

/** In the example's shop, with its server. */
const inShop = async (server: Server, visit: (session: Session, example: Example) => Promise<void>): Promise<void> => {
  const example = await Example.start('mini-program', server)
  try {
    await visit(await ordered(example), example)
  } finally {
    await example.stop()
  }
}

test('chosen, paid and shipped: one transaction, one code, one question at a time', async ({ server, wallet }) => {
  await inShop(server, async (session, example) => {
    // Long enough for a second loop to be seen.
    const wechat = new Wechat(server, async (handed) => {
      setTimeout(() => void wallet.approve(handed), 5_000)
      return 'ok'
    })
    const checkout = wechat.open(session)
    await checkout.load()
    expect(wechat.stages).toEqual(['ready'])
    await Promise.all([checkout.pay(), checkout.pay()])
    expect(checkout.stage).toBe('waiting')
    await expect.poll(() => checkout.stage, { timeout: 20_000 }).toBe('paid')
    await example.hears(/^shipped example-/)

    expect(Object.keys(JSON.parse(wechat.handed[0]!)).sort()).toEqual(['nonceStr', 'package', 'paySign', 'signType', 'timeStamp'])
    expect([wechat.handed.length, wechat.logins, wechat.times(/\/transactions$/).length]).toEqual([1, 1, 1])
    const polls = wechat.times(/\/status$/)
    expect(polls.length).toBeGreaterThan(2)
    for (const [index, at] of polls.slice(1).entries()) expect(at - polls[index]!).toBeGreaterThan(1_800)
    expect(wechat.most).toBe(1)
    const asked = wechat.asked.length
    await new Promise((wake) => setTimeout(wake, 2_500))
    expect(wechat.asked.length).toBe(asked)
  })
})

test('what another person has begun is ended, and paid by whoever starts over', async ({ server, wallet, book }) => {
  await inShop(server, async (session) => {
    const first = new Wechat(server, async () => 'cancel').open(session)
    await first.load()
    await first.pay()
    first.end()
    const answers: Payer[] = [async () => 'cancel', paying(wallet)]
    const wechat = new Wechat(server, (handed) => answers.shift()!(handed))
    const checkout = wechat.open(session)
    await checkout.load()
    await checkout.pay()
    expect([checkout.stage, wechat.logins]).toEqual(['waiting', 0])
    await checkout.startOver()
    await expect.poll(() => checkout.stage).toBe('ready')
    await checkout.pay()
    await expect.poll(() => checkout.stage).toBe('paid')
    expect(wechat.handed[1]).not.toBe(wechat.handed[0])
    expect([wechat.logins, (await book.held()).length]).toEqual([1, 1])
  })
})

test('whoever says no presses again, and pays the same order without another code', async ({ server, wallet, book }) => {
  await inShop(server, async (session) => {
    const answers: Payer[] = [async () => 'cancel', paying(wallet)]
    const wechat = new Wechat(server, (handed) => answers.shift()!(handed))
    const checkout = wechat.open(session)
    await checkout.load()
    await checkout.pay()
    expect(checkout.stage).toBe('waiting')
    await checkout.pay()
    await expect.poll(() => checkout.stage).toBe('paid')
    expect(wechat.handed[1]).toBe(wechat.handed[0])
    expect(wechat.logins).toBe(1)
    expect(await book.held()).toHaveLength(1)
  })
})

test('a code that does not count, and one whose answer is lost, are followed by another one, and it is one order', async ({ server, wallet }) => {
  await inShop(server, async (session) => {
    const wechat = new Wechat(server, paying(wallet))
    wechat.codes = ['spent']
    const checkout = wechat.open(session)
    await checkout.load()
    await checkout.pay()
    await expect.poll(() => checkout.stage).toBe('paid')
    expect([wechat.logins, wechat.handed.length]).toEqual([2, 1])
  })
  await inShop(server, async (session) => {
    const wechat = new Wechat(server, paying(wallet))
    wechat.lose = { end: '/login', times: 1 }
    const checkout = wechat.open(session)
    await checkout.load()
    await checkout.pay()
    await expect.poll(() => checkout.stage).toBe('paid')
    expect([wechat.logins, wechat.handed.length]).toEqual([2, 1])
  })
})

test('lost answers are asked for more and more seldom, and the first that comes is taken', async ({ server, wallet }) => {
  await inShop(server, async (session) => {
    const wechat = new Wechat(server, paying(wallet))
    const pauses: number[] = []
    const timer = { after: (milliseconds: number, then: () => void) => (pauses.push(milliseconds), setTimeout(then, 20)), stop: clearTimeout }
    const checkout = wechat.open(session, timer)
    await checkout.load()
    wechat.lose = { end: '/status', times: 6 }
    await checkout.pay()
    await expect.poll(() => checkout.stage).toBe('paid')
    expect(pauses.slice(0, 6)).toEqual([2_000, 4_000, 8_000, 15_000, 15_000, 15_000])
  })
})

test('out of sight nobody asks, and whoever comes back is told at once; opened anew it needs no code', async ({ server, wallet }) => {
  await inShop(server, async (session) => {
    const wechat = new Wechat(server, async () => 'cancel')
    const first = wechat.open(session)
    await first.load()
    await first.pay()
    first.show(false)
    await new Promise((wake) => setTimeout(wake, 300))
    const asked = wechat.asked.length
    await new Promise((wake) => setTimeout(wake, 2_500))
    expect(wechat.asked.length).toBe(asked)
    await wallet.approve(wechat.handed[0]!)
    first.show(true)
    await expect.poll(() => first.stage, { timeout: 5_000 }).toBe('paid')
  })
  await inShop(server, async (session) => {
    const refused = new Wechat(server, async () => 'cancel')
    const first = refused.open(session)
    await first.load()
    await first.pay()
    first.end()
    const wechat = new Wechat(server, paying(wallet))
    const second = wechat.open(session)
    await second.load()
    await second.pay()
    await expect.poll(() => second.stage).toBe('paid')
    expect([wechat.logins, wechat.handed[0]]).toEqual([0, refused.handed[0]])
  })
})

test('an amount is shown as it is', () => {
  const cases = [['8888', 'CNY', 2, '¥88.88'], ['5', 'CNY', 2, '¥0.05'], ['123456789', 'CNY', 2, '¥1,234,567.89'], ['1200', 'JPY', 0, 'JPY 1,200']] as const
  for (const [amount, currency, exponent, expected] of cases) expect(shown({ amount, currency, exponent })).toBe(expected)
})
