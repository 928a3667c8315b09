/** The Chromium of the machine; Playwright's own would be a second download. */
import { existsSync } from 'node:fs'

const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

function executable(): string {
  const place = places.find((path) => path && existsSync(path))
  if (!place) throw new Error('No Chromium here. Please run: make setup')
  return place
}

export const browser = {
  launchOptions: {
    executablePath: executable(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  },
}
