import type { Answer } from './http';

interface FieldProblem {
  readonly pointer: string;
  readonly detail: string;
  readonly keyword: string;
}

/**
 * That an answer is a problem (RFC 9457) of this status and kind, and which members it says are wrong, each as its
 * pointer and the rule that it breaks: `/filters/target choice`.
 */
export function expectProblem(answer: Answer, kind: string, ...places: string[]): void {
  const { status, headers, body } = answer;
  const errors = (body['errors'] ?? []) as FieldProblem[];
  expect(`${status} ${String(body['type']).replace('urn:problem-type:karere:', '')}`).toBe(kind);
  expect(headers).toMatchObject({
    'content-type': 'application/problem+json; charset=utf-8',
    'x-transaction-id': expect.stringMatching(/./) as string,
  });
  expect(errors.map(({ pointer, keyword }) => `${pointer} ${keyword}`)).toEqual(places);
  for (const { detail } of errors) expect(detail).toMatch(/^(must|is|lies) /);
  expect(body).toEqual({
    type: expect.stringMatching(/^urn:problem-type:karere:[a-z-]+$/) as string,
    title: expect.stringMatching(/^[A-Z]/) as string,
    status,
    detail: expect.stringMatching(/\.$/) as string,
    instance: expect.stringMatching(/^\/[\w/%-]+$/) as string,
    ...(errors.length > 0 && { errors }),
  });
}
