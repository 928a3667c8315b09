/** axe looks at every state in both themes and has nothing to say. */
import { AxeBuilder } from '@axe-core/playwright'
import { scenes } from '../support/scenes.ts'
import { expect, test } from '../support/test.ts'

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

for (const theme of ['light', 'dark'] as const) {
  for (const [name, scene] of Object.entries(scenes)) {
    test(`axe finds nothing: ${name}, ${theme}`, async ({ page, checkout, merchant, wallet, faults, console }) => {
      console.expect(/ERR_INTERNET_DISCONNECTED/)
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
      await scene({ page, checkout, merchant, wallet, faults, session: await merchant.createSession() })

      const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze()
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)
      expect(found).toEqual([])
    })
  }
}
