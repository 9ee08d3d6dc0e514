import { applyDecorators } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { ApiJsonBody } from '../http/api-json-body.decorator';
import { ApiProblem } from '../problems/api-problem.decorator';
import { BookedAnswer } from './dto/booked.answer';
import { bookingExample, searchExample } from './dto/examples';
import { LoginRequest } from './dto/login.request';
import { OpenSlots } from './dto/open-slots.answer';
import { TokenAnswer } from './dto/token.answer';
import { AppointmentSearch, BookJob } from './dto/visit.request';

/** What the OpenAPI document says of `POST /followup-booking/auth/token`. */
export function ApiLogIn(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary: 'Get an access token (Authentication REST API Interface)' }),
    ApiJsonBody(LoginRequest),
    ApiOkResponse({ type: TokenAnswer }),
    ApiProblem(401, '`Invalid Logon.`: no such user, or another password'),
    ApiProblem(429, 'Too many requests, or too many wrong passwords; see `Retry-After`'),
    ApiProblem(503, 'The service is away; ask again after `Retry-After`'),
  );
}

/** What the OpenAPI document says of `POST /followup-booking/appointments/open-slots`. */
export function ApiSearchSlots(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary: 'Search slots for a follow-up visit (Appointment Search REST API Interface)' }),
    ApiJsonBody(AppointmentSearch, { example: searchExample() }),
    ApiOkResponse({ type: OpenSlots }),
  );
}

/** What the OpenAPI document says of `POST /followup-booking/work-orders/{workOrderId}/followup`. */
export function ApiBookJob(): MethodDecorator {
  const example = bookingExample(new Date());
  return applyDecorators(
    ApiOperation({
      summary: 'Book a follow-up visit (Followup WorkOrder REST API Interface)',
      description:
        '200 says that the visit is booked. The same work order and slot again gives the same answer again.',
    }),
    ApiParam({
      name: 'workOrderId',
      description: 'The work order that needs another visit',
      example: example.OriginalOrderNum,
    }),
    ApiJsonBody(BookJob, { example }),
    ApiOkResponse({ type: BookedAnswer }),
    ApiProblem(404, 'The service area’s calendar has no such slot'),
    ApiProblem(
      409,
      'The slot has no place left, begins too soon or too far ahead, or the work order has another visit',
    ),
  );
}
