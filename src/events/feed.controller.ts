import { Controller, Get, Header, Headers, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { Caller } from '../auth/caller';
import { TheCaller } from '../auth/caller.decorator';
import { RequireScope } from '../auth/require-scope.decorator';
import { ApiProblem } from '../problems/api-problem.decorator';
import { EventStreams } from './event-streams.service';
import { SCANNED } from './feed-page';
import { FeedViews } from './feed-views.service';
import { FeedAnswer } from './feed.answer';
import { FeedQuery, StreamQuery } from './feed.query';
import { Feed } from './feed.service';
import { streamStart } from './stream-start';

const WHO_SEES_WHAT =
  'A token of the party `OWNER_PARTY_ID` (internal teams) sees the whole log; that of any other party sees only events that concern it, and not whom else they concern. Positions are those of the whole log: the numbers between tell a party how many other events there are, and nothing of them.';

@ApiTags('domain-events')
@RequireScope('events:read')
@Controller('domain-events')
export class FeedController {
  constructor(
    private readonly feed: Feed,
    private readonly streams: EventStreams,
    private readonly views: FeedViews,
  ) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'The event log from a position on, as CloudEvents 1.0',
    description: `Read on with \`after\` = \`next\`, and with \`wait\` to be told at once of what is new: what you have read up to a position is all that there is and will be, in order. One request looks at ${SCANNED} events and returns about 4 MiB at most, so an answer can hold fewer than \`limit\`, or none, while there is more. ${WHO_SEES_WHAT}`,
  })
  @ApiOkResponse({ type: FeedAnswer })
  @ApiProblem(400, 'A query parameter is not as it should be, or `after` is beyond the newest event')
  @ApiProblem(
    410,
    'What comes after this position is not kept any more; the detail names the oldest one that is',
  )
  page(
    @Query() { after = '0', types, limit, wait }: FeedQuery,
    @TheCaller() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<FeedAnswer> {
    return this.feed.page({ after: Number(after), limit, wait }, this.views.of(caller, types), response);
  }

  @Get('stream')
  @ApiOperation({
    summary: 'The event log from a position on, as server-sent events',
    description: `\`id\` is the position, \`event\` the type, \`data\` the CloudEvent. Come again with \`Last-Event-ID\` (an EventSource does so by itself), here or at another replica, and nothing is lost or comes twice. A stream ends when the token expires, and when the process stops; a comment or an id alone every 15 seconds says that it is alive. ${WHO_SEES_WHAT}`,
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'A position: what comes after it; stronger than `after`',
    schema: { type: 'string', pattern: String.raw`^\d{1,19}$` },
  })
  @ApiOkResponse({
    description: 'It does not end by itself',
    content: { 'text/event-stream': { schema: { type: 'string' } } },
  })
  @ApiProblem(400, 'A parameter or `Last-Event-ID` is not as it should be, or beyond the newest event')
  @ApiProblem(
    410,
    'What comes after this position is not kept any more; the detail names the oldest one that is',
  )
  @ApiProblem(503, 'The database is away, or the process has as many streams as it takes; see `Retry-After`')
  stream(
    @Query() { after, types }: StreamQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @TheCaller() caller: Caller,
    @Res() response: Response,
  ): Promise<void> {
    const start = streamStart(lastEventId, after);
    return this.streams.stream(start, this.views.of(caller, types), caller, response);
  }
}
