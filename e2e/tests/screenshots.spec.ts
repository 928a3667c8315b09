/** A picture of every state as people see it, for eyes to judge; kept in shots/ and in the report. */
import { scenes } from '../support/scenes.ts'
import { test } from '../support/test.ts'

const looks = {
  light: { colorScheme: 'light', width: 1280, height: 900, locale: 'en' },
  dark: { colorScheme: 'dark', width: 1280, height: 900, locale: 'en' },
  phone: { colorScheme: 'light', width: 375, height: 740, locale: 'en' },
  chinese: { colorScheme: 'light', width: 375, height: 740, locale: 'zh-Hans' },
} as const

for (const [look, { colorScheme, width, height, locale }] of Object.entries(looks)) {
  for (const [name, scene] of Object.entries(scenes)) {
    test(`picture: ${name}, ${look}`, async ({ page, checkout, merchant, wallet, faults, console }, info) => {
      console.expect(/ERR_INTERNET_DISCONNECTED/)
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height })
      const session = await merchant.createSession({ display_locale: locale })
      await scene({ page, checkout, merchant, wallet, faults, session })

      const path = `shots/${name}-${look}.png`
      await page.screenshot({ path, animations: 'disabled' })
      await info.attach(`${name}, ${look}`, { path, contentType: 'image/png' })
    })
  }
}
