/** A shop of the examples or of the documentation, run as it says, against a test's server. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { join, resolve } from 'node:path'
import type { Server } from './server.ts'

const examples = resolve(import.meta.dirname, '../../examples')

export class Example {
  readonly #process: ChildProcess
  readonly #said: string[] = []
  url = ''

  /** Starts an example; `settings` are further environment variables. */
  static async start(name: string, server: Server, settings: Record<string, string> = {}): Promise<Example> {
    return Example.run('node', [join(name, 'server.js')], server, settings)
  }

  /** Starts a program that is a shop, on a free port. */
  static async run(program: string, words: string[], server: Server, settings: Record<string, string> = {}): Promise<Example> {
    const example = Example.play(program, words, server, settings)
    example.url = await example.hears(/^The shop is open: (\S+)$/)
    return example
  }

  /** Starts a program that is no shop. */
  static play(program: string, words: string[], server: Server, settings: Record<string, string> = {}): Example {
    return new Example(program, words, { FLORIN_URL: server.url, FLORIN_SANDBOX_URL: server.sandbox, PORT: '0', ...settings })
  }

  private constructor(program: string, words: string[], settings: Record<string, string>) {
    this.#process = spawn(program, words, { cwd: examples, env: { ...process.env, ...settings } })
    for (const stream of [this.#process.stdout!, this.#process.stderr!]) {
      createInterface(stream).on('line', (line) => this.#said.push(line))
    }
  }

  /** Types a line, as a scanner does. */
  type(line: string): void {
    this.#process.stdin!.write(`${line}\n`)
  }

  /** Waits for a line, and gives what its first group found. */
  async hears(line: RegExp): Promise<string> {
    const until = Date.now() + 20_000
    for (;;) {
      const found = this.#said.map((said) => line.exec(said)).find(Boolean)
      if (found) return found[1] ?? ''
      if (Date.now() > until || this.#process.exitCode !== null) throw new Error(`No ${line}, but:\n${this.#said.join('\n')}`)
      await new Promise((wake) => setTimeout(wake, 50))
    }
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.kill()
    await ended
  }
}
