import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Topic, TopicParameter } from '../topics';

class TopicParameterAnswer {
  @ApiProperty({ description: 'In lower case; it is matched in any', example: 'freezedate' })
  readonly name: string;

  @ApiProperty({ example: 'What was frozen: a day, or a whole month' })
  readonly meaning: string;

  @ApiProperty({ enum: ['text', 'freeze-date', 'count', 'choice'] })
  readonly type: string;

  @ApiProperty({ description: 'What its value must be', example: 'must be text' })
  readonly rule: string;

  @ApiPropertyOptional({ description: 'The only values there are', type: [String] })
  readonly values?: readonly string[];

  constructor({ name, meaning, type }: TopicParameter) {
    this.name = name;
    this.meaning = meaning;
    this.type = type.name;
    this.rule = type.detail;
    if (type.values) this.values = type.values;
  }
}

/** What is known of a topic. */
export class TopicAnswer {
  @ApiProperty({ description: 'Its number', example: '2-13' })
  readonly topic: string;

  @ApiProperty({ example: 'A freeze' })
  readonly meaning: string;

  @ApiPropertyOptional({ description: 'The number under which it comes nowadays', example: '3-10' })
  readonly redirectedTo?: string;

  @ApiPropertyOptional({ description: 'Its template, where the document names it', example: 'TID-014' })
  readonly template?: string;

  @ApiProperty({ type: [TopicParameterAnswer], description: 'What its messages may say; none has to' })
  readonly parameters: TopicParameterAnswer[];

  constructor({ topic, meaning, redirectedTo, template, parameters }: Topic) {
    this.topic = topic;
    this.meaning = meaning;
    if (redirectedTo !== undefined) this.redirectedTo = redirectedTo;
    if (template !== undefined) this.template = template;
    this.parameters = parameters.map((parameter) => new TopicParameterAnswer(parameter));
  }
}

export class TopicList {
  @ApiProperty({ type: [TopicAnswer] })
  items: TopicAnswer[];
}
