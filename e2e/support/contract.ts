/**
 * What pages may rely on: each event of `<florin-checkout>` and each field of its detail. This table, the typings that
 * merchants install, `docs/events.md` and what the browser hears are compared with each other; the first by the compiler.
 */
import type { FlorinEventMap } from '../../widget/src/types.ts'

type Presence<Detail> = { [Field in keyof Detail]-?: undefined extends Detail[Field] ? 'sometimes' : 'always' }
type Contract = {
  [Name in keyof FlorinEventMap]: { fields: Presence<FlorinEventMap[Name]['detail']> & Record<string, string>; prevents: boolean }
}
export type EventName = keyof FlorinEventMap

const session = { version: 'always', sessionId: 'always' } as const
const attempt = { ...session, orderId: 'always', method: 'always' } as const

export const contract: Contract = {
  'florin-ready': { fields: session, prevents: false },
  'florin-method-change': { fields: { ...session, method: 'always' }, prevents: false },
  'florin-action': { fields: { ...attempt, type: 'always', url: 'sometimes' }, prevents: true },
  'florin-fail': { fields: { ...attempt, reason: 'sometimes' }, prevents: false },
  'florin-cancel': { fields: attempt, prevents: false },
  'florin-success': { fields: { ...session, orderId: 'sometimes' }, prevents: true },
  'florin-expire': { fields: session, prevents: false },
  'florin-close': { fields: session, prevents: false },
  'florin-error': { fields: { ...session, code: 'always', message: 'always' }, prevents: false },
}
