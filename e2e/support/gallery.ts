/**
 * Makes one page of all pictures of states that a run has taken: `report/gallery/index.html` with the pictures beside it. New
 * scenes and looks come into it by themselves.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter'
import type { Look } from './looks.ts'

const here = import.meta.dirname
const [shots, folder] = [resolve(here, '../shots'), resolve(here, '../report/gallery')]

interface Picture extends Look {
  state: string
  language: string
  file: string
}

/** What belongs together stands together, the light one first. */
const key = ({ state, language, theme, width }: Picture) =>
  [state, language, ['light', 'dark', 'brand'].indexOf(theme), width === 'desktop' ? 1 : 0].join(' ')

export default class Gallery implements Reporter {
  readonly #pictures: Picture[] = []

  onTestEnd(_: TestCase, { annotations }: TestResult): void {
    const pictures = annotations.filter(({ type }) => type === 'picture')
    this.#pictures.push(...pictures.map(({ description }) => JSON.parse(description!)))
  }

  /** After the report, which empties its folder before it writes itself. */
  async onExit(): Promise<void> {
    if (this.#pictures.length === 0) return
    mkdirSync(folder, { recursive: true })
    for (const { file } of this.#pictures) renameSync(join(shots, file), join(folder, file))
    const page = readFileSync(join(here, 'gallery.html'), 'utf8')
    const data = JSON.stringify(this.#pictures.toSorted((one, other) => key(one).localeCompare(key(other)))).replaceAll('<', '\\u003c')
    writeFileSync(join(folder, 'index.html'), page.replace('[/* pictures */]', () => data))
    process.stdout.write(`${this.#pictures.length} pictures: ${join(folder, 'index.html')}\n`)
  }

  printsToStdio(): boolean {
    return false
  }
}
