import type { Locator, Page } from 'playwright-core';

/** What a person fills in after "Try it out". */
interface Filled {
  /** By the names of the parameters. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** In the place of the example. */
  readonly body?: object;
}

export interface Shown {
  readonly status: string;
  /** As the page shows it. */
  readonly body: string;
}

/** Swagger UI, used as a person does: by what can be seen and pressed. */
export class SwaggerPage {
  /** What the browser's console says is wrong. */
  readonly problems: string[] = [];

  private constructor(private readonly page: Page) {
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(message.text());
    });
  }

  static async open(page: Page, gatewayUrl: string): Promise<SwaggerPage> {
    const swagger = new SwaggerPage(page);
    page.setDefaultTimeout(8000);
    await page.goto(`${gatewayUrl}/docs`);
    return swagger;
  }

  /** @param credentials by a text that the part of the dialog has */
  async authorize(credentials: Readonly<Record<string, string>>): Promise<void> {
    await this.page.getByRole('button', { name: 'Authorize' }).first().click();
    const dialog = this.page.locator('.dialog-ux');
    for (const [hasText, secret] of Object.entries(credentials)) {
      const container = dialog.locator('.auth-container', { hasText });
      await container.locator('input').first().fill(secret);
      await container.getByRole('button', { name: 'Apply credentials' }).click();
    }
    await dialog.locator('.close-modal').click();
  }

  /** Opens an operation, or uses it again, and presses "Execute". */
  async execute(method: string, path: string, filled: Filled = {}): Promise<Shown> {
    const operation = this.page.locator(`.opblock-${method.toLowerCase()}`, {
      has: this.page.locator(`[data-path="${path}"]`),
    });
    if (!(await operation.locator('.opblock-body').isVisible())) {
      await operation.locator('.opblock-summary-control').click();
      await operation.getByRole('button', { name: 'Try it out' }).click();
    }
    for (const [name, value] of Object.entries(filled.parameters ?? {})) {
      await fill(operation.locator(`tr[data-param-name="${name}"]`), value);
    }
    if (filled.body) await operation.locator('.body-param__text').fill(JSON.stringify(filled.body, null, 2));
    const clear = operation.getByRole('button', { name: 'Clear' });
    if (await clear.isVisible()) await clear.click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = operation.locator('.live-responses-table tbody .response').first();
    const status = (await answer.locator('.response-col_status').innerText()).trim();
    const body = (await answer.locator('.response-col_description').innerText()).replaceAll('\u00a0', ' ');
    return { status, body };
  }
}

async function fill(parameter: Locator, value: string): Promise<void> {
  const choice = parameter.locator('select');
  if (await choice.isVisible()) await choice.selectOption(value);
  else await parameter.locator('input').fill(value);
}
