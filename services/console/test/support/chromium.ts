// Chromium from an npm package, so that the bare machine has one.
import chromium from '@sparticuz/chromium'
import { type Browser, chromium as launcher } from 'playwright-core'

/** Asks for no sandbox of the kernel, since tests run as root in containers; the page's own policy stays in force. */
const launchArguments = [
  '--no-sandbox',
  '--no-zygote',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--font-render-hinting=none',
]

/** Starts a browser; the caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  return launcher.launch({
    executablePath: await chromium.executablePath(),
    headless: true,
    args: launchArguments,
  })
}
