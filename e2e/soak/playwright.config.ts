/** The browser tests that take minutes, as `scripts/soak.sh` runs them: one at a time, so that nothing disturbs their clocks. */
import { defineConfig } from '@playwright/test'
import always from '../playwright.config.ts'

export default defineConfig({ ...always, testDir: '.', workers: 1, outputDir: '../results/soak', reporter: 'list', globalSetup: '../support/setup.ts' })
