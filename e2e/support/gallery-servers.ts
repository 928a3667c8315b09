/**
 * The servers that pictures are taken of. One is enough for all that a worker visits, but where channels misbehave: starting one takes as
 * long as two visits.
 */
import { test as base } from '@playwright/test'
import type { Scene } from './scenes.ts'
import { Server } from './server.ts'

class Servers {
  readonly #shared = new Map<string, Promise<Server>>()

  /** Does this with the server that the scene needs. */
  async with({ settings = {}, misbehaves }: Scene, visit: (server: Server) => Promise<void>): Promise<void> {
    const server = await (misbehaves ? Server.start(settings) : this.#of(settings))
    try {
      await visit(server)
    } catch (error) {
      await base.info().attach('what the server said', { body: server.output, contentType: 'text/plain' })
      throw error
    } finally {
      if (misbehaves) await end(server)
    }
  }

  async end(): Promise<void> {
    for (const server of this.#shared.values()) await end(await server)
  }

  #of(settings: Record<string, string>): Promise<Server> {
    const key = JSON.stringify(settings)
    const server = this.#shared.get(key) ?? Server.start(settings)
    this.#shared.set(key, server)
    return server
  }
}

/** At once: pictures leave payments open, and calls of channels that hang. Its books are in order all the same. */
async function end(server: Server): Promise<void> {
  await server.kill()
  await server.check()
  await server.forget()
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
