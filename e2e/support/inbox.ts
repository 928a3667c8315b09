/** A merchant's webhook endpoint: keeps what arrives as it arrives, to be verified by whoever reads it. */
import { createServer, type IncomingHttpHeaders, type Server as HttpServer } from 'node:http'

export interface Letter {
  headers: IncomingHttpHeaders
  body: string
}

export class Inbox {
  readonly letters: Letter[] = []
  readonly #server: HttpServer

  static async open(): Promise<Inbox> {
    const inbox = new Inbox()
    await new Promise<void>((done) => inbox.#server.listen(0, '127.0.0.1', done))
    return inbox
  }

  private constructor() {
    this.#server = createServer((request, answer) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        this.letters.push({ headers: request.headers, body: Buffer.concat(parts).toString() })
        answer.writeHead(204).end()
      })
    })
  }

  get url(): string {
    const address = this.#server.address()
    if (!address || typeof address !== 'object') throw new Error('The inbox is closed.')
    return `http://127.0.0.1:${address.port}/florin`
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}
