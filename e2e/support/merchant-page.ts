/** A merchant's page on an origin of its own, with whatever headers it wants to be held to. */
import { createServer, type Server as HttpServer } from 'node:http'

export class MerchantPage {
  /** What the page told by `navigator.sendBeacon('/told', …)`. */
  readonly told: string[] = []
  readonly #server: HttpServer

  /** Serves `html` at every address; `headers` go with it. */
  static async serve(html: string, headers: Record<string, string> = {}): Promise<MerchantPage> {
    const page = new MerchantPage(html, headers)
    await new Promise<void>((done) => page.#server.listen(0, '127.0.0.1', done))
    return page
  }

  private constructor(html: string, headers: Record<string, string>) {
    this.#server = createServer((request, answer) => {
      if (request.url === '/told') {
        let word = ''
        request.on('data', (part) => (word += part))
        request.on('end', () => this.told.push(word))
      }
      if (request.url === '/favicon.ico' || request.url === '/told') return answer.writeHead(204).end()
      answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(html)
    })
  }

  get url(): string {
    const address = this.#server.address()
    if (!address || typeof address !== 'object') throw new Error('The page is gone.')
    return `http://127.0.0.1:${address.port}/`
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}
