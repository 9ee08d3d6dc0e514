import type { NestExpressApplication } from '@nestjs/platform-express';
import { asyncApiDocument } from './events/asyncapi-document';
import { EventCatalogue } from './events/event-catalogue';
import { VERSION } from './version';

/** The document of all domain events at `/asyncapi.json`. It is made when somebody asks for it first. */
export function serveAsyncApi(app: NestExpressApplication): void {
  let document: object | undefined;
  const routes = app.getHttpAdapter().getInstance();
  routes.get('/asyncapi.json', (_request, response) => {
    document ??= asyncApiDocument(app.get(EventCatalogue), VERSION);
    response.json(document);
  });
}
