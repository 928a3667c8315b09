/**
 * The servers that pictures are taken of. One is enough for all that a worker visits, but where channels misbehave: starting one takes as
 * long as two visits.
 */
import { test as base } from '@playwright/test'
import { failures, raise } from './failures.ts'
import type { Scene } from './scenes.ts'
import { Server } from './server.ts'

class Servers {
  readonly #shared = new Map<string, Promise<Server>>()

  /** Does this with the server that the scene needs. */
  async with({ settings = {}, misbehaves }: Scene, visit: (server: Server) => Promise<void>): Promise<void> {
    const server = await (misbehaves ? Server.start(settings) : this.#of(settings))
    const failed = await failures([visit(server)])
    if (failed.length > 0) await base.info().attach('what the server said', { body: server.output, contentType: 'text/plain' })
    if (misbehaves) failed.push(...(await end([server])))
    raise(failed)
  }

  async end(): Promise<void> {
    // One that did not start has been told by the test that wanted it.
    const started = await Promise.allSettled(this.#shared.values())
    raise(await end(started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))))
  }

  #of(settings: Record<string, string>): Promise<Server> {
    const key = JSON.stringify(settings)
    const server = this.#shared.get(key) ?? Server.start(settings)
    this.#shared.set(key, server)
    return server
  }
}

/** At once: pictures leave payments open, and calls of channels that hang. Their books are in order all the same; what is not, is given. */
async function end(servers: Server[]): Promise<unknown[]> {
  const killed = await failures(servers.map((server) => server.kill()))
  const checked = await failures(servers.map((server) => server.check()))
  const forgotten = await failures(servers.map((server) => server.forget()))
  return [...killed, ...checked, ...forgotten]
}

export const test = base.extend<object, { servers: Servers }>({
  servers: [
    async ({}, use) => {
      const servers = new Servers()
      await use(servers)
      await servers.end()
    },
    { scope: 'worker' },
  ],
})
