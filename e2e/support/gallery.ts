/**
 * Makes one page of all pictures of states that a run has taken: `report/gallery/index.html` with the pictures beside it. New
 * scenes and looks come into it by themselves.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter'

const here = import.meta.dirname
const [shots, folder] = [resolve(here, '../shots'), resolve(here, '../report/gallery')]

export default class Gallery implements Reporter {
  readonly #pictures: { file: string }[] = []

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
    const data = JSON.stringify(this.#pictures.toSorted((one, other) => one.file.localeCompare(other.file))).replaceAll('<', '\\u003c')
    writeFileSync(join(folder, 'index.html'), page.replace('[/* pictures */]', () => data))
    process.stdout.write(`${this.#pictures.length} pictures: ${join(folder, 'index.html')}\n`)
  }

  printsToStdio(): boolean {
    return false
  }
}
