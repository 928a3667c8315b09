/** A door before the server: it lets everything through, and writes down when each question for a status came and went. */
import { createServer, request, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http'

export interface Poll {
  /** Milliseconds since 1970 at which it had arrived. */
  came: number
  /** … at which its answer had left, if it has. */
  went?: number
}

export class Door {
  readonly polls: Poll[] = []
  /** How many were inside at once, at most. */
  most = 0
  #inside = 0
  readonly #server: HttpServer
  readonly #to: URL

  static async before(server: { url: string }): Promise<Door> {
    const door = new Door(new URL(server.url))
    await new Promise<void>((done) => door.#server.listen(0, '127.0.0.1', done))
    return door
  }

  private constructor(to: URL) {
    this.#to = to
    this.#server = createServer((asked, answer) => this.#through(asked, answer))
  }

  /** The way to this page, through the door. */
  to(address: string): string {
    const own = this.#server.address()
    if (!own || typeof own !== 'object') throw new Error('The door is gone.')
    return address.replace(this.#to.origin, `http://127.0.0.1:${own.port}`)
  }

  get inside(): number {
    return this.#inside
  }

  /** How many came in these times. */
  during(from: number, to: number): number {
    return this.polls.filter(({ came }) => came >= from && came <= to).length
  }

  /** Milliseconds between each that came in these times and the one before it. */
  gaps(from: number, to: number): number[] {
    const came = this.polls.map(({ came }) => came).filter((at) => at >= from && at <= to)
    return came.slice(1).map((at, index) => at - came[index]!)
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #through(asked: IncomingMessage, answer: ServerResponse): void {
    if (asked.method === 'GET' && asked.url!.endsWith('/status')) this.#write(answer)
    // To the server the page stands where it always does.
    const headers = { ...asked.headers, host: this.#to.host, ...(asked.headers.origin ? { origin: this.#to.origin } : {}) }
    const { hostname, port } = this.#to
    const on = request({ hostname, port, method: asked.method, path: asked.url, headers }, (told) => {
      answer.writeHead(told.statusCode!, told.headers)
      told.pipe(answer)
    })
    on.on('error', () => answer.destroy())
    asked.pipe(on)
  }

  #write(answer: ServerResponse): void {
    const poll: Poll = { came: Date.now() }
    this.polls.push(poll)
    this.#inside += 1
    this.most = Math.max(this.most, this.#inside)
    answer.on('close', () => {
      poll.went = Date.now()
      this.#inside -= 1
    })
  }
}
