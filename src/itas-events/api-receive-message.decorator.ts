import { applyDecorators } from '@nestjs/common';
import {
  ApiBody,
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  getSchemaPath,
} from '@nestjs/swagger';
import { ApiProblem } from '../problems/api-problem.decorator';
import { exampleOf } from './dto/examples';
import { Receipt } from './dto/receipt.answer';
import { TEMPLATES, type Tid } from './templates';

/** What the OpenAPI document says of `POST /itas-events/messages`. */
export function ApiReceiveMessage(): MethodDecorator {
  const tids = Object.keys(TEMPLATES) as Tid[];
  const classes = tids.map((tid) => TEMPLATES[tid].message);
  return applyDecorators(
    ApiOperation({
      summary: 'Receive one message of ITAS, as it lies in its mailbox',
      description:
        '200 says that it is stored for good. The same message again is a duplicate and also 200, so it is safe to send it until 200 comes.',
    }),
    ApiHeader({
      name: 'X-Transaction-Id',
      required: false,
      description: 'Kept in logs and on what the message causes, and answered; not an idempotency key',
    }),
    ApiExtraModels(...classes),
    ApiBody({
      schema: { oneOf: classes.map((each) => ({ $ref: getSchemaPath(each) })) },
      examples: Object.fromEntries(tids.map((tid) => [tid, { value: exampleOf(tid, EXAMPLE_IDS[tid]) }])),
    }),
    ApiOkResponse({ type: Receipt }),
    ApiProblem(400, 'It is not JSON, or not a message: see errors. Nothing was stored'),
    ApiProblem(409, 'Another message has come with this MessageId'),
    ApiProblem(413, 'The body is too large'),
    ApiProblem(415, 'The body is not application/json in UTF-8'),
  );
}

/** Of their own, so that all of them can be sent as they stand. */
const EXAMPLE_IDS: Readonly<Record<Tid, string>> = {
  'TID-002': '0266ac6a-97b4-ea11-845d-20677cddb4f2',
  'TID-010': '1066ac6a-97b4-ea11-845d-20677cddb4f2',
  'TID-013': '1366ac6a-97b4-ea11-845d-20677cddb4f2',
  'TID-014': 'd6c94090-97b4-ea11-845d-20677cddb4f2',
  'TID-018': '1866ac6a-97b4-ea11-845d-20677cddb4f2',
};
