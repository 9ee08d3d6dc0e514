import { Choice } from '../../fields/choice';
import { Email } from '../../fields/email';
import { Text } from '../../fields/text';

const CONTACT_ROLES = ['SITE', 'ENDUSER', 'RSP', 'OTHER'] as const;

/** A person or desk to call about the work order. */
export class Contact {
  @Choice(CONTACT_ROLES, {
    description: 'On site, the end user, the retail service provider, or somebody else',
    example: 'SITE',
  })
  role: (typeof CONTACT_ROLES)[number];

  @Text({ max: 200, description: 'Name', example: 'Aroha Ngata' })
  name: string;

  @Text({ min: 0, max: 50, optional: true, description: 'Telephone', example: '+64 7 555 0142' })
  phone?: string;

  @Text({ min: 0, max: 50, optional: true, description: 'Mobile telephone', example: '+64 21 555 0142' })
  mobile?: string;

  @Email({ optional: true, description: 'E-mail address' })
  email?: string;
}
