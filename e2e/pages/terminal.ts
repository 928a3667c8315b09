/** The sandbox's card terminals. */
import type { Server } from '../support/server.ts'

export class Terminal {
  readonly #server: Server
  readonly #name: string

  constructor(server: Server, name: string) {
    this.#server = server
    this.#name = name
  }

  /** Takes an order up by its code; whether it got it. */
  async claim(code: string): Promise<boolean> {
    return this.#ask('claim', code)
  }

  /** Takes the card of an order that it has. */
  async charge(code: string): Promise<boolean> {
    return this.#ask('pay', code)
  }

  async #ask(call: string, code: string): Promise<boolean> {
    const answer = await fetch(`${this.#server.sandbox}/pos/${call}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, terminal: this.#name, action: 'approve' }),
    })
    return answer.ok
  }
}
