/** Tells the sandbox's channels how to misbehave; `/faults` on the sandbox describes each. */
import type { Server } from './server.ts'

export interface Rule {
  fault: string
  request?: string
  times?: number
  call?: string
  when?: 'before' | 'after'
  ms?: number
}

export class Faults {
  readonly #server: Server

  constructor(server: Server) {
    this.#server = server
  }

  async add(rule: Rule): Promise<void> {
    const answer = await fetch(`${this.#server.sandbox}/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rule),
    })
    if (!answer.ok) throw new Error(`The sandbox refused the fault: ${await answer.text()}`)
  }

  /** Takes back what was ordered. */
  async clear(): Promise<void> {
    await fetch(`${this.#server.sandbox}/faults`, { method: 'DELETE' })
  }
}
