/** What axe has to say about a page: nothing, wherever it is asked. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Each rule that is broken, and where. */
export async function complaints(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze()
  const where = (nodes: { target: unknown[]; failureSummary?: string }[]) =>
    nodes.map((node) => `${node.target.join(' ')} (${node.failureSummary?.split('\n')[1]?.trim()})`).join('; ')
  return violations.map(({ id, nodes }) => `${id}: ${where(nodes)}`)
}
