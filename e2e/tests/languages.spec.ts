/** Sixteen languages: each is fetched when somebody reads it, counted and written as its readers do, and right to left where it is. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from '../support/test.ts'

/** The lists of texts that a page asks for, by their languages. */
function lists(page: Page): string[] {
  const asked: string[] = []
  page.on('request', (request) => {
    const name = /\/([\w-]+)-\w{12}\.json$/.exec(request.url())
    if (name) asked.push(name[1]!)
  })
  return asked
}

test.describe('in a French browser', () => {
  test.use({ locale: 'fr-CA' })

  test('French is fetched and English is not', async ({ merchant, checkout, page }) => {
    const asked = lists(page)
    await checkout.open(await merchant.createSession())
    await expect(page.getByText('Comment souhaitez-vous payer\u202f?')).toBeVisible()
    await checkout.ready()
    expect(new Set(asked)).toEqual(new Set(['fr', 'lists']))
    await expect(page.locator('html')).toHaveAttribute('lang', 'fr')
  })

  test('the list is on its way before anybody knows what it must hash to', async ({ merchant, checkout, page }) => {
    const asked = page.waitForRequest(/\/fr-\w+\.json$/)
    await page.route('**/lists-*.json', async (route) => (await asked, route.continue()))
    await checkout.open(await merchant.createSession())
    await expect(page.getByText('Comment souhaitez-vous payer\u202f?')).toBeVisible()
  })

  test('a list that somebody has changed is not believed', async ({ merchant, checkout, page, console }) => {
    console.expect(/integrity|digest|SRI/)
    const texts = Array.from({ length: 100 }, () => 'Payez ailleurs')
    await page.route('**/fr-*.json', (route) => route.fulfill({ json: texts }))
    await checkout.open(await merchant.createSession())
    await expect(page.getByText('How would you like to pay?')).toBeVisible()
    await expect(page.getByText('Payez ailleurs')).toHaveCount(0)
  })
})

test('in Arabic the page runs from right to left, and what is not Arabic does not', async ({ merchant, checkout, page, wallet }) => {
  await page.route('**/shop/thanks*', (route) => route.fulfill({ status: 204 }))
  await checkout.open(await merchant.createSession({ display_locale: 'ar-AE', amount: '12000' }))
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl')
  await expect(page.locator('florin-checkout .florin')).toHaveAttribute('dir', 'rtl')
  await expect(checkout.payButton).toHaveText(/^ادفع \u2068.*120\.00.*\u2069$/)
  // The list is exchanged once, when the program takes it over: what is gone in that moment has no place.
  await expect(async () => {
    const [total, label] = await Promise.all(['.sum strong', '.sum .label'].map((part) => page.locator(part).boundingBox()))
    expect(total!.x, 'the amount is at the end of its line').toBeLessThan(label!.x)
  }).toPass()

  await checkout.chooseByWord('GCASH')
  await checkout.pay()
  await wallet.approve(await checkout.scan())
  await expect(checkout.overlay.locator('.say')).toHaveText(/خلال (3 ثوانٍ|ثانيتين|ثانية واحدة)\.$/)
})

/** What each language says while the page goes back to the shop. */
const counted: Record<string, (string | undefined)[]> = {
  ar: ['ثانية واحدة', 'ثانيتين', '3 ثوانٍ', '11 ثانية', '100 ثانية'],
  de: ['1 Sekunde', '2 Sekunden', '3 Sekunden', '11 Sekunden', '100 Sekunden'],
  en: ['1 s', '2 s', '3 s', '11 s', '100 s'],
  es: ['1 segundo', '2 segundos', '3 segundos', '11 segundos', '100 segundos'],
  fil: ['1 segundo', '2 segundo', '3 segundo', '11 segundo', '100 segundo'],
  fr: ['1\u00a0s', '2\u00a0s', '3\u00a0s', '11\u00a0s', '100\u00a0s'],
  id: ['1 detik', '2 detik', '3 detik', '11 detik', '100 detik'],
  ja: ['1秒', '2秒', '3秒', '11秒', '100秒'],
  ko: ['1초', '2초', '3초', '11초', '100초'],
  ms: ['1 saat', '2 saat', '3 saat', '11 saat', '100 saat'],
  pt: ['1 segundo', '2 segundos', '3 segundos', '11 segundos', '100 segundos'],
  ru: ['1 секунду', '2 секунды', '3 секунды', '11 секунд', '100 секунд'],
  th: ['1 วินาที', '2 วินาที', '3 วินาที', '11 วินาที', '100 วินาที'],
  vi: ['1 giây', '2 giây', '3 giây', '11 giây', '100 giây'],
  'zh-Hans': ['1 秒', '2 秒', '3 秒', '11 秒', '100 秒'],
  'zh-Hant': ['1 秒', '2 秒', '3 秒', '11 秒', '100 秒'],
}

