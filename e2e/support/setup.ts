/** Before the first test: the npm package as merchants get it, which the examples import. */
import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'

export default function build(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: resolve(import.meta.dirname, '../../widget/npm'), stdio: 'inherit' })
}
