import type { Config } from './config';
import { DEVELOPMENT } from './development';

/** A first notification, small enough to paste. */
const FIRST = {
  eventId: '90209',
  eventTimestamp: '2026-08-03T20:00:00Z',
  eventType: 'SPWorkOrderNotification',
  message: { notificationType: 'UpdateWorkOrderAdditionalInfosNotify', wonum: 'WO-1' },
  payload: {
    eventDateTime: '2026-08-03T20:00:00Z',
    eventType: 'UpdateWorkOrderAdditionalInfosNotify',
    workorder: {
      wonum: 'WO-1',
      additionalInfos: [{ createdDate: '2026-08-03T20:00:00Z', text: 'Kia ora!' }],
    },
  },
};

/** What is printed at start: where it listens, where the docs are, and one request to paste. */
export function welcome(url: string, config: Config): string {
  if (!config.servesApi)
    return `Karere listens on ${url}\nA worker: /health and /metrics are all that it answers\n`;
  const lines = [`Karere listens on ${url}`, `Swagger UI: ${url}/docs`];
  if (config.spg.apiKeys.includes(DEVELOPMENT.spgApiKey)) {
    lines.push(
      'A first notification:',
      '',
      `curl ${url}/spg/notification -H 'x-api-key: ${DEVELOPMENT.spgApiKey}' -H 'content-type: application/json' -d '${JSON.stringify(FIRST)}'`,
      '',
    );
  }
  return `${lines.join('\n')}\n`;
}
