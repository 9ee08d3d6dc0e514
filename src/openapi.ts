import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { SCOPES } from './auth/scope';
import { webhookOperations } from './delivery/webhook-operations';
import { EventCatalogue } from './events/event-catalogue';
import { renewBookingExample } from './followup-booking/renew-booking-example';
import { describeOptionalParameters } from './optional-parameters';
import { ProblemBody } from './problems/problem-body';
import { moveExamples } from './schema-examples';
import { VERSION } from './version';

type Base = ReturnType<DocumentBuilder['build']>;

/** All but the routes. */
function baseOf(version: string): Base {
  return new DocumentBuilder()
    .setTitle('Karere')
    .setDescription(
      'Notification gateway: receives partners’ notifications, keeps every one, tells everyone who subscribed. Errors are `application/problem+json` (RFC 9457); every answer carries `X-Transaction-Id`. What webhooks get is under `webhooks` in [/docs-json](/docs-json), domain events are in [/asyncapi.json](/asyncapi.json).',
    )
    .setVersion(VERSION)
    .setOpenAPIVersion(version)
    .addApiKey(
      {
        type: 'apiKey',
        in: 'header',
        name: 'x-api-key',
        description: 'What the Service Partner Gateway presents. In development: `dev-spg-key`',
      },
      'spg-key',
    )
    .addBearerAuth(
      {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: `In development: \`npm run token -- --party-id owner --client-id me --organisation us --scope "${SCOPES.join(' ')}"\``,
      },
      'token',
    )
    .addApiKey(
      {
        type: 'apiKey',
        in: 'header',
        name: 'x-access-token',
        description:
          'What ServiceMobility presents. In development: from `POST /followup-booking/auth/token`',
      },
      'followup-token',
    )
    .build();
}

/** OpenAPI 3.1 of all routes, and of the webhooks that we send. */
function contractOf(app: NestExpressApplication): OpenAPIObject {
  const base = baseOf('3.1.1');
  const { webhooks, components } = webhookOperations(app.get(EventCatalogue));
  return moveExamples(
    routesOf(app, { ...base, webhooks, components: { ...base.components, ...components } }),
  );
}

function routesOf(app: NestExpressApplication, base: Base): OpenAPIObject {
  return describeOptionalParameters(SwaggerModule.createDocument(app, base, { extraModels: [ProblemBody] }));
}

/**
 * Swagger UI at `/docs`, the document at `/docs-json` and `/docs-yaml`. The page gets the routes as OpenAPI 3.0: of a
 * 3.1 document it works through the whole each time that an operation is opened, which takes it a second or more.
 */
export function serveOpenApi(app: NestExpressApplication): void {
  const renewed = {
    patchDocumentOnRequest: (_request: unknown, _response: unknown, document: OpenAPIObject) =>
      renewBookingExample(document, new Date()),
  };
  SwaggerModule.setup('docs', app, () => routesOf(app, baseOf('3.0.0')), {
    ...renewed,
    raw: false,
    customSiteTitle: 'Karere',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true, docExpansion: 'list' },
  });
  SwaggerModule.setup('docs', app, () => contractOf(app), { ...renewed, ui: false });
}
