/** The sandbox's own book: what the channels really took, whatever anybody says. */
import type { Server } from './server.ts'

interface Entry {
  channel: string
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

  /**
   * The transactions whose money the merchant has. A bank knows no transactions, only references, which no call of the merchant's tells:
   * what came in there is held against the ledger by `florin check` alone.
   */
  async held(): Promise<string[]> {
    const { payments } = (await (await fetch(`${this.#server.sandbox}/book`)).json()) as { payments: Entry[] }
    const kept = payments.filter((entry) => entry.channel !== 'bank' && left(entry) !== 0)
    return kept.map((entry) => entry.paymentRequestId)
  }
}

function left(entry: Entry): number {
  return entry.captured - entry.refunded - entry.cancelled_after_capture
}
