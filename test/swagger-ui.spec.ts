import type { Browser, Page } from 'playwright-core';
import { chromiumPath, openBrowser } from './support/browser';
import { type Gateway, SPG_KEY, startGateway } from './support/gateway';

const here = chromiumPath === undefined ? describe.skip : describe;
if (chromiumPath === undefined) {
  process.stderr.write(
    'SKIPPED: Swagger UI is not tested, because there is no Chromium here (set CHROMIUM_PATH).\n',
  );
}

here('Swagger UI in a browser', () => {
  let gateway: Gateway;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    gateway = await startGateway();
    browser = await openBrowser(chromiumPath ?? '');
    page = await browser.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(`${gateway.url}/docs`);
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    const dialog = page.locator('.dialog-ux');
    await fill(dialog.locator('.auth-container', { hasText: 'spg-key' }), SPG_KEY);
    await fill(
      dialog.locator('.auth-container', { hasText: '(http, Bearer)' }),
      await gateway.token({ scope: 'spg:read events:admin' }),
    );
    await dialog.locator('.close-modal').click();
  });

  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
  });

  it('executes the example of a notification and shows that it was accepted', async () => {
    expect(await execute('POST', '/spg/notification')).toEqual({
      status: '200',
      body: expect.stringContaining('"status": "accepted"') as string,
    });
  });

  it('executes a read with the bearer token and shows what has come', async () => {
    await gateway.settle();
    expect(await execute('GET', '/spg/work-orders')).toEqual({
      status: '200',
      body: expect.stringContaining('"wonum": "WO-1048576"') as string,
    });
  });

  it.each(['/spg/work-orders/{wonum}', '/spg/work-orders/{wonum}/timeline', '/spg/notifications/{eventId}'])(
    'has an example in %s that finds what was just sent',
    async (path) => {
      expect((await execute('GET', path)).status).toBe('200');
    },
  );

  it('opens without an error in the console', () => {
    expect(problems).toEqual([]);
  });

  async function fill(container: ReturnType<Page['locator']>, secret: string): Promise<void> {
    await container.locator('input').first().fill(secret);
    await container.getByRole('button', { name: 'Apply credentials' }).click();
  }

  async function execute(method: string, path: string): Promise<{ status: string; body: string }> {
    const operation = page.locator(`.opblock-${method.toLowerCase()}`, {
      has: page.locator(`[data-path="${path}"]`),
    });
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = operation.locator('.live-responses-table tbody .response').first();
    const status = (await answer.locator('.response-col_status').innerText()).trim();
    const body = (await answer.locator('.response-col_description').innerText()).replaceAll('\u00a0', ' ');
    return { status, body };
  }
});
