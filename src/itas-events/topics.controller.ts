import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/require-scope.decorator';
import { TopicAnswer, TopicList } from './dto/topic.answer';
import { TOPICS } from './topics';

@ApiTags('itas-events')
@RequireScope('itas:read')
@Controller('itas-events/topics')
export class TopicsController {
  @Get()
  @ApiOperation({
    summary: 'The topics that the interface document describes',
    description: 'Messages of other topics are taken in, too; they are flagged.',
  })
  @ApiOkResponse({ type: TopicList })
  list(): TopicList {
    return { items: TOPICS.map((topic) => new TopicAnswer(topic)) };
  }
}
