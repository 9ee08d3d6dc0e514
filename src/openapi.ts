import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { renewBookingExample } from './followup-booking/renew-booking-example';
import { ProblemBody } from './problems/problem-body';

/** The OpenAPI document of all routes. */
function openApiOf(app: NestExpressApplication): OpenAPIObject {
  const options = new DocumentBuilder()
    .setTitle('Karere')
    .setDescription(
      'Notification gateway: receives partners’ notifications, keeps every one, tells everyone who subscribed. Errors are `application/problem+json` (RFC 9457); every answer carries `X-Transaction-Id`.',
    )
    .setVersion('0.1.0')
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
        description:
          'In development: `npm run token -- --party-id owner --client-id me --organisation us --scope "spg:read events:read events:admin events:publish itas:publish itas:read itas:admin bookings:read bookings:admin"`',
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
  return SwaggerModule.createDocument(app, options, { extraModels: [ProblemBody] });
}

/** Swagger UI at `/docs`, the document at `/docs-json`. */
export function serveOpenApi(app: NestExpressApplication): void {
  SwaggerModule.setup('docs', app, () => openApiOf(app), {
    customSiteTitle: 'Karere',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true, docExpansion: 'list' },
    patchDocumentOnRequest: (_request, _response, document) => renewBookingExample(document, new Date()),
  });
}
