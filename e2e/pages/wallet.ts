/** The payer's telephone. */
import type { Server } from '../support/server.ts'

export class Wallet {
  readonly #server: Server

  constructor(server: Server) {
    this.#server = server
  }

  async approve(code: string): Promise<void> {
    await this.#act(code, 'approve')
  }

  async decline(code: string): Promise<void> {
    await this.#act(code, 'decline')
  }

  async #act(code: string, action: string): Promise<void> {
    const answer = await fetch(`${this.#server.sandbox}/wallet`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, action }),
    })
    if (!answer.ok) throw new Error(`The wallet would not ${action}: ${answer.status} ${await answer.text()}`)
  }
}
