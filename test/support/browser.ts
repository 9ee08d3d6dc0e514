import { type Browser, chromium } from 'playwright-core';
import { findProgram } from './find-program';

/** The Chromium of this machine, which no npm package brings. */
export const chromiumPath = findProgram('CHROMIUM_PATH', 'chromium', 'chromium-browser', 'google-chrome');

/** For who has none. */
export const HOW_TO_GET_CHROMIUM =
  'there is no Chromium here (apt-get install chromium, or set CHROMIUM_PATH)';

export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox', // it does not start as root otherwise; it only sees our own pages
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
