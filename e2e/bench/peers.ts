/** The pages that are compared: a merchant's page each, and who serves them. */
import { createServer, type Server } from 'node:http'
import { brotliCompressSync } from 'node:zlib'
import { build } from 'esbuild'

/** A page, and how its list is found in it. */
export interface Peer {
  name: string
  url: string
  /** Shows nothing without its vendor's servers: only its bytes can be compared. */
  needsItsServers?: boolean
  /** A row of the list, inside the element's shadow root if it has one. */
  row: string
  /** What chooses the row. */
  choice: string
  /** What stands there once the choice has been taken. */
  taken: string
}

const adyen = {
  row: '.adyen-checkout__payment-method',
  choice: '.adyen-checkout__payment-method input[type=radio], .adyen-checkout__payment-method button',
  taken: '.adyen-checkout__button--pay, .adyen-checkout__payment-method--selected button.adyen-checkout__button',
}

/** Its card fields are frames of its own origin, and it waits for them. */
const braintree = { row: '', choice: '', taken: '', needsItsServers: true }

/** Ours has the same form on every page: in the element's shadow root. */
const florin = { row: '.row:not(.bone)', choice: '.row input[type=radio]:not([disabled])', taken: 'button.pay:not([disabled])' }

type File = { type: string; bytes: Buffer }

/** Bundles the peers as their documents say, and serves everything compressed. */
export class Pages {
  readonly #files = new Map<string, File>()
  readonly #server: Server
  #origin = ''

  static async start(): Promise<Pages> {
    const pages = new Pages()
    await pages.#bundle()
    await new Promise<void>((done) => pages.#server.listen(0, '127.0.0.1', done))
    const address = pages.#server.address()
    if (!address || typeof address !== 'object') throw new Error('no address')
    pages.#origin = `http://127.0.0.1:${address.port}`
    return pages
  }

  private constructor() {
    this.#server = createServer((request, answer) => {
      const file = this.#files.get(request.url!.split('?')[0]!)
      if (!file) return answer.writeHead(404).end()
      answer.writeHead(200, { 'content-type': file.type, 'content-encoding': 'br', 'content-length': file.bytes.length })
      answer.end(file.bytes)
    })
  }

  stop(): void {
    this.#server.close()
  }

  /** The peers; none of their pages needs a server of theirs to show its list. */
  peers(): Peer[] {
    for (const name of ['adyen', 'adyen-whole', 'braintree']) {
      const sheet = this.#files.has(`/${name}.css`) ? `<link rel="stylesheet" href="/${name}.css">` : ''
      this.#page(`/${name}`, `${sheet}<script type="module" src="/${name}.js"></script>`, '<div id="checkout"></div>')
    }
    return [
      { name: 'Adyen Web 6.45.2, four methods', url: `${this.#origin}/adyen`, ...adyen },
      { name: 'Adyen Web 6.45.2, everything', url: `${this.#origin}/adyen-whole`, ...adyen },
      { name: 'Braintree Drop-in 1.48.0', url: `${this.#origin}/braintree`, ...braintree },
    ]
  }

  /** A merchant's page with our element, as the README shows it. */
  florin(server: string, session: { session_id: string; client_token: string }): Peer {
    const path = `/florin-${session.session_id}`
    const element = `<florin-checkout session-id="${session.session_id}" client-token="${session.client_token}"></florin-checkout>`
    this.#page(path, `<script type="module" src="${server}/florin.js"></script>`, element)
    return { name: "Florin, in a merchant's page", url: this.#origin + path, ...florin }
  }

  /** The same, where the page asks for the view itself, as `docs/printed.md` shows it. */
  ahead(server: string, session: { session_id: string; client_token: string }): Peer {
    const path = `/ahead-${session.session_id}`
    const ask = `florinAhead = fetch("${server}/pay/${session.session_id}/view", {
      method: "POST", body: "${session.client_token} *," + navigator.languages, signal: AbortSignal.timeout(15000),
    }).then((answer) => (answer.ok ? answer : undefined), () => {})`
    const element = `<florin-checkout session-id="${session.session_id}" client-token="${session.client_token}"></florin-checkout>`
    this.#page(path, `<script>${ask}</script><script type="module" src="${server}/florin.js"></script>`, element)
    return { name: 'Florin, asked for ahead', url: this.#origin + path, ...florin }
  }

  /** A merchant's page into which its server has printed the list. */
  printed(session: { session_id: string; markup?: { head: string; html: string } }): Peer {
    const path = `/florin-${session.session_id}`
    this.#page(path, session.markup!.head, session.markup!.html)
    return { name: "Florin, printed by the merchant", url: this.#origin + path, ...florin }
  }

  /** Our hosted page. */
  hosted(session: { session_url: string }): Peer {
    return { name: 'Florin, hosted page', url: session.session_url, ...florin }
  }

  #page(path: string, head: string, body: string): void {
    const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Shop</title>${head}</head><body><h1>Your order</h1>${body}</body></html>`
    this.#put(path, 'text/html', Buffer.from(html))
  }

  #put(path: string, type: string, bytes: Uint8Array): void {
    this.#files.set(path, { type, bytes: brotliCompressSync(bytes) })
  }

  async #bundle(): Promise<void> {
    const entryPoints = ['adyen', 'adyen-whole', 'braintree'].map((name) => `${import.meta.dirname}/pages/${name}.js`)
    const made = await build({ entryPoints, bundle: true, minify: true, format: 'esm', target: 'es2022', write: false, outdir: '/', logLevel: 'error' })
    for (const { path, contents } of made.outputFiles) {
      this.#put(path, path.endsWith('.css') ? 'text/css' : 'text/javascript', contents)
    }
  }
}
