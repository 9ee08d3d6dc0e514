import { applyDecorators } from '@nestjs/common';
import {
  ApiBody,
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiSecurity,
  getSchemaPath,
} from '@nestjs/swagger';
import type { Class } from '../fields/field-table';
import { ApiProblem } from '../problems/api-problem.decorator';
import { exampleOf } from './dto/examples';
import type { NotificationEnvelope } from './dto/notification-envelope';
import { NOTIFICATION_TYPES, type NotificationType } from './notification-types';

/** What the OpenAPI document says of `POST /spg/notification`. */
export function ApiReceiveNotification(): MethodDecorator {
  const types = Object.keys(NOTIFICATION_TYPES) as NotificationType[];
  return applyDecorators(
    ApiOperation({
      summary: 'Receive one SPWorkOrderNotification of the Service Partner Gateway',
      description:
        '200 says that it is stored for good. The same notification again is a duplicate and also 200, so it is safe to send it until 200 comes.',
    }),
    ApiSecurity('spg-key'),
    ApiHeader({
      name: 'X-Transaction-Id',
      required: false,
      description: 'Kept in logs and on what the notification causes, and answered; not an idempotency key',
    }),
    ApiExtraModels(...envelopes()),
    ApiBody({
      schema: notificationSchema(),
      examples: Object.fromEntries(types.map((type) => [type, { value: exampleOf(type) }])),
    }),
    ApiOkResponse({
      description: 'Stored now, or before',
      schema: {
        type: 'object',
        required: ['eventId', 'status'],
        properties: {
          eventId: { type: 'string', example: '1001' },
          status: { type: 'string', enum: ['accepted', 'duplicate'] },
        },
      },
    }),
    ApiProblem(400, 'Not JSON, or not the envelope of a notification'),
    ApiProblem(401, 'No `x-api-key`, or not one of those agreed on'),
    ApiProblem(409, 'This eventId was received with another body; the first one stands, both are kept'),
    ApiProblem(413, 'More than 1 MiB'),
    ApiProblem(415, 'Not `application/json` in UTF-8, or compressed'),
    ApiProblem(422, 'The envelope is good, the content is not what its type prescribes'),
    ApiProblem(429, 'Too many requests; see `Retry-After`'),
    ApiProblem(503, 'It could not be stored now; send it again after `Retry-After`'),
  );
}

/** A notification of any type. */
function notificationSchema(): { oneOf: { $ref: string }[] } {
  return { oneOf: envelopes().map((envelope) => ({ $ref: getSchemaPath(envelope) })) };
}

function envelopes(): Class<NotificationEnvelope>[] {
  return Object.values(NOTIFICATION_TYPES).map(({ envelope }) => envelope);
}
