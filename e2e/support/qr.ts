/** Reads a QR code out of a picture as a phone's camera would. */
import { spawn } from 'node:child_process'

/** The text of the only code in `picture` (a PNG). */
export async function readCode(picture: Buffer): Promise<string> {
  const text = (await zbarimg(picture)).trim()
  if (!text) throw new Error('There is no readable code in the picture.')
  if (text.includes('\n')) throw new Error(`There is more than one code in the picture: ${text}`)
  return text
}

function zbarimg(picture: Buffer): Promise<string> {
  return new Promise((done, failed) => {
    const reader = spawn('zbarimg', ['--raw', '-q', '--nodbus', '--set', '*.enable=0', '--set', 'qrcode.enable=1', 'png:-'])
    let text = ''
    reader.stdout.on('data', (part) => (text += part))
    reader.once('error', failed)
    // 4 means that there was no code; the caller says so.
    reader.once('close', (status) => (status === 0 || status === 4 ? done(text) : failed(new Error(`zbarimg: ${status}`))))
    reader.stdin.end(picture)
  })
}
