/** The demo merchant's own server, for tests that need a session the shop would not make. */
import { randomUUID } from 'node:crypto'
import type { Server } from './server.ts'

export interface Session {
  session_id: string
  session_url: string
  client_token: string
  trans_id: string
  status: string
  /** Only when it was asked for. */
  markup?: { head: string; html: string; style_hash: string }
}

export interface Transaction {
  order_id: string
  session_id: string
  status: string
  payment_method: string
  accepted: boolean
  amount: string
  refunded_amount: string
}

export class Merchant {
  readonly #server: Server

  constructor(server: Server) {
    this.#server = server
  }

  /** A session of 800 pesos that lives half an hour, but for what `wishes` says otherwise. */
  async createSession(wishes: Record<string, unknown> = {}): Promise<Session> {
    return this.post('/v1/sessions', {
      merchant_id: '18356675194960',
      payment_type: 'PURCHASE',
      authorisation_type: 'FINAL_AUTH',
      capture_method: 'AUTOMATIC',
      trans_id: `t${randomUUID().replaceAll('-', '')}`,
      session_mode: 'HOSTED',
      currency: 'PHP',
      amount: '80000',
      return_url: `${this.#server.url}/shop/thanks`,
      ...wishes,
    })
  }

  /** Other looks, for every page of the merchant. */
  async dress(appearance: Record<string, unknown>): Promise<void> {
    await this.#call('PATCH', '/v1/merchant', { appearance })
  }

  async session(session: Session): Promise<Session> {
    return this.#call('GET', `/v1/sessions?session_id=${session.session_id}`)
  }

  async close(session: Session): Promise<void> {
    await this.post(`/v1/sessions/${session.session_id}/close`, {})
  }

  /** Another amount, or other goods. */
  async change(session: Session, wishes: Record<string, unknown>): Promise<void> {
    await this.#call('PATCH', `/v1/sessions/${session.session_id}`, wishes)
  }

  /** How many methods a shopper on a desk finds in the session's list, those that cannot be had included. */
  async methodsShown({ session_id }: Session): Promise<number> {
    const desk = encodeURIComponent('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36')
    const { methods } = await this.#call<{ methods: { state: string }[] }>('GET', `/v1/methods/explain?session_id=${session_id}&user_agent=${desk}`)
    return methods.filter(({ state }) => state !== 'HIDDEN').length
  }

  /** Every transaction of the session; none, where the API says that there is no order yet. */
  async transactions(session: Session): Promise<Transaction[]> {
    const all = this.#call<Transaction[]>('GET', `/v1/transactions?session_id=${session.session_id}&all=true`)
    return all.catch((error: Error) => {
      if (error.message.includes('ORDER_NOT_EXIST')) return []
      throw error
    })
  }

  /** How many of the session's transactions ended in which way, such as `CANCELLED SUCCESS`. */
  async outcome(session: Session): Promise<string> {
    const transactions = await this.transactions(session)
    return transactions
      .map(({ status }) => status)
      .sort()
      .join(' ')
  }

  async transaction(orderId: string): Promise<Transaction> {
    return this.#call('GET', `/v1/transactions?order_id=${orderId}`)
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    return this.#call('POST', path, body)
  }

  async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.#server.url}${path}`, {
      method,
      headers: {
        authorization: 'Bearer sk_test_florin_demo',
        'content-type': 'application/json',
        ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
      },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const envelope = (await answer.json()) as { ret_code: string; ret_msg: string; data: T }
    if (envelope.ret_code !== '000000') throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(envelope)}`)
    return envelope.data
  }
}
