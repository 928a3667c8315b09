/** How a state is looked at: the languages, the themes and the widths, in tests and for the whole gallery. */
import type { Page } from '@playwright/test'

/** The widget's languages, as `widget/locales` has them. */
const sixteen = ['en', 'zh-Hans', 'zh-Hant', 'ja', 'ko', 'vi', 'th', 'id', 'ms', 'fil', 'fr', 'de', 'es', 'pt', 'ar', 'ru']

/** `npm run gallery --prefix e2e`: everything there is, for hours; else what the tests look at. */
const whole = process.env.FLORIN_GALLERY === 'all'

/** `FLORIN_LANGUAGES=th,vi` or `all`, and `FLORIN_LOOKS=light-375,dark-desktop`: a part of it. */
const [asked, worn] = [process.env.FLORIN_LANGUAGES, process.env.FLORIN_LOOKS?.split(',')]

/** The first and the longest, from right to left, and another script; or those that were asked for. */
const spoken = whole || asked === 'all' ? sixteen : (asked?.split(',') ?? ['en', 'ar', 'zh-Hans', 'de'])
const unknown = spoken.filter((language) => !sixteen.includes(language))
if (unknown.length > 0) throw new Error(`FLORIN_LANGUAGES: the widget does not speak ${unknown.join(', ')}`)

/** In fours: those of one test share a server. */
export const languages: string[][] = spoken.flatMap((_, at) => (at % 4 === 0 ? [spoken.slice(at, at + 4)] : []))

const themes = { light: { colorScheme: 'light' }, dark: { colorScheme: 'dark' }, brand: { colorScheme: 'light' } } as const
const widths = { desktop: { width: 1280, height: 900 }, 375: { width: 375, height: 740 } } as const

export interface Look {
  theme: keyof typeof themes
  width: keyof typeof widths
}

const look = (theme: Look['theme'], width: Look['width']): Look => ({ theme, width })

const always = [look('light', 'desktop'), look('dark', 'desktop'), look('light', 375), look('dark', 375)]

const all = [...always, look('brand', 'desktop'), look('brand', 375)]

/** In the colours of a merchant as well: on a phone in English, or everywhere. */
export function looksIn(language: string): Look[] {
  if (worn) return all.filter(({ theme, width }) => worn.includes(`${theme}-${width}`))
  if (whole) return all
  return language === 'en' ? [...always, look('brand', 375)] : always
}

/**
 * What axe looks at. Each language in both themes and in both widths, so that the two of a state, one from left to right and one from right to left,
 * are all four looks; the whole gallery has all of them in each.
 */
export function heardIn(language: string, speaks = ['en', 'ar']): Look[] {
  if (whole) return speaks.includes(language) ? always : []
  const [one, other] = [[look('light', 'desktop'), look('dark', 375)], [look('dark', 'desktop'), look('light', 375)]]
  return [one, other][speaks.indexOf(language)] ?? []
}

export async function wear(page: Page, { theme, width }: Look): Promise<void> {
  await page.emulateMedia({ ...themes[theme], reducedMotion: 'reduce' })
  await page.setViewportSize(widths[width])
  await page.evaluate(brand, theme === 'brand')
}

/** As a merchant's own style sheet would, and at once. */
function brand(on: boolean): void {
  const sheet = new CSSStyleSheet()
  if (on) sheet.replaceSync('florin-checkout { --florin-color-primary: #0b6e4f; --florin-border-radius: 6px; --florin-font-family: Georgia, serif }')
  document.adoptedStyleSheets = [sheet]
}
