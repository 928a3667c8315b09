/** One Florin of its own for a test: free ports, an empty data folder, its own SQLite file. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const root = resolve(import.meta.dirname, '../..')
const program = process.env.FLORIN_BIN ?? join(root, 'target/debug/florin')

export class Server {
  readonly url: string
  readonly sandbox: string
  readonly databaseUrl: string
  readonly #folder: string
  readonly #wishes: Record<string, string>
  #process: ChildProcess | undefined
  #output = ''

  /** `settings` are further environment variables. */
  static async start(settings: Record<string, string> = {}): Promise<Server> {
    const folder = await mkdtemp(join(tmpdir(), 'florin-e2e-'))
    const server = new Server(folder, settings, await freePort(), await freePort())
    await server.run()
    return server
  }

  private constructor(folder: string, wishes: Record<string, string>, port: number, sandboxPort: number) {
    this.#folder = folder
    this.#wishes = wishes
    this.url = `http://127.0.0.1:${port}`
    this.sandbox = `http://127.0.0.1:${sandboxPort}`
    this.databaseUrl = `sqlite:${join(folder, 'florin.db')}`
  }

  /** Starts the program on its data; after `kill` it goes on where it was. */
  async run(): Promise<void> {
    const child = spawn(program, ['serve'], { env: { ...process.env, ...this.#settings() } })
    child.stdout.on('data', (text) => (this.#output += text))
    child.stderr.on('data', (text) => (this.#output += text))
    child.on('error', (error) => (this.#output += error.message))
    this.#process = child
    await this.#healthy(child)
  }

  /** What the program has said so far. */
  get output(): string {
    return this.#output
  }

  /** Ends the program as a person at its terminal does; after SIGTERM it waits three seconds for others to notice. */
  async stop(): Promise<void> {
    await this.#end('SIGINT')
  }

  /** Ends it as a power failure does. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** `florin check` on the database; throws with its lines if an invariant is broken. */
  async check(...wishes: string[]): Promise<void> {
    const arguments_ = ['check', '--database', this.databaseUrl, ...wishes]
    const options = { env: { ...process.env, ...this.#settings() } }
    await promisify(execFile)(program, arguments_, options).catch((error) => {
      throw new Error(`florin check found something:\n${error.stdout}${error.stderr}`)
    })
  }

  /** Waits until nothing is under way any more: every attempt ended, every surplus back, every webhook away. */
  async rest(): Promise<void> {
    const until = Date.now() + 15_000
    for (;;) {
      const trouble = await this.check('--at-rest').catch((error: Error) => error)
      if (!trouble) return
      if (Date.now() > until) throw trouble
      await new Promise((wake) => setTimeout(wake, 200))
    }
  }

  async forget(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }

  #settings(): Record<string, string> {
    return {
      FLORIN_LISTEN: this.url.replace('http://', ''),
      FLORIN_SANDBOX_LISTEN: this.sandbox.replace('http://', ''),
      FLORIN_PUBLIC_URL: this.url,
      FLORIN_DATA_DIR: this.#folder,
      FLORIN_DATABASE_URL: this.databaseUrl,
      FLORIN_ASSETS_DIR: process.env.FLORIN_ASSETS_DIR ?? join(root, 'dist'),
      ...this.#wishes,
    }
  }

  async #healthy(child: ChildProcess): Promise<void> {
    for (let tries = 0; tries < 150 && child.exitCode === null; tries += 1) {
      const answer = await fetch(`${this.url}/healthz`).catch(() => undefined)
      if (answer?.ok) return
      await new Promise((wake) => setTimeout(wake, 100))
    }
    throw new Error(`The server did not start (${program}):\n${this.#output}`)
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((done) => child.once('exit', done))
    child.kill(signal)
    await ended
  }
}

/** A port that nobody listens on. No connection that goes out takes it before the server does: it is below the kernel's range for those. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 30_000)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer().once('error', () => done(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)))
  })
}
