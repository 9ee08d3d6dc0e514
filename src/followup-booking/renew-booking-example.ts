import type { OpenAPIObject } from '@nestjs/swagger';
import { bookingExample } from './dto/examples';

const ROUTE = '/followup-booking/work-orders/{workOrderId}/followup';

/** Puts a slot into the example of Book Job that can still be booked: those of the day on which we started go by. */
export function renewBookingExample(document: OpenAPIObject, now: Date): OpenAPIObject {
  const booking = document.paths[ROUTE]?.post;
  const example = bookingExample(now);
  const body = booking?.requestBody && 'content' in booking.requestBody ? booking.requestBody : undefined;
  const content = body?.content['application/json'];
  if (content) content.examples = { example: { value: example } };
  for (const parameter of booking?.parameters ?? []) {
    if ('name' in parameter && parameter.name === 'workOrderId') parameter.example = example.OriginalOrderNum;
  }
  return document;
}
