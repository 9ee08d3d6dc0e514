import { Base64 } from '../../fields/base64';
import { DateTime } from '../../fields/date-time';
import { ExactlyOneOf } from '../../fields/exactly-one-of';
import { Identifier } from '../../fields/identifier';
import { Integer } from '../../fields/number';
import { Text } from '../../fields/text';
import { Uri } from '../../fields/uri';

/** A file of a work order or a task: either the address to fetch it from, or its bytes. */
export class FileAttachment {
  @Identifier({ max: 100, description: "SPG's id of the file", example: 'DOC-55310' })
  id: string;

  @Text({ max: 255, description: 'Name of the file', example: 'site-plan.pdf' })
  fileName: string;

  @Text({ max: 127, description: 'Media type (RFC 6838)', example: 'application/pdf' })
  mimeType: string;

  @Integer({
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    optional: true,
    description: 'Size in bytes, not encoded',
    example: 182_044,
  })
  sizeBytes?: number;

  @Text({
    min: 0,
    max: 1000,
    optional: true,
    description: 'What it shows',
    example: 'Lead-in route from the kerb',
  })
  description?: string;

  @ExactlyOneOf('url', 'content')
  @Uri({
    optional: true,
    description: 'Where to fetch it; given when `content` is not',
    example: 'https://spg.example.co.nz/files/DOC-55310',
  })
  url?: string;

  @Base64({ max: 1_048_576, optional: true, description: 'The file itself; given when `url` is not' })
  content?: string;

  @Text({ min: 0, max: 100, optional: true, description: 'Who attached it', example: 'TFF Design' })
  createdBy?: string;

  @DateTime({ optional: true, description: 'When it was attached' })
  createdDate?: string;
}
