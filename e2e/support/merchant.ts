/** The demo merchant's own server, for tests that need a session the shop would not make. */
import { randomUUID } from 'node:crypto'
import type { Server } from './server.ts'

export interface Session {
  session_id: string
  session_url: string
  client_token: string
  trans_id: string
  status: string
}

export class Merchant {
  readonly #server: Server

  constructor(server: Server) {
    this.#server = server
  }

  /** A session of 800 PHP cents that lives half an hour, but for what `wishes` says otherwise. */
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

  async session(session: Session): Promise<Session> {
    return this.#call('GET', `/v1/sessions?session_id=${session.session_id}`)
  }

  /** Every transaction of the session, the oldest first. */
  async transactions(session: Session): Promise<{ order_id: string; status: string }[]> {
    return this.#call('GET', `/v1/transactions?session_id=${session.session_id}&all=true`)
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
