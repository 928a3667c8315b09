/** The payer's telephone. */
import type { Server } from '../support/server.ts'

export class Wallet {
  readonly #server: Server

  constructor(server: Server) {
    this.#server = server
  }

  async approve(code: string): Promise<void> {
    const answer = await this.#act(code, 'approve')
    if (!answer.ok) throw new Error(`The wallet would not pay: ${answer.status} ${await answer.text()}`)
  }

  async decline(code: string): Promise<void> {
    const answer = await this.#act(code, 'decline')
    if (!answer.ok) throw new Error(`The wallet would not decline: ${answer.status} ${await answer.text()}`)
  }

  /** Whether a code can still be paid; tries it. */
  async canStillPay(code: string): Promise<boolean> {
    return (await this.#act(code, 'approve')).ok
  }

  async #act(code: string, action: string): Promise<Response> {
    return fetch(`${this.#server.sandbox}/wallet`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, action }),
    })
  }
}
