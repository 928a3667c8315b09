/** The sandbox's own book: what the channels really took, whatever anybody says. */
import type { Server } from './server.ts'

interface Entry {
  paymentRequestId: string
  captured: number
  refunded: number
  cancelled_after_capture: number
}

export class Book {
  readonly #server: Server

  constructor(server: Server) {
    this.#server = server
  }

  /** The transactions whose money the merchant has. */
  async held(): Promise<string[]> {
    const { payments } = (await (await fetch(`${this.#server.sandbox}/book`)).json()) as { payments: Entry[] }
    return payments.filter((entry) => left(entry) !== 0).map((entry) => entry.paymentRequestId)
  }
}

function left(entry: Entry): number {
  return entry.captured - entry.refunded - entry.cancelled_after_capture
}
