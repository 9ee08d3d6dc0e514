import { Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { Caller } from '../auth/caller';
import { TheCaller } from '../auth/caller.decorator';
import { RequireToken } from '../auth/require-token.decorator';
import { JsonBody } from '../http/body.decorator';
import { ApiJsonBody } from '../http/api-json-body.decorator';
import { UuidParam } from '../http/uuid-param.decorator';
import { validBody } from '../http/valid-body.pipe';
import { ApiProblem } from '../problems/api-problem.decorator';
import { ExplanationAnswer } from './dto/explanation.answer';
import { NotificationPage, NotificationWithAttempts } from './dto/notification.answer';
import { NotificationQueryDto } from './dto/notification.query';
import { ReplayAnswer, SingleReplayAnswer } from './dto/replay.answer';
import { ReplayRequest } from './dto/replay.request';
import { Notifications } from './notifications.service';
import { ReplayRequests } from './replay-requests.service';

@ApiTags('tuatahi')
@RequireToken()
@Controller('tuatahi/notifications')
export class NotificationsController {
  constructor(
    private readonly notifications: Notifications,
    private readonly replays: ReplayRequests,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Your notifications, the newest first; or why one is not among them (`explain`)' })
  @ApiExtraModels(NotificationPage, ExplanationAnswer)
  @ApiOkResponse({
    schema: {
      oneOf: [{ $ref: getSchemaPath(NotificationPage) }, { $ref: getSchemaPath(ExplanationAnswer) }],
    },
  })
  @ApiProblem(400, 'A query parameter is not as it should be')
  @ApiProblem(404, 'You have no such event or subscription to explain')
  list(
    @Query() query: NotificationQueryDto,
    @TheCaller() caller: Caller,
  ): Promise<NotificationPage | ExplanationAnswer> {
    return query.explain === undefined
      ? this.notifications.list(query, caller)
      : this.notifications.explain(query.explain, query.subscriptionId, caller);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One notification with all attempts at it' })
  @ApiOkResponse({ type: NotificationWithAttempts })
  @ApiProblem(404, 'You have no such notification')
  get(@UuidParam('id') id: string, @TheCaller() caller: Caller): Promise<NotificationWithAttempts> {
    return this.notifications.get(id, caller);
  }

  @Post('replay')
  @HttpCode(200)
  @ApiOperation({ summary: 'Deliver once more what a query finds, or (`dryRun`) tell what that would be' })
  @ApiJsonBody(ReplayRequest)
  @ApiOkResponse({ type: ReplayAnswer })
  @ApiProblem(403, 'Another clientId or organisation than yours needs the scope `notifications:admin`')
  replay(
    @JsonBody(validBody(ReplayRequest)) request: ReplayRequest,
    @TheCaller() caller: Caller,
  ): Promise<ReplayAnswer> {
    return this.replays.bulk(request, caller);
  }

  @Post(':id/replay')
  @HttpCode(200)
  @ApiOperation({ summary: 'Deliver one notification once more' })
  @ApiOkResponse({ type: SingleReplayAnswer })
  @ApiProblem(404, 'You have no such notification')
  @ApiProblem(409, 'It is queued, in another replay, or can not be delivered any more')
  replayOne(@UuidParam('id') id: string, @TheCaller() caller: Caller): Promise<SingleReplayAnswer> {
    return this.replays.single(id, caller);
  }
}
