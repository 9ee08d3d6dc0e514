import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { SEND_ERRORS, type SendError, type SendOutcome } from '../../delivery/send-outcome';
import { verdictOf } from '../../delivery/verdict';

/** What became of a sample for one target. */
class SampleResult {
  @ApiProperty({ description: 'The `webhook-id` it had', format: 'uuid' })
  readonly id: string;

  @ApiProperty({ example: 'http://127.0.0.1:4000/hook' })
  readonly target: string;

  @ApiProperty({ enum: ['sent', 'fail'] })
  readonly status: 'sent' | 'fail';

  @ApiPropertyOptional({ description: 'HTTP or SMTP status of the answer', example: 200 })
  readonly answerStatus?: number;

  @ApiPropertyOptional({ description: 'The first KiB of the answer' })
  readonly answer?: string;

  @ApiPropertyOptional({
    enum: SEND_ERRORS,
    description: 'Why there was none',
    example: 'connection-refused',
  })
  readonly error?: SendError;

  @ApiProperty({ example: 12 })
  readonly durationMs: number;

  constructor(id: string, target: string, outcome: SendOutcome) {
    this.id = id;
    this.target = target;
    this.status = verdictOf(outcome) === 'sent' ? 'sent' : 'fail';
    this.durationMs = outcome.durationMs;
    if ('status' in outcome && outcome.status !== undefined) this.answerStatus = outcome.status;
    if ('answer' in outcome) this.answer = outcome.answer;
    if ('error' in outcome) this.error = outcome.error;
  }
}

export class SampleAnswer {
  @ApiProperty({ format: 'uuid' })
  readonly channelId: string;

  @ApiProperty({ type: [SampleResult], description: 'One for the webhook, or one for each address' })
  readonly results: SampleResult[];

  constructor(
    channelId: string,
    samples: readonly { readonly id: string; readonly target: string }[],
    outcomes: readonly SendOutcome[],
  ) {
    this.channelId = channelId;
    this.results = samples.flatMap(({ id, target }, index) => {
      const outcome = outcomes[index];
      return outcome ? [new SampleResult(id, target, outcome)] : [];
    });
  }
}
