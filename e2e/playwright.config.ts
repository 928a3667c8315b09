/** How the browser tests run: the machine's own Chromium, one shop and server for each test. */
import { availableParallelism } from 'node:os'
import { defineConfig } from '@playwright/test'
import { browser } from './support/browser.ts'

export default defineConfig({
  testDir: 'tests',
  globalSetup: './support/setup.ts',
  outputDir: 'results',
  // A test of pictures and axe in every look takes ten seconds alone, and a minute on a busy machine.
  timeout: 120_000,
  expect: { timeout: 10_000 },
  // A test waits for polls, clocks and pictures more than it computes.
  workers: 2 * availableParallelism(),
  fullyParallel: true,
  // A test that needs a second try hides a race, and here races cost money.
  retries: 0,
  forbidOnly: true,
  failOnFlakyTests: true,
  reporter: [['list'], ['html', { outputFolder: 'report', open: 'never' }], ['./support/gallery.ts']],
  use: {
    ...browser,
    locale: 'en-US',
    timezoneId: 'Asia/Hong_Kong',
    viewport: { width: 1280, height: 900 },
    // A film of every test costs as much as the test: TRACE=1 films them all.
    trace: process.env.TRACE ? 'on' : 'off',
    screenshot: 'only-on-failure',
  },
})