test('a counted word takes the form that its language has for the number', async ({ page }) => {
  for (const [language, expected] of Object.entries(counted)) {
    const path = join(import.meta.dirname, `../../widget/locales/${language}.json`)
    const { thanks_going: text } = JSON.parse(readFileSync(path, 'utf8'))
    const said = await page.evaluate(
      ([language, text]) =>
        [1, 2, 3, 11, 100].map((number) => {
          const category = new Intl.PluralRules(language).select(number)
          return text!.replace(/\{seconds(?:\|([^}]*))?\}/, (_: string, forms?: string) => {
            const words = new Map(forms?.split('|').map((form) => form.split(':') as [string, string]))
            return (words.get(category) ?? words.get('other') ?? '#').replace('#', String(number))
          })
        }),
      [language, text],
    )
    expected.forEach((words, at) => expect(said[at], language).toContain(words))
  }
})

/** Money as each language writes it, with the server's number of decimals: no spaces that differ by release, no marks. */
const written: [currency: string, amount: string, locale: string, expected: string][] = [
  ['JPY', '128000', 'ja', '￥128,000'],
  ['JPY', '128000', 'en', '¥128,000'],
  ['KRW', '1280000', 'ko', '₩1,280,000'],
  ['VND', '415000', 'vi', '415.000 ₫'],
  ['VND', '415000', 'en', '₫415,000'],
  ['KWD', '12345', 'ar-KW', '١٢٫٣٤٥ د.ك.'],
  ['KWD', '12345', 'ar-AE', '12.345 د.ك.'],
  ['KWD', '12345', 'en', 'KWD 12.345'],
  ['IDR', '15000000', 'id', 'Rp 150.000,00'],
  ['IDR', '15000000', 'en', 'IDR 150,000.00'],
  ['HUF', '123450', 'de', '1.234,50 HUF'],
  ['HUF', '123450', 'hu', 'HUF 1,234.50'],
  ['HKD', '12800', 'zh-HK', 'HK$128.00'],
  ['HKD', '12800', 'zh-TW', 'HK$128.00'],
  ['HKD', '12800', 'ar-EG', '١٢٨٫٠٠ HK$'],
  ['PHP', '128050', 'fil', '₱1,280.50'],
  ['PHP', '128050', 'de', '1.280,50 PHP'],
  ['PHP', '128050', 'th', 'PHP 1,280.50'],
  ['EUR', '128050', 'fr', '1 280,50 €'],
  ['EUR', '128050', 'de', '1.280,50 €'],
  ['EUR', '128050', 'pt-BR', '€ 1.280,50'],
  ['EUR', '128050', 'ru', '1 280,50 €'],
  ['EUR', '128050', 'es-MX', 'EUR 1,280.50'],
]

test('money is written as its readers write it, and the clock beside it in the same digits', async ({ merchant, checkout, page }) => {
  await checkout.open(await merchant.createSession())
  await expect(checkout.payButton).toBeVisible()
  const sessions = new Map<string, { session_id: string; client_token: string }>()
  const seen: string[] = []
  for (const [currency, amount, locale] of written) {
    const key = currency + amount
    const session = sessions.get(key) ?? (await merchant.createSession({ currency, amount }))
    sessions.set(key, session)
    const [money, clock] = await page.evaluate(
      async ({ session, locale }) => {
        const element = document.querySelector('florin-checkout')! as HTMLElement & { ready: Promise<void> }
        Object.assign(element, { sessionId: session.session_id, clientToken: session.client_token, locale })
        await new Promise((later) => setTimeout(later))
        await element.ready
        const part = (name: string) => element.shadowRoot!.querySelector(name)!.textContent!
        return [part('.sum strong'), part('.timer span:not(.heard)')]
      },
      { session, locale },
    )
    seen.push(money!.replace(/[\u200e\u200f\u061c]/g, '').replace(/\s/g, ' '))
    expect(/[٠-٩]/.test(clock!), `${locale}: ${money} beside ${clock}`).toBe(/[٠-٩]/.test(money!))
  }
  expect(seen).toEqual(written.map(([, , , expected]) => expected))
})

test('a Latin name begins where an Arabic line does, and a Chinese word stands in Chinese without gaps', async ({ merchant, page }) => {
  const goods = [{ name: 'Alpine Oolong', quantity: 2, unit_amount: '40000' }]
  const arabic = await merchant.createSession({ display_locale: 'ar', goods })
  for (const address of [arabic.session_url, `${arabic.session_url}?plain=1`]) {
    await page.goto(address)
    const [heading, name] = await page.locator('.goods').evaluate((goods) =>
      ['h2', 'li bdi'].map((part) => {
        const range = document.createRange()
        range.selectNodeContents(goods.querySelector(part)!)
        return range.getBoundingClientRect().right
      }),
    )
    expect(Math.abs(heading! - name!), address).toBeLessThan(2)
  }
  await page.goto((await merchant.createSession({ display_locale: 'zh-Hans' })).session_url)
  await expect(page.locator('.row', { has: page.locator('[value=QRPH]') }).locator('.hint')).toHaveText('使用您的银行应用扫码')
  await expect(page.locator('.row', { has: page.locator('[value=GCASH]') }).locator('.hint')).toHaveText('使用GCash扫码')
})
